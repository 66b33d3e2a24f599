import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createJobs, startWorkers, type WorkerOptions, type Workers } from '../../src/platform/bullmq.ts'
import { Invalid, Unavailable } from '../../src/platform/errors.ts'
import { handle, type Handler, type Schedule } from '../../src/platform/jobs.ts'
import { root } from '../../src/platform/paths.ts'
import { note, slow, tick } from './queue-jobs.ts'
import { testDatabase } from '../support/database.ts'
import { redisUrl } from '../support/machine.ts'

// A Redis database of this file's own: it is emptied between tests.
const BACKENDS = [{ backend: 'Postgres', redis: null }, ...(redisUrl === null ? [] : [{ backend: 'Redis', redis: `${redisUrl}/5` }])]

if (redisUrl === null) it.skip('jobs on Redis (there is no redis-server)')

describe.each(BACKENDS)('jobs on $backend', ({ redis }) => {
  let databaseUrl = ''
  let pool: pg.Pool
  let jobs: ReturnType<typeof createJobs>
  let lines: { level: number; msg: string }[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const running: Workers[] = []
  const children: ChildProcess[] = []

  beforeAll(async () => {
    databaseUrl = await testDatabase()
    pool = new pg.Pool({ connectionString: databaseUrl, max: 3 })
    await pool.query('create table if not exists test_run (id text, at timestamptz default now())')
    await pool.query('create table if not exists test_effect (id text primary key)')
  })

  beforeEach(async () => {
    lines = []
    await wipeQueue()
    await pool.query('truncate test_run, test_effect')
    jobs = createJobs({ config: config(), log })
  })

  afterEach(async () => {
    await Promise.all(running.splice(0).map((workers) => workers.close()))
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await jobs.close()
  })

  afterAll(async () => {
    await pool.end()
  })

  const config = () => ({ databaseUrl, redisUrl: redis })

  async function work(handlers: Handler<unknown>[], schedules: Schedule[] = [], options: WorkerOptions = {}): Promise<Workers> {
    const workers = await startWorkers({ config: config(), log }, handlers as never, schedules, options)
    running.push(workers)
    return workers
  }

  async function wipeQueue(): Promise<void> {
    if (redis !== null) {
      const client = new Redis(redis)
      await client.flushdb()
      client.disconnect()
      return
    }
    const { rows } = await pool.query(`select tablename from pg_tables where schemaname = 'bullmq' and tablename <> 'migration'`)
    // A running worker is busy with these tables, so the first try may lose against it.
    const truncate = () => pool.query(`truncate ${rows.map(({ tablename }) => `bullmq.${tablename}`).join(', ')}`)
    await truncate().catch(truncate)
  }

  function startProcess(...rest: string[]): Promise<ChildProcess> {
    const child = fork(join(root, 'tests/platform/queue-worker.ts'), [databaseUrl, redis ?? '', ...rest], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    children.push(child)
    return new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error('The worker process ended.')))
      child.on('message', (message) => message === 'ready' && resolve(child))
    })
  }

  const count = async (table: string, id: string) => Number((await pool.query(`select count(*) from ${table} where id = $1`, [id])).rows[0].count)
  const ended = (child: ChildProcess) => new Promise<void>((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve())))

  it('does what was asked, before and after the worker starts', async () => {
    const done: string[] = []
    await jobs.enqueue(note, { id: 'early' })
    await work([handle(note, async (_, { id }) => done.push(id))])
    await jobs.enqueue(note, { id: 'late' })
    await until(() => done.length === 2)
    expect(done).toEqual(['early', 'late'])
  })

  it('waits until the time given', async () => {
    const done: number[] = []
    await work([handle(note, async () => done.push(performance.now()))])
    const asked = performance.now()
    await jobs.enqueue(note, { id: 'later' }, { delayMs: 1_500 })
    await until(() => done.length === 1)
    expect(done[0]! - asked).toBeGreaterThan(1_400)
    expect(done[0]! - asked).toBeLessThan(4_000)
  })

  it('tries again after Unavailable and after a bug, and not after a refusal or nonsense', async () => {
    const tries: Record<string, number> = {}
    await work([
      handle(note, async (_, { id }) => {
        tries[id] = (tries[id] ?? 0) + 1
        if (id === 'refused') throw new Invalid('No.')
        if (id === 'away' && tries[id] < 2) throw new Unavailable('Later.')
        if (id === 'bug' && tries[id] < 2) throw new TypeError('x is not a function')
      }),
      handle(slow, async () => {
        tries['nonsense'] = 99
      }),
    ])
    for (const id of ['refused', 'away', 'bug']) await jobs.enqueue(note, { id })
    await jobs.enqueue(slow, { id: 7 } as never)
    await until(() => tries['away'] === 2 && tries['bug'] === 2)
    await until(() => lines.filter(({ msg }) => msg === 'A job was refused for good.').length === 2)
    expect(tries).toEqual({ refused: 1, away: 2, bug: 2 })
    expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  })

  it('fails cleanly when an error message holds what Postgres cannot store', async () => {
    let tries = 0
    await work([
      handle(note, async () => {
        tries += 1
        throw new Invalid('a NUL \u0000 and half a pair \ud800')
      }),
    ], [], { lease: { lockDuration: 1_000, stalledInterval: 500 } })
    await jobs.enqueue(note, { id: 'bad' })
    await until(() => lines.some(({ msg }) => msg === 'A job was refused for good.'))
    await pause(3_000) // longer than a lock: a job stuck in "active" would have run again
    expect(tries).toBe(1)
  })

  it('lets equal requests fall together, but never loses one that comes while the job runs', async () => {
    const done: string[] = []
    let release = () => {}
    for (let i = 0; i < 5; i++) await jobs.enqueue(note, { id: 'same' }, { once: 'a:b' })
    await work([
      handle(note, async (_, { id }) => {
        done.push(id)
        if (done.length === 1) await new Promise<void>((resolve) => (release = resolve))
      }),
    ])
    await until(() => done.length === 1)
    for (let i = 0; i < 5; i++) await jobs.enqueue(note, { id: 'same' }, { once: 'a:b' })
    release()
    await until(() => done.length === 2)
    await pause(500)
    expect(done).toHaveLength(2)
    await jobs.enqueue(note, { id: 'same' }, { once: 'a:b' })
    await until(() => done.length === 3)
  })

  it('does not block a later request by one that failed for good', async () => {
    let tries = 0
    await work([
      handle(note, async () => {
        tries += 1
        if (tries === 1) throw new Invalid('No.')
      }),
    ])
    await jobs.enqueue(note, { id: 'x' }, { once: 'x' })
    await until(() => tries === 1)
    await pause(300)
    await jobs.enqueue(note, { id: 'x' }, { once: 'x' })
    await until(() => tries === 2)
  })

  it('runs a schedule once per period although two workers registered it at the same time', async () => {
    await Promise.all([startProcess('scheduled'), startProcess('scheduled'), startProcess('scheduled')])
    await pool.query('truncate test_run')
    await pause(5_500)
    const ticks = await count('test_run', 'tick')
    expect(ticks).toBeGreaterThanOrEqual(4)
    expect(ticks).toBeLessThanOrEqual(7)
  }, 30_000)

  it('forgets a schedule that the program no longer has', async () => {
    let ticks = 0
    const handlers = [handle(tick, async () => (ticks += 1))]
    const first = await work(handlers, [{ job: tick, every: 500 }])
    await until(() => ticks >= 1)
    await first.close()
    await work(handlers, [])
    await pause(700)
    const before = ticks
    await pause(1_500)
    expect(ticks).toBe(before)
  })

  it('finishes a killed worker\'s job within 15 s, with one effect', async () => {
    const victim = await startProcess()
    await jobs.enqueue(slow, { id: 'k', ms: 0, firstMs: 60_000 })
    await until(async () => (await count('test_run', 'k')) === 1)
    await startProcess()
    victim.kill('SIGKILL')
    await ended(victim)
    const killed = performance.now()
    await until(async () => (await count('test_effect', 'k')) === 1, 20_000)
    const seconds = (performance.now() - killed) / 1_000
    process.stdout.write(`recovered after ${seconds.toFixed(1)} s\n`)
    expect(seconds).toBeLessThan(15)
    expect(await count('test_effect', 'k')).toBe(1)
  }, 60_000)

  it('survives several kills in a row: the job never ends among the dead', async () => {
    await jobs.enqueue(slow, { id: 'm', ms: 1_500, firstMs: 1_500 })
    for (let kill = 1; kill <= 3; kill++) {
      const victim = await startProcess('hasty')
      await until(async () => (await count('test_run', 'm')) === kill, 20_000)
      victim.kill('SIGKILL')
      await ended(victim)
    }
    await startProcess('hasty')
    await until(async () => (await count('test_effect', 'm')) === 1, 25_000)
    expect(await count('test_run', 'm')).toBe(4)
  }, 120_000)

  it('lets a running job finish when it is asked to stop, and leaves the rest', async () => {
    const worker = await startProcess()
    await jobs.enqueue(slow, { id: 's', ms: 1_500, firstMs: 1_500 })
    await until(async () => (await count('test_run', 's')) === 1)
    worker.kill('SIGTERM')
    await ended(worker)
    expect(worker.exitCode).toBe(0)
    expect(await count('test_effect', 's')).toBe(1)
    expect(await count('test_run', 's')).toBe(1)
  }, 30_000)

  it('opens few connections', async () => {
    await work([handle(note, async () => undefined)], [{ job: tick, every: 60_000 }])
    await Promise.all(Array.from({ length: 20 }, (_, i) => jobs.enqueue(note, { id: String(i) })))
    await pause(500)
    const { rows } = await pool.query(`select count(*)::int as n from pg_stat_activity where datname = current_database() and (application_name like 'lectern-jobs%' or application_name in ('mail', 'media', 'billing'))`)
    process.stdout.write(`queue connections: ${rows[0].n}\n`)
    expect(rows[0].n).toBeLessThanOrEqual(redis === null ? 9 : 0)
  })

  it('brings schedules back after the queue has been wiped', async () => {
    let ticks = 0
    await work([handle(tick, async () => (ticks += 1))], [{ job: tick, every: 1_000 }], { watchEvery: 2_000 })
    await until(() => ticks >= 1)
    await wipeQueue()
    const before = ticks
    await until(() => ticks >= before + 2)
    expect(lines.some(({ msg }) => msg.startsWith('A schedule was lost'))).toBe(true)
  })
})

describe.each([
  { backend: 'Postgres', config: { databaseUrl: 'postgres://nobody@127.0.0.1:9/none', redisUrl: null } },
  { backend: 'Redis', config: { databaseUrl: 'postgres://nobody@127.0.0.1:9/none', redisUrl: 'redis://127.0.0.1:9' } },
])('a queue on $backend that is away', ({ config }) => {
  it('neither fails nor holds up the request, and says so once', async () => {
    const lines: string[] = []
    const jobs = createJobs({ config, log: pino({}, { write: (line: string) => void lines.push(line) }) })
    const slowest = { ms: 0 }
    for (let i = 0; i < 50; i++) {
      const began = performance.now()
      await jobs.enqueue(note, { id: 'x' })
      slowest.ms = Math.max(slowest.ms, performance.now() - began)
    }
    await jobs.close()
    expect(slowest.ms).toBeLessThan(1_300)
    expect(lines).toHaveLength(1)
  })
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(condition: () => boolean | Promise<boolean>, limit = 10_000): Promise<void> {
  const start = performance.now()
  while (!(await condition())) {
    if (performance.now() - start > limit) throw new Error('Waited in vain.')
    await pause(50)
  }
}
