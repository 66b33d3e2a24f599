// Process: the web. Boot, routes, listen, stop; with WEB_CONCURRENCY above one, a parent that keeps that many of these.
import cluster from 'node:cluster'
import type { Server } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { boot, configOrExit } from './boot.ts'
import type { Config } from './config.ts'
import { announceShutdown } from './operations/shutdown.ts'
import { followInvalidations } from './platform/invalidation.ts'
import { createServer } from './server.ts'

/** Running requests get this long; a platform kills us after 30 s. */
const DRAIN = 20_000
/** Before the door closes: a balancer sees that `/readyz` says no, and busy connections hear with their answer that it is the last. */
const NOTICE = { production: 2_000, development: 300 }

const config = configOrExit(process.env)
if (config.webConcurrency > 1 && cluster.isPrimary) keepProcesses(config.webConcurrency)
else await serve(config)

async function serve(config: Config): Promise<void> {
  const booted = boot(config, 'web')
  const { log } = booted.services
  const { server, cache } = createServer(booted.services, booted)
  const invalidations = followInvalidations({ databaseUrl: config.databaseUrl ?? '', cache, log })

  server.on('error', (error) => {
    log.fatal({ err: error }, 'cannot listen')
    process.exit(1)
  })
  server.listen(config.port, config.host, () => log.info({ port: config.port, host: config.host }, 'listening'))

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    announceShutdown()
    server.prependListener('request', (_req, res) => void (res.shouldKeepAlive = false))
    await wait(config.production ? NOTICE.production : NOTICE.development)
    await close(server)
    await invalidations.stop()
    await booted.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop())
  process.on('disconnect', () => void stop())
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise failed and nobody listened'))
}

/** Takes no new requests, lets the running ones end, then ends what is left. */
async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // Browsers keep their connection after the last answer: hang up as soon as nothing runs on it.
  const sweep = setInterval(() => server.closeIdleConnections(), 100)
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN)
  await closed
  clearInterval(sweep)
  clearTimeout(timer)
}

/** One crash of a process costs its requests, never the site. */
function keepProcesses(count: number): void {
  let stopping = false
  for (let index = 0; index < count; index++) cluster.fork()
  cluster.on('exit', () => {
    if (stopping && Object.keys(cluster.workers ?? {}).length === 0) process.exit(0)
    if (!stopping) setTimeout(() => stopping || cluster.fork(), 500)
  })
  const stop = () => {
    stopping = true
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM')
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
  process.on('disconnect', stop)
}
