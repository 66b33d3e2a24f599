import { spawn, type ChildProcess } from 'node:child_process'
import { chown, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { guard } from './guard.ts'
import { tryPort } from './free-port.ts'
import { isAlive, readHolder, releaseLock, startOf, takeLock } from './folder-lock.ts'
import { identity, majorOf, exists } from './postgres-binaries.ts'
import { findHome, recall, remember, type Home } from './postgres-home.ts'
import { explainFolder, StartupProblem } from './startup-problem.ts'

const USER = 'lectern'
const DATABASE = 'lectern'
const START_LIMIT = 60_000
const FAST_STOP_LIMIT = 20_000
const QUICK_STOP_LIMIT = 5_000

export interface StartOptions {
  /** Holds `postgres.json`, the lock, and the data unless PostgreSQL's user cannot enter it. */
  dataDir: string
  /** Progress, one sentence a call. */
  log: (line: string) => void
  /** Off only for throw-away test data: a power cut may then destroy it. */
  durable?: boolean
}

export interface RunningPostgres {
  url: string
  /** A sentence for the person at the terminal when the data or binaries had to go elsewhere. */
  notice: string | null
  /** Fulfils when the server has ended, asked or not, with its last log lines. */
  exited: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL that npm installed, for this machine only (127.0.0.1), creating its data on the first run.
 * Throws `StartupProblem` when another process uses the folder or the data is another major version's.
 */
export async function startPostgres({ dataDir, log, durable = true }: StartOptions): Promise<RunningPostgres> {
  const folder = resolve(dataDir)
  const home = await findHome(folder)
  const lock = join(folder, 'postgres.lock')
  const holder = takeLock(lock)
  if (holder) throw new StartupProblem(`Another copy of Lectern (process ${holder.pid}) is using ${folder}: stop it, or set DATA_DIR to another folder.`)
  try {
    return await startLocked(folder, home, lock, log, durable)
  } catch (error) {
    releaseLock(lock)
    throw explainFolder(folder, error)
  }
}

/** The address of the server that runs for `dataDir`, after asking it; null when none answers. */
export async function findPostgres(dataDir: string): Promise<string | null> {
  const folder = resolve(dataDir)
  const remembered = await recall(folder)
  if (!remembered?.port) return null
  const holder = readHolder(join(folder, 'postgres.lock'))
  if (!holder || !isAlive(holder)) return null
  const url = address(remembered.password, remembered.port)
  return (await answers(url, join(remembered.folder, 'data'))) ? url : null
}

async function startLocked(dataDir: string, home: Home, lock: string, log: StartOptions['log'], durable: boolean): Promise<RunningPostgres> {
  const data = join(home.folder, 'data')
  await checkVersion(home, data)
  await stopLeftOver(data, log)
  if (!(await exists(join(data, 'PG_VERSION')))) await createData(home, data, log, durable)
  const { child, url } = await launch(dataDir, home, data, durable)
  const release = guard(child.pid ?? 0, 'INT')
  const exited = new Promise<string>((done) => {
    const ended = () => {
      release()
      releaseLock(lock)
      void lastWords(home).then(done)
    }
    if (hasEnded(child)) ended()
    else child.once('exit', ended)
  })
  return { url, notice: home.notice, exited, stop: () => stop(child, exited) }
}

async function checkVersion(home: Home, data: string): Promise<void> {
  const ours = majorOf(home.binaries.version)
  const theirs = await readFile(join(data, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    },
  )
  if (theirs !== null && theirs !== ours) {
    throw new StartupProblem(`The data in ${data} is of PostgreSQL ${theirs}, but this version of Lectern brings PostgreSQL ${ours}: use the version that made it, or set DATA_DIR to another folder.`)
  }
}

/** A server whose parent was killed may still hold the data. We have the lock, so nobody uses it: end it and start afresh. */
async function stopLeftOver(data: string, log: StartOptions['log']): Promise<void> {
  const file = join(data, 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  if (!pid) return
  const since = startOf(pid)
  if (since && (await servesData(pid, data))) {
    log('Stopping a database that an earlier run left behind.')
    for (const [signal, limit] of [['SIGINT', FAST_STOP_LIMIT], ['SIGQUIT', QUICK_STOP_LIMIT], ['SIGKILL', QUICK_STOP_LIMIT]] as const) {
      process.kill(pid, signal)
      if (await until(() => startOf(pid) !== since, limit)) break
    }
  }
  await rm(file, { force: true })
}

/** Whether that process is really the server of this folder: process ids are used again. */
async function servesData(pid: number, data: string): Promise<boolean> {
  if (process.platform !== 'linux') return startOf(pid) !== ''
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.split('\0').includes(data)
}

/** Made under another name and renamed, so that an interrupted first start leaves nothing half-made behind. */
async function createData(home: Home, data: string, log: StartOptions['log'], durable: boolean): Promise<void> {
  log('Creating the database.')
  const [fresh, secret] = [`${data}.new`, join(home.folder, 'password.new')]
  await rm(fresh, { recursive: true, force: true })
  await writeFile(secret, home.password, { mode: 0o600 })
  if (home.user) await chown(secret, home.user.uid, home.user.gid)
  try {
    await initdb(home, fresh, secret, durable)
    await rename(fresh, data)
  } finally {
    await rm(secret, { force: true })
  }
}

async function initdb(home: Home, fresh: string, secret: string, durable: boolean): Promise<void> {
  const options = ['--pgdata', fresh, '--username', USER, '--pwfile', secret, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8']
  const child = spawn(join(home.binaries.folder, 'bin', 'initdb'), durable ? options : [...options, '--no-sync'], { ...processOptions(home), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()))
  const release = guard(child.pid ?? 0, 'TERM')
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done))
  release()
  if (code !== 0) throw new StartupProblem(`PostgreSQL could not create its data in ${home.folder}: ${lastLines(output)}`)
}

async function launch(dataDir: string, home: Home, data: string, durable: boolean): Promise<{ child: ChildProcess; url: string }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort((await recall(dataDir))?.port ?? null)
    const child = await spawnServer(home, data, port, durable)
    const url = address(home.password, port)
    if (await ready(child, home.password, port)) {
      await remember(dataDir, { folder: home.folder, password: home.password, port })
      return { child, url }
    }
    const words = await lastWords(home)
    if (attempt === 3 || !words.includes('Address already in use')) throw new StartupProblem(`The database did not start: ${words}`)
  }
}

