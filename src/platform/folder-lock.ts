import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Who holds the lock: a process id, and when that process began, because ids are used again. */
export interface Holder {
  pid: number
  since: string
}

/**
 * Takes the lock file for this process. Null when it was free or its holder is dead, else the living holder.
 * Creation is by `link`, which either makes the whole file or fails.
 */
export function takeLock(file: string): Holder | null {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, since: startOf(process.pid) }), { mode: 0o600 })
  try {
    for (;;) {
      if (created(mine, file)) return null
      const holder = readHolder(file)
      if (holder && isAlive(holder)) return holder
      removeStale(file)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

export function releaseLock(file: string): void {
  if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true })
}

export function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return null
  }
}

export const isAlive = (holder: Holder): boolean => startOf(holder.pid) === holder.since

/** When a process began, in words that only serve comparison; empty when there is no such process. */
export function startOf(pid: number): string {
  if (process.platform === 'linux') return startFromProc(pid)
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}

function startFromProc(pid: number): string {
  try {
    // The second field, the name, may hold spaces and brackets; the 22nd field is the 20th after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? []
    return fields[0] === 'Z' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

function created(mine: string, file: string): boolean {
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Two processes may find the same dead holder; the one that moved a living lock away by mistake puts it back. */
function removeStale(file: string): void {
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const holder = readHolder(aside)
  if (holder && isAlive(holder)) created(aside, file)
  rmSync(aside, { force: true })
}
