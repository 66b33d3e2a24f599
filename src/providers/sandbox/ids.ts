import { randomBytes } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

export interface Ids {
  next(prefix: string): string
}

/**
 * Paddle's ids: a prefix and a lower-case ULID, each greater than the one before, even within a millisecond.
 * `bytes` gives random ones; a seeded source makes the same ids again.
 */
export function createIds(now: () => number, bytes: (count: number) => Uint8Array = randomBytes): Ids {
  let last = 0
  let random = 0n
  let begin = ''
  return {
    next(prefix) {
      const time = now()
      if (time > last) {
        last = time
        begin = base32(BigInt(time), 10)
        random = BigInt(`0x${Buffer.from(bytes(9)).toString('hex')}`)
      } else {
        random += 1n + BigInt(bytes(1)[0] ?? 0)
      }
      return `${prefix}_${begin}${base32(random, 16)}`
    },
  }
}

function base32(value: bigint, length: number): string {
  const digits = value.toString(32).padStart(length, '0').slice(-length)
  return digits.replace(/[i-v]/g, (digit) => ALPHABET.charAt(parseInt(digit, 32)))
}