async function spawnServer(home: Home, data: string, port: number, durable: boolean): Promise<ChildProcess> {
  const log = await open(join(home.folder, 'postgres.log'), 'w', 0o600)
  if (home.user) await log.chown(home.user.uid, home.user.gid)
  const settings = {
    port, listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: 100, timezone: 'UTC', log_timezone: 'UTC', lc_messages: 'C',
    log_line_prefix: '%m [%p] ', ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_wal_size: '4GB' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  try {
    return spawn(join(home.binaries.folder, 'bin', 'postgres'), ['-D', data, ...flags], { ...processOptions(home), stdio: ['ignore', log.fd, log.fd] })
  } finally {
    await log.close()
  }
}

/** Detached: a session of its own, so that a terminal's Ctrl-C reaches us and not the database, which must stop last. */
const processOptions = (home: Home) => ({ cwd: '/', detached: true, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }, ...identity(home.user) })

/** True once it answers and has our database; false when it ended before. */
async function ready(child: ChildProcess, password: string, port: number): Promise<boolean> {
  let failed = false
  child.once('error', () => (failed = true))
  const answered = await until(async () => failed || hasEnded(child) || (await hasDatabase(password, port)), START_LIMIT)
  if (failed || hasEnded(child)) return false
  if (!answered) child.kill('SIGQUIT')
  return answered
}

async function hasDatabase(password: string, port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: address(password, port, 'postgres'), connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (!rowCount) await client.query(`create database ${DATABASE}`)
    return true
  } catch (error) {
    // Refused or still starting: ask again. Anything else will not get better.
    const code = (error as { code?: string }).code ?? ''
    if (['ECONNREFUSED', 'ECONNRESET', '57P03'].includes(code)) return false
    if (code === '28P01') throw new StartupProblem("The database's password is not the one in postgres.json: restore that file, or set DATA_DIR to another folder.")
    throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function answers(url: string, data: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    return rows[0]?.data_directory === data
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** SIGINT is PostgreSQL's fast shutdown: it rolls back what is open, writes a checkpoint and ends. */
async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  for (const [signal, limit] of [['SIGINT', FAST_STOP_LIMIT], ['SIGQUIT', QUICK_STOP_LIMIT], ['SIGKILL', QUICK_STOP_LIMIT]] as const) {
    if (hasEnded(child)) break
    child.kill(signal)
    await until(() => hasEnded(child), limit)
  }
  await exited
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const address = (password: string, port: number, database = DATABASE): string => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`

/** The port of the last run when nobody took it, else one the system offers. */
async function freePort(last: number | null): Promise<number> {
  return (last && (await tryPort(last, '127.0.0.1'))) || (await tryPort(0, '127.0.0.1')) || freePort(null)
}

async function until(condition: () => boolean | Promise<boolean>, limit: number): Promise<boolean> {
  const end = performance.now() + limit
  while (performance.now() < end) {
    if (await condition()) return true
    await sleep(20)
  }
  return false
}

async function lastWords(home: Home): Promise<string> {
  return lastLines(await readFile(join(home.folder, 'postgres.log'), 'utf8').catch(() => ''))
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' / ').slice(-600)
