import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib'

const brotli = promisify(brotliCompress)
const gzipped = promisify(gzip)

export type Encoding = 'identity' | 'gzip' | 'br'

/** Below this a packet is a packet. */
const SMALL = 1_024

/** For what is kept and sent many times: small is worth the work. */
export async function compressAll(body: string): Promise<Record<Encoding, Buffer>> {
  const identity = Buffer.from(body)
  const [br, gz] = await Promise.all([brotli(identity, brotliSettings(6, identity.length)), gzipped(identity, { level: 6 })])
  return { identity, gzip: gz, br }
}

/** For what one person reads once: quick is worth the bytes. A tenth of a millisecond is less than a thread would cost. */
export function compressOnce(body: Buffer, wanted: Encoding): { encoding: Encoding; bytes: Buffer } {
  if (wanted === 'identity' || body.length < SMALL) return { encoding: 'identity', bytes: body }
  const bytes = wanted === 'br' ? brotliCompressSync(body, brotliSettings(1, body.length, SMALL_WINDOW)) : gzipSync(body, { level: 1 })
  return { encoding: wanted, bytes }
}

/** 128 KiB: more than a page, and quickly allocated. */
const SMALL_WINDOW = 17

const brotliSettings = (quality: number, size: number, window = constants.BROTLI_DEFAULT_WINDOW) => ({
  params: {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: size,
    [constants.BROTLI_PARAM_LGWIN]: window,
  },
})

/** The best of the three that the client names. */
export function chooseEncoding(accept: string | undefined): Encoding {
  if (accept === undefined) return 'identity'
  if (offers(accept, 'br')) return 'br'
  return offers(accept, 'gzip') ? 'gzip' : 'identity'
}

function offers(accept: string, encoding: 'br' | 'gzip'): boolean {
  if (!accept.includes(encoding)) return false
  // Only a client that writes quality values is worth a closer look.
  return !accept.includes('q=') || !new RegExp(`\\b${encoding}\\s*;\\s*q=0(\\.0*)?\\s*(,|$)`).test(accept)
}
