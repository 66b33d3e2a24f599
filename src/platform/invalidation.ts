import pg from 'pg'
import { SECOND } from './clock.ts'
import type { Tx } from './db.ts'
import type { Log } from './log.ts'
import type { PageCache } from './page-cache.ts'

const CHANNEL = 'page_cache'

/** Postgres refuses a notification of 8,000 bytes or more. */
const MAX_PAYLOAD = 7_000

/** Stands for all tags. */
const EVERYTHING = '*'

/**
 * Says, inside the caller's transaction, that pages with these tags are out of date. Every web process hears it
 * when the transaction commits, and never if it does not.
 */
export async function invalidate(tx: Tx, tags: readonly string[]): Promise<void> {
  if (tags.length === 0) return
  const payload = JSON.stringify(tags)
  await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, ${Buffer.byteLength(payload) > MAX_PAYLOAD ? EVERYTHING : payload})`
}

export interface Follower {
  /** Settles when the first connection listens. */
  listening: Promise<void>
  stop(): Promise<void>
}

/**
 * Listens for invalidations until stopped. Without a connection nothing in the cache is trusted, since messages may be
 * missed. A line that is dead without saying so is found by asking something from time to time (`beat`, in ms).
 */
export function followInvalidations(options: { databaseUrl: string; cache: PageCache; log: Log; beat?: number; retry?: number }): Follower {
  const { databaseUrl, cache, log, beat = 10 * SECOND, retry = SECOND } = options
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let heard: () => void = () => undefined
  const listening = new Promise<void>((resolve) => {
    heard = resolve
  })

  const lost = (from: pg.Client, error?: Error) => {
    if (stopped || client !== from) return
    log.warn({ err: error }, 'lost the connection that tells the page cache what changed')
    cache.setHearing(false)
    client = null
    hangUp(from)
    timer = setTimeout(() => void listen(), retry)
  }

  const ask = (from: pg.Client) => {
    timer = setTimeout(() => {
      from.query('SELECT 1').then(
        () => client === from && ask(from),
        (error: unknown) => lost(from, asError(error)),
      )
    }, beat)
  }

  const listen = async () => {
    const next = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 3 * SECOND, query_timeout: 3 * SECOND, keepAlive: true, application_name: 'lectern-cache' })
    client = next
    next.on('error', (error) => lost(next, error))
    next.on('end', () => lost(next))
    next.on('notification', ({ payload }) => hear(cache, payload))
    try {
      await next.connect()
      await next.query(`LISTEN ${CHANNEL}`)
    } catch (error) {
      return lost(next, asError(error))
    }
    if (stopped) return hangUp(next)
    cache.setHearing(true)
    heard()
    ask(next)
  }

  void listen()
  return {
    listening,
    async stop() {
      stopped = true
      clearTimeout(timer)
      const last = client
      client = null
      last?.removeAllListeners()
      last?.on('error', () => undefined)
      await last?.end().catch(() => undefined)
    },
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Ends a connection that may be broken; it may say so once more. */
function hangUp(client: pg.Client): void {
  client.removeAllListeners()
  client.on('error', () => undefined)
  void client.end().catch(() => undefined)
}

function hear(cache: PageCache, payload: string | undefined): void {
  const tags = tagsIn(payload ?? '')
  if (tags === null) cache.invalidateAll()
  else cache.invalidate(tags)
}

/** Null for everything, and for what makes no sense: better too much than too little. */
function tagsIn(payload: string): string[] | null {
  try {
    const tags: unknown = JSON.parse(payload)
    return Array.isArray(tags) ? tags.map(String) : null
  } catch {
    return null
  }
}
