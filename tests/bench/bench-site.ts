import { fork, type ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { boot, type Booted } from '../../src/boot.ts'
import { readConfig } from '../../src/config.ts'
import { startPostgres } from '../../src/platform/embedded-postgres.ts'
import { tryPort } from '../../src/platform/free-port.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { root } from '../../src/platform/paths.ts'

export interface BenchSite extends Booted {
  url: string
  webPid: number
  postgresPid: number
  stop(): Promise<void>
}

/** The built web process on an embedded Postgres of its own, in a temporary folder; nothing else runs in it. */
export async function startBenchSite(): Promise<BenchSite> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-bench-'))
  const postgres = await startPostgres({ dataDir: folder, log: () => undefined })
  await migrate(postgres.url)
  const port = await freePort()
  const env = { NODE_ENV: 'development', DATABASE_URL: postgres.url, DATA_DIR: folder, PORT: String(port), LOG_LEVEL: 'warn', SITE_NAME: 'Lectern' }
  const booted = boot(readConfig(env), 'cli')
  const web = fork(join(root, 'dist', 'web.js'), { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  const url = `http://127.0.0.1:${port}`
  await answers(`${url}/readyz`)
  const { rows } = await booted.pool.query<{ data_directory: string }>('SHOW data_directory')
  const postgresPid = Number((await readFile(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8')).split('\n')[0])
  return {
    ...booted,
    url,
    webPid: web.pid ?? 0,
    postgresPid,
    async stop() {
      await end(web)
      await booted.close()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A bare node server with this answer, in a process of its own. */
export async function startBareServer(files: { body: string; head: string }): Promise<{ url: string; pid: number; stop(): Promise<void> }> {
  const port = await freePort()
  const child = fork(join(root, 'tests', 'bench', 'bare-server.js'), [files.body, files.head, String(port)], { execArgv: [] })
  const url = `http://127.0.0.1:${port}/`
  await answers(url)
  return { url, pid: child.pid ?? 0, stop: () => end(child) }
}

async function freePort(): Promise<number> {
  const port = await tryPort(0, '127.0.0.1')
  if (port === null) throw new Error('There is no free port.')
  return port
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const ok = await fetch(url).then((answer) => answer.ok, () => false)
    if (ok) return
    await wait(100)
  }
  throw new Error(`${url} does not answer.`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
