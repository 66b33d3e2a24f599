import { Queue, UnrecoverableError, Worker, createPostgresBackend, withBackend, type Job as BullJob, type JobsOptions, type RepeatOptions } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { ZodError } from 'zod'
import { MINUTE, SECOND, systemClock } from './clock.ts'
import { AppError, Unavailable } from './errors.ts'
import type { Handler, Jobs, QueueName, Schedule } from './jobs.ts'
import type { Log } from './log.ts'

// The only file that knows BullMQ. Why it is set up this way: docs/decisions/0005-jobs.md.

export interface JobsConfig {
  databaseUrl: string | null
  /** Null: the queue lives in Postgres too. */
  redisUrl: string | null
}

const CONCURRENCY: Record<QueueName, number> = { mail: 5, media: 1, billing: 5 }
const QUEUES = Object.keys(CONCURRENCY) as QueueName[]

/** Never "keep the last N": on the Postgres backend that deadlocks under load and runs finished jobs again. */
const JOB_OPTIONS: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: SECOND, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { age: (7 * 24 * 60 * MINUTE) / SECOND },
  stackTraceLimit: 10,
  sizeLimit: 10_000,
}

/** Shorter than BullMQ's own: a killed worker's job runs again after lock and check, at most 14 s, however often it is killed. */
const LEASE: Lease = { lockDuration: 10 * SECOND, stalledInterval: 4 * SECOND }
const MOST_STALLS = 25

interface Lease {
  lockDuration: number
  stalledInterval: number
}

const ENQUEUE_LIMIT = 1 * SECOND
const MAX_WAITING = 100
const STOP_LIMIT = 20 * SECOND
const WATCH_EVERY = 30 * SECOND

/** The common part of BullMQ's classes on either backend. */
interface AnyQueue {
  add(name: string, data: unknown, options?: JobsOptions): Promise<unknown>
  upsertJobScheduler(id: string, repeat: Omit<RepeatOptions, 'key'>, template: { name: string; data: unknown; opts: JobsOptions }): Promise<unknown>
  getJobSchedulers(start?: number, end?: number): Promise<{ key: string; next?: number | undefined; every?: number | undefined; pattern?: string | undefined }[]>
  removeJobScheduler(id: string): Promise<boolean>
  on(event: 'error', listener: (error: Error) => void): unknown
  close(): Promise<void>
}

interface AnyWorker {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: BullJob | undefined, error: Error) => void): unknown
  waitUntilReady(): Promise<unknown>
  close(): Promise<void>
}

interface Backend {
  queue(name: QueueName): AnyQueue
  worker(name: QueueName, run: (job: BullJob) => Promise<void>, lease: Lease): AnyWorker
  /** Lets go of the connections, whether or not somebody still uses them. */
  close(): Promise<void>
}

// ─── Asking for work ─────────────────────────────────────────────────────────────────────────────

/** The asking side, for web and commands. Connects on first use. */
export function createJobs({ config, log }: { config: JobsConfig; log: Log }): Jobs & { close(): Promise<void> } {
  const complain = atMostEvery(30 * SECOND, (error, suppressed) => {
    log.warn({ err: error, suppressed }, 'The job queue is away. What is owed stays in its rows; a sweep asks again.')
  })
  const backend = open(config, 'producer', complain)
  let queues = new Map<QueueName, AnyQueue>()
  let away = false
  let waiting = 0

  function queueOf(name: QueueName): AnyQueue {
    const known = queues.get(name)
    if (known) return known
    const queue = backend.queue(name)
    queue.on('error', complain)
    queues.set(name, queue)
    return queue
  }

  async function add(name: QueueName, ...request: Parameters<AnyQueue['add']>): Promise<void> {
    waiting += 1
    try {
      await queueOf(name).add(...request)
      away = false
    } catch (error) {
      away = true
      // BullMQ remembers a first connection that failed; a new object asks again.
      const broken = queues
      queues = new Map()
      for (const queue of broken.values()) queue.close().catch(complain)
      complain(error)
    } finally {
      waiting -= 1
    }
  }

  return {
    async enqueue(job, payload, options = {}) {
      if (waiting >= MAX_WAITING) return complain(new Error('Too many requests are waiting for the queue.'))
      const asked = add(job.queue, job.name, payload, optionsOf(job.name, options))
      // While the queue is known to be away nobody waits for it: a row is owed, and the sweep will find it.
      if (!away) await withLimit(asked, ENQUEUE_LIMIT, () => {
        away = true
        complain(new Error('The queue did not answer in time.'))
      })
    },
    async close() {
      await withLimit(Promise.allSettled([...queues.values()].map((queue) => queue.close())), 2 * SECOND)
      await withLimit(backend.close(), 2 * SECOND)
    },
  }
}

