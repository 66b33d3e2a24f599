import { spawn, type ChildProcess } from 'node:child_process'
import { guard } from './guard.ts'
import { root } from './paths.ts'

const STOP_LIMIT = 25_000
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 30_000
/** A child that lived this long was healthy: its next crash starts again with the short pause. */
const HEALTHY = 60_000

export interface Supervised {
  /** How often it has ended without being asked. */
  crashes(): number
  restart(): Promise<void>
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): void
}

/**
 * Runs `node <file>` and starts it again when it ends by itself, pausing longer each time (0.5 to 30 s). Its output is ours.
 * It lives in a session of its own, so that Ctrl-C reaches only us, and dies with us, however we die.
 */
export function supervise(name: string, file: string, env: NodeJS.ProcessEnv, say: (line: string) => void): Supervised {
  let child: ChildProcess | null = null
  let timer: NodeJS.Timeout | undefined
  let wanted = true
  let crashes = 0
  let pause = FIRST_PAUSE

  const start = () => {
    const began = performance.now()
    const started = startChild(file, env)
    child = started
    onEnd(started, (how) => {
      if (child === started) child = null
      if (!wanted || expected.has(started)) return
      crashes++
      pause = performance.now() - began > HEALTHY ? FIRST_PAUSE : pause
      say(`The ${name} process ended by itself (${how}); starting it again in ${pause / 1000} s.`)
      timer = setTimeout(start, pause)
      pause = Math.min(pause * 2, LONGEST_PAUSE)
    })
  }
  const expected = new WeakSet<ChildProcess>()
  const end = async () => {
    clearTimeout(timer)
    if (!child) return
    expected.add(child)
    await endChild(child)
  }

  start()
  return {
    crashes: () => crashes,
    kill: () => child?.kill('SIGKILL'),
    async restart() {
      await end()
      if (wanted) start()
    },
    async stop() {
      wanted = false
      await end()
    },
  }
}

function startChild(file: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', file], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  if (child.pid !== undefined) child.once('exit', guard(child.pid, 'TERM'))
  return child
}

function onEnd(child: ChildProcess, done: (how: string) => void): void {
  child.once('error', (error) => done(error.message))
  child.once('exit', (code, signal) => done(signal ?? `exit code ${code}`))
}

/** SIGTERM, then SIGKILL for one that does not listen. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT)
  await ended
  clearTimeout(timer)
}
