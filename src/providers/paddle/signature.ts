import { createHmac, timingSafeEqual } from 'node:crypto'

/** Seconds. Repetition is harmless (events are unique by id); the window only keeps the clock honest. */
const OLDEST = 300
const AHEAD = 60

export type SignatureProblem = 'missing' | 'malformed' | 'too-old' | 'too-far-ahead' | 'wrong'

/**
 * Checks `Paddle-Signature: ts=<unix seconds>;h1=<hex>[;h1=<hex>]`: HMAC-SHA256 over `ts:body`. Any signature may match any
 * of our secrets, so that either side can rotate. Null means good. Never throws.
 */
export function signatureProblem(rawBody: Buffer, header: string | undefined, secrets: string[], now: Date): SignatureProblem | null {
  if (header === undefined || header === '') return 'missing'
  const parts = header.length > 1000 ? [] : header.split(';').map((part) => part.split('='))
  const times = parts.filter(([name]) => name === 'ts')
  const signatures = parts.filter(([name]) => name === 'h1')
  const time = times[0]?.[1] ?? ''
  if (times.length !== 1 || !/^\d{1,12}$/.test(time) || signatures.length === 0) return 'malformed'
  if (parts.some((part) => part.length !== 2) || signatures.some(([, hex]) => !/^[0-9a-f]{64}$/.test(hex ?? ''))) return 'malformed'

  const given = signatures.map(([, hex]) => Buffer.from(hex ?? '', 'hex'))
  const expected = secrets.filter((secret) => secret !== '')
    .map((secret) => createHmac('sha256', secret).update(`${time}:`).update(rawBody).digest())
  const good = expected.flatMap((right) => given.map((one) => one.length === right.length && timingSafeEqual(one, right)))
  if (!good.includes(true)) return 'wrong'

  const age = now.getTime() / 1000 - Number(time)
  if (age > OLDEST) return 'too-old'
  return age < -AHEAD ? 'too-far-ahead' : null
}