/**
 * `once`: while an equal request waits, another falls together with it; while one runs, one more is kept for afterwards,
 * because the running one may have read its row already.
 */
function optionsOf(name: string, { once, delayMs }: { once?: string; delayMs?: number }): JobsOptions {
  return {
    ...(delayMs === undefined ? {} : { delay: delayMs }),
    ...(once === undefined ? {} : { deduplication: { id: `${name}/${once}`.replaceAll(':', '/'), keepLastIfActive: true } }),
  }
}

// ─── Doing it ────────────────────────────────────────────────────────────────────────────────────

export interface Workers {
  /** Lets running jobs finish for up to 20 s; one that does not is taken over by another worker. */
  close(): Promise<void>
}

export interface WorkerOptions {
  /** How long a job is a worker's alone without a sign of life, and how often that is looked at; milliseconds. */
  lease?: Lease
  /** How often schedules are looked at; milliseconds. */
  watchEvery?: number
}

/**
 * The working side: one BullMQ worker per queue, the schedules, and a watchdog over them.
 * Resolves when the queue answers; throws when it does not (a supervisor starts the process again).
 */
export async function startWorkers<Services extends { config: JobsConfig; log: Log }>(
  services: Services,
  handlers: readonly Handler<Services>[],
  schedules: readonly Schedule[],
  { lease = LEASE, watchEvery = WATCH_EVERY }: WorkerOptions = {},
): Promise<Workers> {
  const { config, log } = services
  const complain = atMostEvery(SECOND, (error, suppressed) => log.warn({ err: error, suppressed }, 'The worker cannot reach its queue.'))
  const backend = open(config, 'worker', complain)
  const commands = byName(handlers)

  const workers = QUEUES.map((name) => {
    const worker = backend.worker(name, async (job) => {
      const handler = commands.get(job.name)
      // Not final: during a deployment the other version may know it.
      if (!handler) throw new Error(`Nobody handles ${job.name}.`)
      try {
        await handler.run(services, job.data)
      } catch (error) {
        throw forQueue(error)
      }
    }, lease)
    worker.on('error', complain)
    worker.on('failed', (job, error) => reportFailure(log, job, error))
    return worker
  })
  const queues = new Map(QUEUES.map((name) => [name, backend.queue(name)]))
  for (const queue of queues.values()) queue.on('error', complain)

  const watchdog = setInterval(() => {
    keepSchedules({ config, log, queues, schedules, removeOthers: false }).catch(complain)
  }, watchEvery)
  const stop = async () => {
    clearInterval(watchdog)
    await withLimit(Promise.allSettled([...workers, ...queues.values()].map((part) => part.close())), STOP_LIMIT, () => {
      log.warn('Some jobs did not finish in time; another worker will take them over.')
    })
    await withLimit(backend.close(), 2 * SECOND)
  }

  try {
    await Promise.all(workers.map((worker) => worker.waitUntilReady()))
    await keepSchedules({ config, log, queues, schedules, removeOthers: true })
  } catch (error) {
    await stop()
    throw error
  }

  let stopping: Promise<void> | null = null
  return { close: () => (stopping ??= stop()) }
}

