import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createJobs, startWorkers } from '../../src/platform/bullmq.ts'
import { handle } from '../../src/platform/jobs.ts'
import { testDatabase } from '../support/database.ts'
import { findMachine } from '../support/find-machine.ts'
import { startRedis } from '../support/redis.ts'
import { note } from './queue-jobs.ts'

const { redisServer } = findMachine()

describe('a queue that breaks while it is used', () => {
  let databaseUrl = ''
  let folder = ''
  let lines: { level: number; msg: string }[] = []
  let done: string[] = []
  const closing: (() => Promise<void>)[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })

  beforeAll(async () => {
    databaseUrl = await testDatabase()
    folder = await mkdtemp(join(tmpdir(), 'lectern-redis-'))
  })
  beforeEach(() => {
    lines = []
    done = []
  })
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function open(redisUrl: string | null) {
    const config = { databaseUrl, redisUrl }
    const workers = await startWorkers({ config, log }, [handle(note, async (_, { id }) => done.push(id))] as never, [])
    closing.push(() => workers.close())
    const jobs = createJobs({ config, log })
    closing.push(() => jobs.close())
    return jobs
  }

  it('comes back by itself when Postgres cuts every connection', async () => {
    const jobs = await open(null)
    await jobs.enqueue(note, { id: 'before' })
    await until(() => done.includes('before'))
    const admin = new pg.Client(databaseUrl)
    await admin.connect()
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()')
    await admin.end()
    const cut = performance.now()
    for (let i = 0; !done.includes('after'); i++) {
      if (i > 100) throw new Error('It did not come back.')
      await jobs.enqueue(note, { id: 'after' }, { once: 'after' })
      await pause(100)
    }
    process.stdout.write(`Postgres back after ${Math.round(performance.now() - cut)} ms\n`)
    expect(lines.length).toBeLessThan(10)
    expect(lines.filter(({ level }) => level >= 50)).toEqual([])
  })

  it.skipIf(redisServer === null)('goes on when Redis was away, says so at most once a second, and holds nobody up', async () => {
    const redis = await startRedis(redisServer ?? '', folder)
    const port = new URL(redis.url).port
    const jobs = await open(redis.url)
    await jobs.enqueue(note, { id: 'before' })
    await until(() => done.includes('before'))

    await redis.stop()
    lines = []
    let slowest = 0
    const away = performance.now()
    while (performance.now() - away < 5_000) {
      const asked = performance.now()
      await jobs.enqueue(note, { id: 'lost' })
      slowest = Math.max(slowest, performance.now() - asked)
      await pause(20)
    }
    process.stdout.write(`Redis away 5 s: ${lines.length} lines, slowest request ${Math.round(slowest)} ms\n`)
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(8)
    expect(slowest).toBeLessThan(1_200)

    const again = await startRedis(redisServer ?? '', folder, Number(port))
    closing.unshift(() => again.stop())
    const back = performance.now()
    for (let i = 0; !done.includes('after'); i++) {
      if (i > 150) throw new Error('It did not come back.')
      await jobs.enqueue(note, { id: 'after' }, { once: 'after' })
      await pause(100)
    }
    process.stdout.write(`Redis back: first job after ${Math.round(performance.now() - back)} ms\n`)
  }, 40_000)

  it.each(['postgres', 'redis'])('holds nobody up when %s accepts connections and then says nothing', async (kind) => {
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = `${kind}://nobody@127.0.0.1:${(silent.address() as AddressInfo).port}`
    const jobs = createJobs({ config: kind === 'redis' ? { databaseUrl, redisUrl: address } : { databaseUrl: `${address}/x`, redisUrl: null }, log })
    const waits: number[] = []
    for (let i = 0; i < 150; i++) {
      const asked = performance.now()
      await jobs.enqueue(note, { id: 'x' })
      waits.push(performance.now() - asked)
    }
    expect(Math.max(...waits)).toBeLessThan(1_300)
    expect(waits.filter((wait) => wait > 100)).toHaveLength(1)
    expect(lines).toHaveLength(1)
    for (const socket of sockets) socket.destroy()
    await jobs.close()
    await new Promise<void>((resolve) => silent.close(() => resolve()))
  })
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await pause(50)
  expect(condition()).toBe(true)
}
