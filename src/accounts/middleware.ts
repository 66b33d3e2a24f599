import { setTimeout as delay } from 'node:timers/promises'
import type { Request, Response } from 'express'
import type { Limit } from '../platform/http/limits.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../platform/clock.ts'
import { emailField } from './fields.ts'
import { isBrowserToken, newBrowserToken } from './token.ts'

const limit = (name: string, count: number, ms: number): Limit => ({ name, count, seconds: ms / SECOND })

/**
 * How often. What is counted per account is counted for any address, whether it has an account or not, and forgotten
 * after a minute where it could lock the owner out.
 */
export const ACCOUNT_RATES = {
  signInAccount: limit('sign-in-account', 5, MINUTE),
  signInAddress: limit('sign-in-address', 20, MINUTE),
  signUpAccount: limit('sign-up-account', 3, HOUR),
  signUpAddress: limit('sign-up-address', 5, HOUR),
  resetAccount: limit('reset-account', 3, HOUR),
  resetAddress: limit('reset-address', 10, HOUR),
  /** Confirmations sent again because somebody knew the password; silent, so that it tells nothing. */
  resendAccount: limit('resend-account', 3, HOUR),
  moveAccount: limit('move-account', 5, HOUR),
}

export type AccountRates = typeof ACCOUNT_RATES

/**
 * Answers that must not tell whether an address has an account take at least this long, in milliseconds: more than the
 * slower of the two ways needs, so the clock tells nothing either.
 */
export const PACE = 250

/** Starts the time; wait for it before the answer goes out. */
export function startPace(ms: number): Promise<void> {
  return delay(ms, undefined, { ref: false })
}

/** What a browser remembers of having asked for a link: a secret that proves it is the same, and the address it gave. */
export interface Asked {
  browser: string
  email: string | null
}

const cookieName = (secure: boolean): string => (secure ? '__Host-asked' : 'asked')

export function readAsked(req: Request, secure: boolean): Asked | null {
  const start = `${cookieName(secure)}=`
  const cookie = req.headers.cookie?.split(/;\s*/).find((part) => part.startsWith(start))
  if (cookie === undefined) return null
  const [browser, address] = cookie.slice(start.length).split('.')
  if (!isBrowserToken(browser)) return null
  const email = emailField.safeParse(Buffer.from(address ?? '', 'base64url').toString())
  return { browser, email: email.success ? email.data : null }
}

/** Remembers for a day; keeps the browser's secret if it has one. */
export function rememberAsked(req: Request, res: Response, secure: boolean, email: string | null): Asked {
  const asked = { browser: readAsked(req, secure)?.browser ?? newBrowserToken(), email }
  const value = email === null ? asked.browser : `${asked.browser}.${Buffer.from(email).toString('base64url')}`
  res.cookie(cookieName(secure), value, { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: DAY })
  return asked
}

export function forgetAsked(res: Response, secure: boolean): void {
  res.clearCookie(cookieName(secure), { httpOnly: true, secure, sameSite: 'lax', path: '/' })
}
