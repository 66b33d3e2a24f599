import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tryPort } from '../../src/platform/free-port.ts'
import { root } from '../../src/platform/paths.ts'
import { testDatabase } from '../support/database.ts'
import { startWireTo, type Wire } from '../support/wire.ts'
import { ask } from './ask.ts'

/** As `npm run build` left it. */
const PROGRAM = join(root, 'dist', 'web.js')

interface Started {
  child: ChildProcess
  url: string
  wire: Wire
  output(): string
  ended: Promise<number | null>
}

const running: { stop(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

/** The real program, on a port of its own, with its database behind a line that can be held. */
async function start(env: Record<string, string> = {}): Promise<Started> {
  const databaseUrl = await testDatabase()
  const wire = await startWireTo(databaseUrl)
  const port = await tryPort(0, '127.0.0.1')
  const folder = mkdtempSync(join(tmpdir(), 'lectern-web-'))
  const child = spawn(process.execPath, [PROGRAM], { env: { PATH: process.env.PATH, PORT: String(port), DATABASE_URL: wire.through(databaseUrl), DATA_DIR: folder, LOG_FORMAT: 'json', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  running.push({
    async stop() {
      child.kill('SIGKILL')
      await ended
      await wire.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  })
  await vi.waitFor(async () => expect((await ask(url, '/readyz')).status, output).toBe(200), { timeout: 20_000, interval: 100 })
  return { child, url, wire, output: () => output, ended }
}

/** A request over a connection that is kept, as browsers do. */
function keep(url: string, path: string): { answer: Promise<number>; agent: Agent } {
  const agent = new Agent({ keepAlive: true })
  const answer = new Promise<number>((resolve, reject) => {
    request(url + path, { agent }, (res) => {
      res.resume()
      res.on('end', () => resolve(res.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
  return { answer, agent }
}

const isRefused = (url: string) =>
  new Promise<boolean>((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    socket.on('connect', () => resolve((socket.destroy(), false)))
    socket.on('error', () => resolve(true))
  })

describe('the web process', () => {
  it('finishes what it has begun when it is asked to stop, takes nothing new, and ends', { timeout: 40_000 }, async () => {
    const web = await start()
    web.wire.hold()
    const { answer, agent } = keep(web.url, '/tutorials/')
    await wait(300)
    web.child.kill('SIGTERM')
    await vi.waitFor(async () => expect(await isRefused(web.url)).toBe(true))
    web.wire.mend()
    expect(await answer).toBe(200)
    // The connection that was kept does not hold it up.
    expect(await Promise.race([web.ended, wait(5_000, 'still there')])).toBe(0)
    agent.destroy()
    expect(web.output()).not.toMatch(/"level":"(?:error|fatal)"/)
  })

  it('runs as two processes that share a port and end together', { timeout: 60_000 }, async () => {
    const web = await start({ WEB_CONCURRENCY: '2' })
    const listening = () => [...web.output().matchAll(/"msg":"listening"/g)].length
    await vi.waitFor(() => expect(listening()).toBe(2), { timeout: 20_000 })
    expect((await Promise.all(Array.from({ length: 20 }, () => ask(web.url, '/tutorials/')))).every((answer) => answer.status === 200)).toBe(true)
    web.wire.hold()
    const { answer, agent } = keep(web.url, '/courses/')
    await wait(300)
    web.child.kill('SIGTERM')
    await wait(300)
    web.wire.mend()
    expect(await answer).toBe(200)
    expect(await Promise.race([web.ended, wait(8_000, 'still there')])).toBe(0)
    agent.destroy()
  })

  it('names what is missing and does not start', { timeout: 20_000 }, async () => {
    const child = spawn(process.execPath, [PROGRAM], { env: { PATH: process.env.PATH, NODE_ENV: 'production', SECRET_KEY: 'short-secret' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(1)
    expect(output).toContain('SECRET_KEY')
    expect(output).not.toContain('short-secret')
  })
})