function byName<Services>(handlers: readonly Handler<Services>[]): Map<string, Handler<Services>> {
  const commands = new Map<string, Handler<Services>>()
  for (const handler of handlers) {
    if (commands.has(handler.job.name)) throw new Error(`Two handlers for ${handler.job.name}.`)
    commands.set(handler.job.name, handler)
  }
  return commands
}

/** A refusal is final; only `Unavailable` and bugs are tried again. */
function forQueue(error: unknown): Error {
  const message = storable(error instanceof Error ? error.message : String(error))
  const final = error instanceof ZodError || (error instanceof AppError && !(error instanceof Unavailable))
  const clean = final ? new UnrecoverableError(message) : new Error(message)
  clean.name = error instanceof Error ? error.name : 'Error'
  clean.stack = error instanceof Error && error.stack !== undefined ? storable(error.stack) : `${clean.name}: ${message}`
  return clean
}

/** Postgres cannot store a NUL or half a surrogate pair: such a job would neither complete nor fail, and run for ever. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed().slice(0, 4_000)
}

function reportFailure(log: Log, job: BullJob | undefined, error: Error): void {
  const details = { job: job?.name, id: job?.id, attempt: job?.attemptsMade, err: error }
  // Ours carry the name of what was thrown; BullMQ's own means a job that ended its worker time and again.
  if (error instanceof UnrecoverableError && error.name !== 'UnrecoverableError') log.warn(details, 'A job was refused for good.')
  else if (!(error instanceof UnrecoverableError) && job && job.attemptsMade < (job.opts.attempts ?? 1)) log.warn(details, 'A job failed and will be tried again.')
  else log.error(details, 'A job failed and is given up.')
}

// ─── Schedules ───────────────────────────────────────────────────────────────────────────────────

interface Keeping {
  config: JobsConfig
  log: Log
  queues: ReadonlyMap<QueueName, AnyQueue>
  schedules: readonly Schedule[]
  removeOthers: boolean
}

/**
 * Registers what is missing, different or dead (a wiped queue loses its schedules; on the Postgres backend two
 * registrations at once can kill one without an error). An advisory lock lets one process at a time do it.
 */
async function keepSchedules(keeping: Keeping): Promise<void> {
  const changes = await neededChanges(keeping)
  if (changes.length === 0) return
  await underLock(keeping.config, async () => {
    for (const change of await neededChanges(keeping)) {
      await change.apply()
      if (change.dead) keeping.log.warn({ schedule: change.name }, 'A schedule was lost or had stopped; it runs again.')
    }
  })
}

async function neededChanges({ queues, schedules, removeOthers }: Keeping) {
  const changes: { name: string; dead: boolean; apply(): Promise<unknown> }[] = []
  for (const [queueName, queue] of queues) {
    const wanted = new Map(schedules.filter(({ job }) => job.queue === queueName).map((schedule) => [schedule.job.name, schedule]))
    const present = new Map((await queue.getJobSchedulers(0, -1)).map((entry) => [entry.key, entry]))
    for (const [name, schedule] of wanted) {
      const entry = present.get(name)
      const repeat = 'every' in schedule ? { every: schedule.every } : { pattern: schedule.pattern, tz: 'UTC' }
      const same = entry !== undefined && ('every' in schedule ? entry.every === schedule.every : entry.pattern === schedule.pattern)
      if (same && isAlive(entry.next, schedule)) continue
      changes.push({ name, dead: !removeOthers, apply: () => queue.upsertJobScheduler(name, repeat, { name, data: {}, opts: JOB_OPTIONS }) })
    }
    if (!removeOthers) continue
    for (const name of present.keys()) {
      if (!wanted.has(name)) changes.push({ name, dead: false, apply: () => queue.removeJobScheduler(name) })
    }
  }
  return changes
}

/** Late by two periods means that nobody will ever run it again. A cron pattern's period is not worth computing. */
function isAlive(next: number | undefined, schedule: Schedule): boolean {
  const patience = 'every' in schedule ? Math.max(2 * schedule.every, 5 * SECOND) : 10 * MINUTE
  // BullMQ wrote `next` by the machine's clock.
  return next !== undefined && next > systemClock.now().getTime() - patience
}

