import { rmSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startPostgres } from '../../src/platform/embedded-postgres.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { root } from '../../src/platform/paths.ts'
import { findMachine, missing } from './find-machine.ts'
import { startRedis } from './redis.ts'

/** One server for the whole run, with one migrated database that every worker clones (tests/support/database.ts). */
export default async function setup(project: TestProject) {
  const machine = findMachine()
  for (const line of missing(machine)) console.log(line)
  const folder = await mkdtemp(join(tmpdir(), 'lectern-test-'))
  // PostgreSQL may run as another user, who must be able to pass through.
  await chmod(folder, 0o755)
  const server = await startServer(join(folder, 'var'))
  const template = `lectern_template_${process.pid}`
  await onServer(server.url, `create database ${template}`)
  await migrate(withDatabase(server.url, template))
  const redis = machine.redisServer ? await startRedis(machine.redisServer, folder) : null

  project.provide('serverUrl', server.url)
  project.provide('template', template)
  project.provide('machine', { chromium: machine.chromium, java: machine.java, redisUrl: redis?.url ?? null })

  return async () => {
    await redis?.stop()
    if (process.env.TEST_DATABASE_URL) await dropAll(server.url)
    await server.stop()
    for (const path of [folder, server.elsewhere]) if (path) rmSync(path, { recursive: true, force: true })
  }
}

declare module 'vitest' {
  export interface ProvidedContext {
    serverUrl: string
    template: string
    machine: { chromium: string | null; java: string | null; redisUrl: string | null }
  }
}

interface Server {
  url: string
  /** Where the data went when it could not stay in the run's own folder. */
  elsewhere: string | null
  stop(): Promise<void>
}

async function startServer(dataDir: string): Promise<Server> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return { url: given, elsewhere: null, stop: () => Promise.resolve() }
  const { url, stop } = await startPostgres({ dataDir, log: () => undefined, durable: false })
  const data = await onServer(url, 'show data_directory')
  const home = dirname(String(data[0]?.data_directory))
  return { url, stop, elsewhere: home.startsWith(dataDir) || home.startsWith(root) ? null : home }
}

/** A server that is not ours keeps nothing of this run. */
async function dropAll(url: string): Promise<void> {
  const rows = await onServer(url, `select datname from pg_database where datname like 'lectern\\_template\\_${process.pid}%'`)
  for (const { datname } of rows) await onServer(url, `drop database "${String(datname)}" with (force)`)
}

async function onServer(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
