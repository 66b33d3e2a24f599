import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync, existsSync, ftruncateSync } from 'node:fs'
import { join } from 'node:path'
import type * as wire from './wire.ts'

/** Work that is due at a moment of real time, such as finishing a payment or approving a refund. */
export interface Task {
  id: string
  kind: 'complete' | 'approve'
  subject: string
  due: number
}

/** When a notification goes out next (real time), and in which order among those due together. */
export interface Delivery {
  id: string
  due: number
  /** Below zero: goes out one by one, lowest first. */
  rank: number
  copies: number
}

export interface Tables {
  products: wire.Product
  prices: wire.Price
  customers: wire.Customer
  addresses: wire.Address
  transactions: wire.Transaction
  subscriptions: wire.Subscription
  adjustments: wire.Adjustment
  events: wire.WireEvent & { id: string }
  notifications: wire.Notification
  logs: wire.NotificationLog
  tasks: Task
  deliveries: Delivery
  meta: { id: string; value: number }
}

export type Table = keyof Tables

const TABLES: Table[] = [
  'products', 'prices', 'customers', 'addresses', 'transactions', 'subscriptions', 'adjustments', 'events', 'notifications', 'logs',
  'tasks', 'deliveries', 'meta',
]

export interface Store {
  get<T extends Table>(table: T, id: string): Tables[T] | undefined
  all<T extends Table>(table: T): Tables[T][]
  /** Rows are replaced, never changed in place: what was handed out stays as it was. */
  put<T extends Table>(table: T, row: Tables[T]): Tables[T]
  remove(table: Table, id: string): void
  /** Runs the change as one unit: all of it on disk, or, when it throws, none of it anywhere. */
  change<R>(work: () => R): R
  close(): void
}

type Entry = [table: Table, id: string, row: unknown]

/**
 * Rows in memory, changes appended to a journal: one line per change, synced before the caller goes on. A line torn by a
 * crash is the last one and is dropped, so a change is there whole or not at all. The journal is rewritten when it is opened.
 * `folder` null keeps nothing. One process at a time.
 */
export function openStore(folder: string | null): Store {
  const tables = new Map<Table, Map<string, unknown>>(TABLES.map((table) => [table, new Map()]))
  const rows = (table: Table): Map<string, unknown> => tables.get(table) as Map<string, unknown>
  const journal = folder === null ? null : openJournal(folder, rows)
  let undo: Entry[] | null = null

  function set(table: Table, id: string, row: unknown): void {
    if (undo === null) throw new Error('The sandbox changes rows only inside change().')
    undo.push([table, id, rows(table).get(id)])
    apply(rows, [table, id, row])
  }

  return {
    get: (table, id) => rows(table).get(id) as never,
    all: (table) => [...rows(table).values()] as never,
    put(table, row) {
      set(table, row.id, row)
      return row
    },
    remove: (table, id) => set(table, id, undefined),
    change(work) {
      if (undo !== null) return work()
      const before: Entry[] = (undo = [])
      try {
        const result = work()
        if (before.length > 0) journal?.append(latest(before, rows))
        return result
      } catch (error) {
        for (const entry of before.reverse()) apply(rows, entry)
        throw error
      } finally {
        undo = null
      }
    },
    close: () => journal?.close(),
  }
}

function apply(rows: (table: Table) => Map<string, unknown>, [table, id, row]: Entry): void {
  if (row === undefined || row === null) rows(table).delete(id)
  else rows(table).set(id, row)
}

/** The last state of each row that a change touched. */
function latest(touched: Entry[], rows: (table: Table) => Map<string, unknown>): Entry[] {
  const seen = new Map(touched.map(([table, id]) => [`${table} ${id}`, [table, id] as const]))
  return [...seen.values()].map(([table, id]) => [table, id, rows(table).get(id) ?? null])
}

function openJournal(folder: string, rows: (table: Table) => Map<string, unknown>) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'paddle-sandbox.ndjson')
  if (existsSync(path)) replay(readFileSync(path, 'utf8'), rows)

  const fresh = `${path}.new`
  let file = openSync(fresh, 'w', 0o600)
  for (const table of TABLES) for (const [id, row] of rows(table)) writeSync(file, `${JSON.stringify([[table, id, row]])}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(fresh, path)
  syncFolder(folder)

  file = openSync(path, 'r+')
  let end = readFileSync(path).length
  return {
    append(entries: Entry[]) {
      const line = Buffer.from(`${JSON.stringify(entries)}\n`)
      try {
        for (let done = 0; done < line.length; ) done += writeSync(file, line, done, line.length - done, end + done)
        fsyncSync(file)
        end += line.length
      } catch (error) {
        ftruncateSync(file, end)
        throw error
      }
    },
    close: () => closeSync(file),
  }
}

function replay(text: string, rows: (table: Table) => Map<string, unknown>): void {
  const lines = text.split('\n')
  const torn = lines.pop()
  if (torn === undefined) return
  for (const line of lines) for (const entry of JSON.parse(line) as Entry[]) apply(rows, entry)
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
