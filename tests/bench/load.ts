import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import autocannon from 'autocannon'
import { cpuOfTree } from './cpu.ts'

const run = promisify(execFile)

export interface Target {
  name: string
  url: string
  headers: Record<string, string>
  /** The processes whose CPU is counted. */
  pids: number[]
}

export interface Measured {
  /** Answered requests per second. */
  rate: number
  /** Milliseconds of CPU per request, in all of the target's processes. */
  cpu: number
}

const CONNECTIONS = 32

/** wrk takes less of the two cores than a generator in Node; without it autocannon does. */
export const generator: 'wrk' | 'autocannon' = hasWrk() ? 'wrk' : 'autocannon'

function hasWrk(): boolean {
  try {
    execFileSync('wrk', ['-v'], { stdio: 'ignore' })
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/** Asks for one address on 32 connections for so many seconds, as fast as it answers. Throws when an answer is not 2xx. */
export async function measure(target: Target, seconds: number): Promise<Measured> {
  const before = total(target.pids)
  const { requests, failures, took } = await (generator === 'wrk' ? withWrk(target, seconds) : withAutocannon(target, seconds))
  if (failures > 0) throw new Error(`${target.name}: ${failures} answers were not 2xx.`)
  return { rate: requests / took, cpu: ((total(target.pids) - before) * 1000) / requests }
}

const total = (pids: number[]): number => pids.reduce((sum, pid) => sum + cpuOfTree(pid), 0)

interface Load {
  requests: number
  failures: number
  took: number
}

async function withWrk({ url, headers }: Target, seconds: number): Promise<Load> {
  const set = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const { stdout } = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, ...set, url])
  const [, requests, took] = /(\d+) requests in ([\d.]+)s/.exec(stdout) ?? []
  return { requests: Number(requests), took: Number(took), failures: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0) }
}

async function withAutocannon({ url, headers }: Target, seconds: number): Promise<Load> {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: seconds })
  return { requests: result.requests.total, took: result.duration, failures: result.non2xx + result.errors }
}

export const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
