import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export interface Ids {
  next(prefix: string): string
}

/** Paddle's ids: a prefix and a lower-case ULID, each greater than the one before, even within a millisecond. */
export function createIds(now: () => number): Ids {
  let last = 0
  let random = 0n
  return {
    next(prefix) {
      const time = now()
      if (time > last) {
        last = time
        random = BigInt(`0x${randomBytes(9).toString('hex')}`)
      } else {
        random += 1n + BigInt(randomBytes(1)[0] ?? 0)
      }
      return `${prefix}_${base32(BigInt(last), 10)}${base32(random, 16)}`
    },
  }
}

function base32(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 5n) text = ALPHABET.charAt(Number(rest & 31n)) + text
  return text
}
