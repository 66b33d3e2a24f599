import pg from 'pg'
import type { Tx } from './db.ts'
import type { Log } from './log.ts'
import type { PageCache } from './page-cache.ts'

const CHANNEL = 'page_cache'

/** Postgres refuses a notification of 8,000 bytes or more. */
const MAX_PAYLOAD = 7_000

/**
 * Says, inside the caller's transaction, that pages with these tags are out of date. Every web process hears it
 * when the transaction commits, and never if it does not.
 */
export async function invalidate(tx: Tx, tags: readonly string[]): Promise<void> {
  if (tags.length === 0) return
  const payload = JSON.stringify(tags)
  await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, ${payload.length > MAX_PAYLOAD ? '*' : payload})`
}

const RETRY = 1_000

/** Listens for invalidations until stopped. A lost connection drops everything, since messages may have been missed. */
export function followInvalidations(options: { databaseUrl: string; cache: PageCache; log: Log }): { stop(): Promise<void> } {
  const { cache, log } = options
  let client: pg.Client | null = null
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  const lost = (error?: Error) => {
    if (stopped || timer !== null) return
    if (error) log.warn({ err: error }, 'lost the connection that tells the page cache what changed')
    client?.removeAllListeners()
    // A client that has already failed may say so once more.
    client?.on('error', () => undefined)
    void client?.end().catch(() => undefined)
    client = null
    timer = setTimeout(() => {
      timer = null
      void listen()
    }, RETRY)
  }

  const listen = async () => {
    const next = new pg.Client({ connectionString: options.databaseUrl, connectionTimeoutMillis: 3_000, keepAlive: true, application_name: 'lectern-cache' })
    client = next
    next.on('error', lost)
    next.on('end', () => lost())
    next.on('notification', ({ payload }) => hear(cache, payload ?? '*'))
    try {
      await next.connect()
      await next.query(`LISTEN ${CHANNEL}`)
      cache.invalidateAll()
    } catch (error) {
      lost(error instanceof Error ? error : undefined)
    }
  }

  void listen()
  return {
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      client?.removeAllListeners()
      client?.on('error', () => undefined)
      await client?.end().catch(() => undefined)
    },
  }
}

function hear(cache: PageCache, payload: string): void {
  if (payload === '*') return cache.invalidateAll()
  cache.invalidate(JSON.parse(payload) as string[])
}
