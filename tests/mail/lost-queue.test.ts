import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { queueMail, ringMail } from '../../src/mail/queue-mail.ts'
import { mailHandlers, mailSchedules } from '../../src/mail/worker.ts'
import { createJobs, startWorkers, type Workers } from '../../src/platform/bullmq.ts'
import type { Services } from '../../src/services.ts'
import { clearDatabase } from '../support/database.ts'
import { redisUrl } from '../support/machine.ts'
import { openBench, type Bench } from '../support/worker-services.ts'

const BACKENDS = [{ backend: 'Postgres', redis: null }, ...(redisUrl === null ? [] : [{ backend: 'Redis', redis: `${redisUrl}/6` }])]

describe.each(BACKENDS)('mail, when the queue on $backend is wiped', ({ redis }) => {
  let bench: Bench
  let services: Services
  let workers: Workers
  let jobs: ReturnType<typeof createJobs>
  let sent: string[] = []

  beforeAll(async () => {
    bench = await openBench()
  })
  beforeEach(async () => {
    await clearDatabase()
    await wipe()
    sent = []
    const all = bench.services({ mail: { send: async ({ id }) => ({ providerId: String(sent.push(id)) }) } })
    const config = { ...all.config, redisUrl: redis }
    jobs = createJobs({ config, log: all.log })
    services = { ...all, config, jobs }
    workers = await startWorkers(services, mailHandlers, mailSchedules, { watchEvery: 1_000 })
  })
  afterEach(async () => {
    await workers.close()
    await jobs.close()
  })
  afterAll(() => bench.close())

  async function wipe(): Promise<void> {
    if (redis === null) {
      const { pool } = bench.database
      const { rows } = await pool.query<{ name: string }>(`select 'bullmq.' || tablename as name from pg_tables where schemaname = 'bullmq' and tablename <> 'migration'`)
      // The workers are busy with these tables, so the first try may lose against them.
      const truncate = () => pool.query(`truncate ${rows.map(({ name }) => name).join(', ')}`)
      await truncate().catch(truncate).catch(truncate)
    } else {
      const client = new Redis(redis)
      await client.flushdb()
      client.disconnect()
    }
  }

  it('loses nothing and sends nothing twice', async () => {
    const count = 40
    for (let i = 0; i < count; i++) {
      const id = await queueMail(services.db, { key: `m:${i}`, template: 'x', recipient: 'a@b.example', email: { subject: 's', html: 'h', text: 't' } })
      if (i % 4 !== 0) await ringMail(services, id)
      if (i % 10 === 5) await wipe()
    }
    await wipe()
    const wiped = performance.now()
    while ((await services.db.mail.count({ where: { state: 'sent' } })) < count) {
      if (performance.now() - wiped > 12_000) break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    process.stdout.write(`all ${sent.length} mails after ${((performance.now() - wiped) / 1000).toFixed(1)} s\n`)
    expect(await services.db.mail.count({ where: { state: 'sent' } })).toBe(count)
    expect(new Set(sent).size).toBe(count)
    expect(sent).toHaveLength(count)
  })
})
