import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { guard } from '../../src/platform/guard.ts'
import { tryPort } from '../../src/platform/free-port.ts'

export interface RunningRedis {
  url: string
  stop(): Promise<void>
}

/** A Redis for one test run: a free port of this machine (or the one wanted), memory only, and the policy that BullMQ demands. */
export async function startRedis(program: string, folder: string, wanted = 0): Promise<RunningRedis> {
  const port = (await tryPort(wanted, '127.0.0.1')) ?? 0
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--dir', folder]
  const child = spawn(program, flags, { stdio: 'ignore', detached: true })
  const ended = new Promise<void>((done) => child.once('exit', () => done()).once('error', () => done()))
  const release = guard(child.pid ?? 0, 'TERM')
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries === 200 || child.exitCode !== null) throw new Error(`redis-server (${program}) did not start on port ${port}`)
    await sleep(25)
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      release()
      child.kill('SIGTERM')
      await ended
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}
