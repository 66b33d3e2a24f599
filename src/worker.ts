// Process: the worker. Boot, handlers, work, stop.
import { boot, configOrExit } from './boot.ts'
import type { Config } from './config.ts'
import { handlers, schedules } from './handlers.ts'
import { startWorkers } from './platform/bullmq.ts'

/** Running jobs get 20 s (`startWorkers`); a platform kills us after 30 s. */
const EXIT_LIMIT = 25_000

await work(configOrExit(process.env))

async function work(config: Config): Promise<void> {
  const booted = boot(config, 'worker')
  const { log } = booted.services
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise failed and nobody listened'))
  const workers = await startWorkers(booted.services, handlers, schedules).catch((error: unknown) => {
    log.fatal({ err: error }, 'cannot reach the job queue')
    process.exit(1)
  })
  log.info({ jobs: handlers.length, schedules: schedules.length }, 'working')

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), EXIT_LIMIT).unref()
    await workers.close()
    await booted.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
  // Our parent (`npm start`) has gone.
  process.on('disconnect', () => void stop())
}
