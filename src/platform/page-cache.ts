import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import type { Clock } from './clock.ts'

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)

export type Encoding = 'identity' | 'gzip' | 'br'

/** A whole answer, ready to be written to a socket. */
export interface Entry {
  etag: string
  contentType: string
  bodies: Record<Encoding, Buffer>
  tags: readonly string[]
  storedAt: Date
  /** Stale entries are rendered again, and served only when that fails. */
  stale: boolean
}

export interface PageCache {
  get(key: string): Entry | undefined
  /** Counts changes. Take it before reading what a page shows, and hand it to `store`. */
  generation(): number
  store(key: string, body: string, options: { contentType: string; tags: readonly string[]; since: number }): Promise<Entry>
  /** Marks every entry with one of the tags stale. */
  invalidate(tags: readonly string[]): void
  /** Marks everything stale: after a lost connection nobody knows what was missed. */
  invalidateAll(): void
  size(): { entries: number; bytes: number }
}

const MAX_AGE = 10 * 60 * 1000

/** Whole pages with tags, in memory, within a byte budget. */
export function createPageCache(options: { maxBytes: number; clock: Clock }): PageCache {
  const keysByTag = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Entry>({
    maxSize: options.maxBytes,
    maxEntrySize: Math.ceil(options.maxBytes / 4),
    sizeCalculation: (entry, key) => key.length * 2 + entry.bodies.identity.length + entry.bodies.gzip.length + entry.bodies.br.length + 500,
    dispose: (entry, key, reason) => {
      if (reason === 'set') return
      for (const tag of entry.tags) {
        const keys = keysByTag.get(tag)
        keys?.delete(key)
        if (keys?.size === 0) keysByTag.delete(tag)
      }
    },
  })
  let generation = 0

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry !== undefined && !entry.stale && options.clock.now().getTime() - entry.storedAt.getTime() > MAX_AGE) entry.stale = true
      return entry
    },

    generation: () => generation,

    async store(key, body, { contentType, tags, since }) {
      const storedAt = options.clock.now()
      const entry: Entry = { etag: etagOf(body), contentType, bodies: await compress(body), tags, storedAt, stale: false }
      // Something changed while this was being made: keep the copy for bad times, but do not trust it.
      entry.stale = generation !== since
      entries.set(key, entry)
      for (const tag of tags) {
        const keys = keysByTag.get(tag) ?? new Set()
        keysByTag.set(tag, keys.add(key))
      }
      return entry
    },

    invalidate(tags) {
      generation++
      for (const tag of tags) {
        for (const key of keysByTag.get(tag) ?? []) {
          const entry = entries.peek(key)
          if (entry !== undefined) entry.stale = true
        }
      }
    },

    invalidateAll() {
      generation++
      for (const entry of entries.values()) entry.stale = true
    },

    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  }
}

/** Weak, because the encodings share it. */
export function etagOf(body: string | Buffer): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}

async function compress(body: string): Promise<Record<Encoding, Buffer>> {
  const identity = Buffer.from(body)
  const [br, gz] = await Promise.all([
    compressBrotli(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: identity.length } }),
    compressGzip(identity, { level: 6 }),
  ])
  return { identity, gzip: gz, br }
}

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
