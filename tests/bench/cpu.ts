import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks per second in /proc, on every Linux that Node runs on. */
const TICKS = 100

/** Seconds of CPU that a process has used, its ended children included. */
function secondsOf(pid: number): { seconds: number; parent: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number)
    // After the name: state, ppid, …, utime (12th), stime, cutime, cstime.
    const [parent = 0, ticks] = [fields[1], [11, 12, 13, 14].reduce((sum, at) => sum + (fields[at] ?? 0), 0)]
    return { seconds: ticks / TICKS, parent }
  } catch {
    return null
  }
}

/** Seconds of CPU of a process and everything it started that still runs. */
export function cpuOfTree(root: number): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)
  const known = new Map(pids.flatMap((pid) => {
    const usage = secondsOf(pid)
    return usage === null ? [] : [[pid, usage] as const]
  }))
  const isOurs = (pid: number): boolean => pid === root || (known.has(pid) && pid > 1 && isOurs(known.get(pid)?.parent ?? 0))
  return [...known].filter(([pid]) => isOurs(pid)).reduce((sum, [, { seconds }]) => sum + seconds, 0)
}
