import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Prisma, PrismaClient } from '#prisma'

/** Postgres through Prisma: writes, admin, everything that is not on a hot path. */
export type Db = PrismaClient
/** What a query gets: the client or a transaction, it cannot tell which. */
export type Reader = Prisma.TransactionClient
/** What code inside a transaction gets. */
export type Tx = Prisma.TransactionClient

/** Postgres through prepared statements: the few reads that every page needs. */
export interface Sql {
  /** `name` identifies the prepared statement; equal names must carry equal texts. */
  rows<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>
}

export interface Database {
  db: Db
  sql: Sql
  pool: pg.Pool
  close(): Promise<void>
}

const CONNECT_TIMEOUT = 3_000
const STATEMENT_TIMEOUT = { web: 5_000, worker: 60_000 }

/** One pool for both ways to ask. Time limits: shared/reliability 3.3. */
export function connect(url: string, options: { max: number; use: 'web' | 'worker'; onError(error: Error): void }): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT[options.use],
    // A server that hangs cannot keep its own limit: ours ends the wait.
    query_timeout: STATEMENT_TIMEOUT[options.use] + 1_000,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 10_000,
    application_name: `lectern-${options.use}`,
    // Prisma sends times without a zone and means UTC; a database may be set to any other.
    options: '-c TimeZone=UTC',
    keepAlive: true,
  })
  // An idle connection that breaks must not end the process; the next query opens another.
  pool.on('error', options.onError)
  const db = new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 2_000, timeout: options.use === 'web' ? 5_000 : 60_000 },
  })
  return {
    db,
    pool,
    sql: {
      async rows<Row>(name: string, text: string, values: readonly unknown[]): Promise<Row[]> {
        const result = await pool.query({ name, text, values: values as unknown[] })
        return result.rows as Row[]
      },
    },
    async close() {
      await db.$disconnect()
      await pool.end()
    },
  }
}

/** Is this Postgres (or the way to it) failing, rather than our request being wrong? */
export function isDatabaseDown(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const code = (cause as { code?: unknown }).code
    if (typeof code === 'string' && (DOWN_CODES.has(code) || /^(08|53|57P0|57014)/.test(code))) return true
    if (/timeout exceeded when trying to connect|Query read timeout|Connection terminated|Can't reach database/i.test(cause.message)) return true
  }
  return false
}

const DOWN_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EPIPE', 'P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'])

/** Does somebody else hold the lock that we waited for (lock_timeout), or did we wait for each other? Later may work. */
export function isLockBusy(error: unknown): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  const adapter = error.meta?.driverAdapterError as { cause?: { originalCode?: unknown } } | undefined
  return ['55P03', '40P01', '40001'].includes(String(adapter?.cause?.originalCode)) || error.code === 'P2034'
}

/** Does another row still point here? */
export function isStillReferenced(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003'
}

/** Did a unique constraint say no? The way to answer "somebody was first". */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}

/** Did a foreign key say no: a row that is pointed to is not there, or one that others point to would go? */
export function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003'
}
