import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPostgres, startPostgres, type RunningPostgres } from '../../src/platform/embedded-postgres.ts'
import { installedBinaries, majorOf } from '../../src/platform/postgres-binaries.ts'
import { root } from '../../src/platform/paths.ts'
import { StartupProblem } from '../../src/platform/startup-problem.ts'

const isRoot = process.getuid?.() === 0

describe('the embedded database', { timeout: 60_000 }, () => {
  let base: string
  let dataDir: string
  let running: RunningPostgres[]
  let lines: string[]

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'lectern-postgres-'))
    chmodSync(base, 0o755)
    dataDir = join(base, 'var')
    running = []
    lines = []
  })
  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()))
    rmSync(base, { recursive: true, force: true })
  })

  const start = async (folder = dataDir) => {
    const server = await startPostgres({ dataDir: folder, log: (line) => lines.push(line), durable: false })
    running.push(server)
    return server
  }

  it('keeps its data, asks for its password, and is found by its folder while it runs', async () => {
    const first = await start()
    // Only a copy of the binaries may be announced, where the project's folder is closed to the database's user.
    expect(first.notice ?? '').not.toContain('the data is in')
    expect(await sql(first.url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(await sql(first.url, 'show unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
    await sql(first.url, 'create table kept (word text)')
    await sql(first.url, `insert into kept values ('here')`)

    const wrong = Object.assign(new URL(first.url), { password: 'guess' })
    await expect(sql(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600)

    expect(await findPostgres(dataDir)).toBe(first.url)
    expect(await findPostgres(join(base, 'nowhere'))).toBeNull()
    await expect(start()).rejects.toThrow(`Another copy of Lectern (process ${process.pid}) is using ${dataDir}`)
    expect(await findPostgres(dataDir), 'the first one is unharmed').toBe(first.url)
    await first.stop()
    expect(await findPostgres(dataDir)).toBeNull()

    const second = await start()
    expect(await sql(second.url, 'select word from kept')).toEqual([{ word: 'here' }])
    expect(lines).toEqual(['Creating the database.'])
  })

  it('runs beside another with a folder of its own', async () => {
    const [one, two] = await Promise.all([start(), start(join(base, 'second'))])
    expect(one.url).not.toBe(two.url)
    expect(await sql(one.url, 'select 1 as n')).toEqual(await sql(two.url, 'select 1 as n'))
  })

  it('refuses data of another major version, naming both', async () => {
    const server = await start()
    const [row] = await sql(server.url, 'show data_directory')
    await server.stop()
    writeFileSync(join(String(row?.data_directory), 'PG_VERSION'), '12\n')
    const refusal = await start().catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(StartupProblem)
    expect(String(refusal)).toContain(`is of PostgreSQL 12, but this version of Lectern brings PostgreSQL ${majorOf(installedBinaries().version)}`)
    expect(existsSync(join(dataDir, 'postgres.lock'))).toBe(false)
  })

  it('refuses a DATA_DIR that is a file', async () => {
    writeFileSync(dataDir, '')
    await expect(start()).rejects.toThrow(`${dataDir} is not a folder`)
  })

  it('ends with the process that started it, even one that was killed', async () => {
    const { child, pid } = await startElsewhere(dataDir)
    child.kill('SIGKILL')
    await gone(pid)
    const server = await start()
    expect(await sql(server.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('is ended and started afresh when it was left behind all the same', async () => {
    const { child, pid } = await startElsewhere(dataDir)
    for (const guard of childrenOf(child.pid!).filter((one) => one !== pid)) process.kill(guard, 'SIGKILL')
    child.kill('SIGKILL')
    await sleep(300)
    expect(isRunning(pid), 'the server outlives both').toBe(true)

    const server = await start()
    expect(lines).toContain('Stopping a database that an earlier run left behind.')
    await gone(pid)
    expect(await sql(server.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it.runIf(isRoot)('keeps a copy elsewhere, and says where, when its own user may not enter', async () => {
    chmodSync(base, 0o700)
    const server = await start()
    const [row] = await sql(server.url, 'show data_directory')
    const home = dirname(String(row?.data_directory))
    try {
      expect(home.startsWith(base)).toBe(false)
      expect(server.notice).toContain(home)
      await sql(server.url, 'create table kept (word text)')
      await server.stop()
      const again = await start()
      expect(await sql(again.url, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }])
      await again.stop()
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  })
})

async function sql(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

/** Another process that starts the database and then only waits. */
async function startElsewhere(dataDir: string): Promise<{ child: ChildProcess; pid: number }> {
  const program = `import { startPostgres } from ${JSON.stringify(join(root, 'src/platform/embedded-postgres.ts'))}
    const { url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: () => {}, durable: false })
    console.log(url); setInterval(() => {}, 1e6)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((done) => child.stdout.once('data', (text: Buffer) => done(text.toString().trim())))
  const [row] = await sql(url, 'show data_directory')
  return { child, pid: Number(readFileSync(join(String(row?.data_directory), 'postmaster.pid'), 'utf8').split('\n')[0]) }
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
  return stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number)).flatMap(([child, parent]) => (parent === pid && child ? [child] : []))
}

function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false)
}
