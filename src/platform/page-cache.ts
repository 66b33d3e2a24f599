import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { MINUTE, SECOND, type Clock } from './clock.ts'
import { compressAll, type Encoding } from './compression.ts'

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
  /** A page as it was kept, out of date or not: ask `isGood` before sending it. */
  get(key: string): Entry | undefined
  /** May this be sent without rendering it again? */
  isGood(entry: Entry): boolean
  /** Counts changes. Take it before reading what a page shows, and hand it to `store`. */
  generation(): number
  store(key: string, body: string, options: { contentType: string; tags: readonly string[]; since: number }): Promise<Entry>
  /** Forgets a page that is not there any more. */
  drop(key: string): void
  /** Marks every entry with one of the tags stale. */
  invalidate(tags: readonly string[]): void
  /** Marks everything stale. */
  invalidateAll(): void
  /**
   * Whether we hear what changes. While we do not (as in the beginning), pages are kept for bad times and trusted by
   * nobody; whoever begins to hear again does not know what was missed.
   */
  setHearing(hearing: boolean): void
  /** The database does not answer: for the next second what is stale is good enough, so that nobody waits to learn the same. */
  noteDatabaseLost(): void
  size(): { entries: number; bytes: number }
}

const MAX_AGE = 10 * MINUTE
const STALE_IS_GOOD_FOR = SECOND

/** Whole pages with tags, in memory, within a byte budget. */
export function createPageCache(options: { maxBytes: number; clock: Clock }): PageCache {
  const { clock } = options
  const keysByTag = new Map<string, Set<string>>()
  const entries = new LRUCache<string, Entry>({
    maxSize: options.maxBytes,
    maxEntrySize: Math.ceil(options.maxBytes / 4),
    sizeCalculation: (entry, key) => key.length * 2 + entry.bodies.identity.length + entry.bodies.gzip.length + entry.bodies.br.length + 500,
    dispose: (entry, key) => {
      for (const tag of entry.tags) {
        const keys = keysByTag.get(tag)
        keys?.delete(key)
        if (keys?.size === 0) keysByTag.delete(tag)
      }
    },
  })
  let generation = 0
  let hearing = false
  let staleIsGoodUntil = 0

  const invalidateAll = () => {
    generation++
    for (const entry of entries.values()) entry.stale = true
  }

  return {
    get(key) {
      const entry = entries.get(key)
      if (entry !== undefined && clock.now().getTime() - entry.storedAt.getTime() > MAX_AGE) entry.stale = true
      return entry
    },

    isGood: (entry) => !entry.stale || clock.now().getTime() < staleIsGoodUntil,

    generation: () => generation,

    async store(key, body, { contentType, tags, since }) {
      const entry: Entry = { etag: etagOf(body), contentType, bodies: await compressAll(body), tags, storedAt: clock.now(), stale: false }
      // Something changed while this was being made: keep the copy for bad times, but do not trust it.
      entry.stale = generation !== since || !hearing
      if (entry.stale && entries.peek(key)?.stale === false) return entry
      entries.set(key, entry)
      // What is too large for the budget was not taken.
      if (entries.peek(key) !== entry) return entry
      for (const tag of tags) {
        const keys = keysByTag.get(tag) ?? new Set()
        keysByTag.set(tag, keys.add(key))
      }
      return entry
    },

    drop: (key) => void entries.delete(key),

    invalidate(tags) {
      generation++
      for (const tag of tags) {
        for (const key of keysByTag.get(tag) ?? []) {
          const entry = entries.peek(key)
          if (entry !== undefined) entry.stale = true
        }
      }
    },

    invalidateAll,

    setHearing(now) {
      hearing = now
      invalidateAll()
    },

    noteDatabaseLost() {
      staleIsGoodUntil = clock.now().getTime() + STALE_IS_GOOD_FOR
    },

    size: () => ({ entries: entries.size, bytes: entries.calculatedSize }),
  }
}

/** Weak, because the encodings share it. */
export function etagOf(body: string | Buffer): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
