import { createHash, randomBytes } from 'node:crypto'

/** A link's secret: 160 bits in lower-case hex, because addresses are lower-cased on their way in. */
export function newLinkToken(): string {
  return randomBytes(20).toString('hex')
}

/** The secret in a cookie that ties a link to the browser that asked for it. */
export function newBrowserToken(): string {
  return randomBytes(32).toString('base64url')
}

export const isLinkToken = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value)
export const isBrowserToken = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{43}$/.test(value)

/** What is stored instead of a secret, and instead of an address in a counter's key. */
export function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
