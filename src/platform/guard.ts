import { spawn, type ChildProcess } from 'node:child_process'

/**
 * Signals `pid` as soon as this process ends, however it ends: a shell waits on a pipe that the kernel closes for us,
 * even after SIGKILL. It runs in a session of its own, out of reach of the terminal's Ctrl-C.
 * Call the returned function when the guarded process has gone.
 */
export function guard(pid: number, signal: 'INT' | 'TERM'): () => void {
  const shell: ChildProcess = spawn('/bin/sh', ['-c', 'read -r line; [ "$line" = gone ] || kill -s "$0" "$1" 2>/dev/null', signal, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
  })
  shell.on('error', () => undefined)
  shell.stdin?.on('error', () => undefined)
  shell.unref()
  ;(shell.stdin as { unref?: () => void } | null)?.unref?.()
  return () => shell.stdin?.end('gone\n')
}
