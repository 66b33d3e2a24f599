import type { RequestHandler } from 'express'
import { Forbidden, NotFound } from '../errors.ts'
import { isStaff } from '../viewer.ts'
import { viewer } from './viewer.ts'

/** Every route names one of these; a test walks all routes and fails on one without. */
const guards = new WeakSet<RequestHandler>()

function guard(handler: RequestHandler): RequestHandler {
  guards.add(handler)
  return handler
}

export const isGuard = (handler: unknown): boolean => typeof handler === 'function' && guards.has(handler as RequestHandler)

/** Anybody may come in. */
export const open: RequestHandler = guard((_req, _res, next) => next())

/** Only with a session; others are asked to sign in and come back. */
export const signedIn: RequestHandler = guard((req, res, next) => {
  if (viewer(res) !== null) return next()
  const back = req.method === 'GET' ? req.originalUrl : pathOf(req.headers.referer)
  res.redirect(303, `/sign-in?next=${encodeURIComponent(safePath(back))}`)
})

/** The admin. A stranger learns nothing; somebody without a session is asked to sign in. */
export const onlyStaff: RequestHandler = guard((req, res, next) => {
  const known = viewer(res)
  if (isStaff(known)) return next()
  if (known === null) return signedIn(req, res, next)
  throw new NotFound()
})

/** Money and settings. */
export const onlyOwner: RequestHandler = guard((req, res, next) => {
  const known = viewer(res)
  if (known?.role === 'owner') return next()
  if (known === null) return signedIn(req, res, next)
  throw isStaff(known) ? new Forbidden('Only the owner may do this.') : new NotFound()
})

/** A provider's call, proved by its signature further in. */
export const signedByProvider: RequestHandler = guard((_req, _res, next) => next())

/** An address on this site to go on to: a path, or the home page when it is anything else. */
export function safePath(value: unknown): string {
  if (typeof value !== 'string' || !/^\/(?![/\\])[^\u0000-\u001f\\]*$/.test(value)) return '/'
  try {
    // What a browser would make of it must still be on this site.
    const url = new URL(value, 'http://site.invalid')
    const path = url.pathname + url.search
    // "/.//elsewhere" resolves to "//elsewhere", which is another site when it is resolved once more.
    return url.host === 'site.invalid' && !path.startsWith('//') ? path : '/'
  } catch {
    return '/'
  }
}

function pathOf(referer: string | undefined): string {
  if (referer === undefined) return '/'
  try {
    const url = new URL(referer)
    return url.pathname + url.search
  } catch {
    return '/'
  }
}
