// A worker process for tests that kill it: does `slow` jobs, each an effect guarded by a row.
import pg from 'pg'
import { createLog } from '../../src/platform/log.ts'
import { startWorkers } from '../../src/platform/bullmq.ts'
import { handle } from '../../src/platform/jobs.ts'
import { slow, tick } from './queue-jobs.ts'

const databaseUrl = process.argv[2] ?? ''
const redisUrl = process.argv[3] || null
const schedules = process.argv.includes('scheduled') ? [{ job: tick, every: 1_000 }] : []
const options = process.argv.includes('hasty') ? { lease: { lockDuration: 2_000, stalledInterval: 500 } } : {}
const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })

const services = { config: { databaseUrl, redisUrl }, log: createLog({ level: 'warn', pretty: false, process: 'test-worker' }) }
const workers = await startWorkers(
  services,
  [
    handle(slow, async (_services, { id, ms, firstMs }) => {
      const { rows } = await pool.query('insert into test_run (id) values ($1) returning (select count(*) from test_run where id = $1)::int as before', [id])
      await new Promise((resolve) => setTimeout(resolve, rows[0].before === 0 ? firstMs : ms))
      await pool.query('insert into test_effect (id) values ($1) on conflict do nothing', [id])
    }),
    handle(tick, async () => {
      await pool.query("insert into test_run (id) values ('tick')")
    }),
  ],
  schedules,
  options,
)
process.send?.('ready')
process.once('SIGTERM', async () => {
  await workers.close()
  await pool.end()
  process.exit(0)
})
