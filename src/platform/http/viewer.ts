import { createHash, randomBytes } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Viewer } from '../viewer.ts'

export interface Flash {
  kind: 'good' | 'bad' | 'info'
  text: string
}

/** What a session's cookie leads to. */
export interface FoundSession {
  viewer: Viewer
  flash: Flash | null
}

/** How the web edge reads and ends sessions; the accounts feature keeps them. */
export interface Sessions {
  /** The session with this id (see `sessionId`), or null when it ended. Taking a flash message removes it. */
  find(id: string): Promise<FoundSession | null>
  flash(id: string, flash: Flash): Promise<void>
}

/** The `__Host-` prefix ties the cookie to this host over https. */
export const sessionCookieName = (secure: boolean): string => (secure ? '__Host-session' : 'session')

const TOKEN = /^[\w-]{43}$/

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is stored instead of a token. */
export function sessionId(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Finds out who is asking. Without a cookie nothing is read and nothing is set. */
export function findViewer(sessions: Sessions, secure: boolean): RequestHandler {
  const name = sessionCookieName(secure)
  return async (req, res, next) => {
    res.locals.viewer = null
    res.locals.flash = null
    const token = readCookie(req.headers.cookie, name)
    if (token !== null) {
      const found = TOKEN.test(token) ? await sessions.find(sessionId(token)) : null
      if (found === null) clearSessionCookie(res, secure)
      else {
        res.locals.viewer = found.viewer
        res.locals.flash = found.flash
      }
    }
    next()
  }
}

/** The viewer of a route that anybody may open. */
export function viewer(res: Response): Viewer | null {
  return (res.locals.viewer as Viewer | null | undefined) ?? null
}

/** The viewer of a route behind `signedIn` or `onlyStaff`. */
export function knownViewer(res: Response): Viewer {
  const known = viewer(res)
  if (known === null) throw new Error('This route needs a guard: signedIn or onlyStaff.')
  return known
}

/** Says something once, on the next page that this person opens. */
export async function flash(sessions: Sessions, res: Response, message: Flash): Promise<void> {
  const known = viewer(res)
  if (known !== null) await sessions.flash(known.sessionId, message)
}

export function setSessionCookie(res: Response, token: string, options: { secure: boolean; expires: Date }): void {
  res.cookie(sessionCookieName(options.secure), token, { httpOnly: true, secure: options.secure, sameSite: 'lax', path: '/', expires: options.expires })
}

export function clearSessionCookie(res: Response, secure: boolean): void {
  res.clearCookie(sessionCookieName(secure), { httpOnly: true, secure, sameSite: 'lax', path: '/' })
}

/** The first address part that tells networks apart, never the whole: 192.0.2.0, 2001:db8:: */
export function coarseAddress(req: Request): string {
  const address = (req.ip ?? '').replace(/^::ffff:/, '')
  if (address.includes('.')) return address.replace(/\.\d+$/, '.0')
  return `${address.split(':').slice(0, 3).join(':')}::`
}

function readCookie(header: string | undefined, name: string): string | null {
  if (header === undefined) return null
  for (const part of header.split(';')) {
    const at = part.indexOf('=')
    if (at !== -1 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return null
}