/** Any fixed number that nobody else in this database locks. */
const SCHEDULES_LOCK = 4_727_303

async function underLock(config: JobsConfig, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(config), connectionTimeoutMillis: 3 * SECOND, application_name: 'lectern-schedules' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [SCHEDULES_LOCK])
    await work()
  } finally {
    await client.end()
  }
}

// ─── Where the queue lives ───────────────────────────────────────────────────────────────────────

type Side = 'producer' | 'worker'

function open(config: JobsConfig, side: Side, onError: (error: unknown) => void): Backend {
  return config.redisUrl === null ? onPostgres(databaseUrl(config), side, onError) : onRedis(config.redisUrl, side, onError)
}

function databaseUrl(config: JobsConfig): string {
  if (config.databaseUrl === null) throw new Error('The job queue needs a database address.')
  return config.databaseUrl
}

/**
 * One small pool for all queues: at most 2 connections in a producer; in a worker one that listens per queue, and 4 that ask.
 * Left alone, BullMQ opens a pool for every queue and every worker.
 */
function onPostgres(connectionString: string, side: Side, onError: (error: unknown) => void): Backend {
  const pool = new pg.Pool({
    connectionString,
    max: side === 'producer' ? 2 : QUEUES.length + 4,
    options: '-c search_path=bullmq,public',
    connectionTimeoutMillis: side === 'producer' ? 2 * SECOND : 5 * SECOND,
    query_timeout: side === 'producer' ? 2 * SECOND : 30 * SECOND,
    idleTimeoutMillis: 30 * SECOND,
    keepAlive: true,
    application_name: `lectern-jobs-${side}`,
  })
  pool.on('error', onError)
  const { Queue, Worker } = withBackend(createPostgresBackend)
  const connection = pool as never
  return {
    queue: (name) => new Queue(name, { connection, defaultJobOptions: JOB_OPTIONS }) as unknown as AnyQueue,
    worker: (name, run, lease) => new Worker(name, run, { connection, concurrency: CONCURRENCY[name], ...lease, maxStalledCount: MOST_STALLS, runRetryDelay: 2 * SECOND }) as unknown as AnyWorker,
    close: () => pool.end(),
  }
}

/** A producer gives up quickly; a worker waits for Redis as long as it takes. One shared connection, and one that blocks per worker. */
function onRedis(url: string, side: Side, onError: (error: unknown) => void): Backend {
  const connection = new Redis(url, {
    connectTimeout: 2 * SECOND,
    retryStrategy: (times) => Math.min(times * 200, 2 * SECOND),
    ...(side === 'producer' ? { enableOfflineQueue: false, commandTimeout: SECOND, maxRetriesPerRequest: 1 } : { maxRetriesPerRequest: null }),
  })
  connection.on('error', onError)
  return {
    queue: (name) => new Queue(name, { connection, defaultJobOptions: JOB_OPTIONS }) as unknown as AnyQueue,
    worker: (name, run, lease) => new Worker(name, run, { connection, concurrency: CONCURRENCY[name], ...lease, maxStalledCount: MOST_STALLS, runRetryDelay: 2 * SECOND }) as unknown as AnyWorker,
    close: async () => connection.disconnect(),
  }
}

// ─── Small tools ─────────────────────────────────────────────────────────────────────────────────

/** Waits for `work`, but no longer than `ms`. */
async function withLimit(work: Promise<unknown>, ms: number, onLimit: () => void = () => undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLimit()
      resolve()
    }, ms)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}

/** Speaks at most once per `ms`, and says how often it kept quiet in between. */
function atMostEvery(ms: number, say: (error: unknown, suppressed: number) => void): (error: unknown) => void {
  let last = -Infinity
  let suppressed = 0
  return (error) => {
    const now = performance.now()
    if (now - last < ms) {
      suppressed += 1
      return
    }
    say(error, suppressed)
    last = now
    suppressed = 0
  }
}
