import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tryPort } from '../../src/platform/free-port.ts'
import { root } from '../../src/platform/paths.ts'

/** Processes are found by the DATA_DIR in their environment or arguments, which only Linux shows. */
const canSeeProcesses = process.platform === 'linux'

describe.skipIf(!canSeeProcesses)('npm start', { timeout: 120_000 }, () => {
  let base: string
  let dataDir: string
  let port: number

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'lectern-start-'))
    chmodSync(base, 0o755)
    dataDir = join(base, 'var')
    port = (await tryPort(0, '127.0.0.1'))!
  })
  afterAll(() => {
    for (const pid of processesOf(base)) process.kill(pid, 'SIGKILL')
    rmSync(base, { recursive: true, force: true })
  })

  it('comes up by itself, says where everything is, and leaves nothing behind after Ctrl-C', async () => {
    const run = start({ DATA_DIR: dataDir, PORT: String(port) })
    await run.says('Ctrl-C stops everything.')

    const text = run.output()
    expect(text).toContain(`Lectern is ready: http://localhost:${port}`)
    expect(text).toMatch(/Admin +\S+@\S+, password \S+/)
    expect(text).toContain(`http://localhost:${port}/dev/mail`)
    expect(text).toContain(`http://localhost:${port}/dev/payments (sandbox)`)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
    for (const file of ['secrets.json', 'admin.txt', 'postgres.json']) expect(statSync(join(dataDir, file)).mode & 0o777, file).toBe(0o600)

    run.ctrlC()
    expect(await run.ended).toBe(0)
    await nothingLeft(dataDir)
  })

  it('starts again with the same data, and refuses a second copy on the same folder or port', async () => {
    const run = start({ DATA_DIR: dataDir, PORT: String(port) })
    await run.says('Ctrl-C stops everything.')
    expect(run.output()).not.toContain('sample content')
    expect(run.output()).toMatch(/first password in \S+admin\.txt/)

    const sameFolder = start({ DATA_DIR: dataDir, PORT: String((await tryPort(0, '127.0.0.1'))!) })
    expect(await sameFolder.ended).toBe(1)
    expect(sameFolder.output()).toMatch(/^Another copy of Lectern \(process \d+\) is using .*$/m)

    run.ctrlC()
    expect(await run.ended).toBe(0)
    await nothingLeft(dataDir)
  })

  it('says that the port is taken', async () => {
    const other = await listening(port)
    const run = start({ DATA_DIR: join(base, 'never'), PORT: String(port) })
    expect(await run.ended).toBe(1)
    expect(run.output().trim()).toBe(`Port ${port} is taken by another program: stop that one, or choose another port (PORT=${port + 1} npm start).`)
    other.close()
  })

  it('ends everything when it is killed, and starts again afterwards', async () => {
    const killed = start({ DATA_DIR: dataDir, PORT: String(port) })
    await killed.says('Ctrl-C stops everything.')
    killed.child.kill('SIGKILL')
    await nothingLeft(dataDir)

    const run = start({ DATA_DIR: dataDir, PORT: String(port) })
    await run.says('Ctrl-C stops everything.')
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(0)
    await nothingLeft(dataDir)
  })

  it('starts a crashed process again', async () => {
    const run = start({ DATA_DIR: dataDir, PORT: String(port) })
    await run.says('Ctrl-C stops everything.')
    const web = processesOf(dataDir).find((pid) => commandOf(pid).some((word) => word.endsWith('dist/web.js')))!
    process.kill(web, 'SIGKILL')
    await run.says('The web process ended by itself (SIGKILL)')
    await expect.poll(() => fetch(`http://127.0.0.1:${port}/readyz`).then(({ status }) => status, () => 0), { timeout: 20_000 }).toBe(200)
    run.ctrlC()
    expect(await run.ended).toBe(0)
    await nothingLeft(dataDir)
  })
})

interface Run {
  child: ChildProcess
  ended: Promise<number | null>
  output(): string
  says(words: string): Promise<void>
  /** What a terminal does: the interrupt goes to the whole group. */
  ctrlC(): void
}

/** In a group of its own, as a shell starts a program, and with nothing of this test run's environment. */
function start(env: Record<string, string>): Run {
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.js')], { cwd: root, env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((done) => child.once('close', done))
  return {
    child,
    ended,
    output: () => text,
    says: (words) => expect.poll(() => text, { timeout: 60_000 }).toContain(words),
    ctrlC: () => process.kill(-child.pid!, 'SIGINT'),
  }
}

async function nothingLeft(dataDir: string): Promise<void> {
  await expect.poll(() => processesOf(dataDir).map((pid) => commandOf(pid).join(' ')), { timeout: 30_000 }).toEqual([])
}

function processesOf(dataDir: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
  return pids.filter((pid) => pid !== process.pid && (readProc(pid, 'environ').includes(`DATA_DIR=${dataDir}`) || readProc(pid, 'cmdline').includes(`${dataDir}/`)))
}

const commandOf = (pid: number): string[] => readProc(pid, 'cmdline').split('\0')

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function listening(port: number): Promise<Server> {
  return new Promise((done) => {
    const server = createServer().listen(port, '127.0.0.1', () => done(server))
  })
}
