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

/** What the provider knows of a subscription and does not show. Has the subscription's id. */
export interface Billing {
  id: string
  /** Day of the month that periods end on, where the month has it. */
  anchor: number
  /** What the next renewal bills on top: put off by a change or a charge. */
  pending: { price: wire.Price; quantity: number; share: WireShare | null }[]
  /** Runs from the first failed payment until one is taken. */
  dunning: { transaction: string; since: string; retries: number; next: string } | null
  /** The period that a pause interrupted. */
  paused: wire.WirePeriod | null
  /** What happens when a pause ends. */
  onResume: 'continue_existing_billing_period' | 'start_new_billing_period'
  /** Becomes `activated` with the first payment. */
  trial: boolean
}

/** A part of a price: `seconds` of `of`. */
export interface WireShare {
  seconds: number
  of: number
  period: wire.WirePeriod
}

/** The customer's card works, or every charge to it fails. */
export interface Card {
  id: string
  works: boolean
}

/** What a customer has left of credits, per currency. `id` is the customer's, a colon, the currency. */
export interface Balance {
  id: string
  customer_id: string
  currency_code: string
  available: string
  used: string
}

export interface Tables {
  products: wire.Product
  prices: wire.Price
  discounts: wire.Discount
  customers: wire.Customer
  addresses: wire.Address
  businesses: wire.Business
  billing: Billing
  cards: Card
  balances: Balance
  destinations: wire.NotificationSetting
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
  'products', 'prices', 'discounts', 'customers', 'addresses', 'businesses', 'transactions', 'subscriptions', 'billing', 'cards', 'balances',
  'adjustments', 'events', 'notifications', 'logs', 'destinations', 'tasks', 'deliveries', 'meta',
]

/** What rows are looked up by besides their id. */
const INDEXES = {
  customers: { email: (row: wire.Customer) => row.email.toLowerCase() },
  addresses: { customer_id: (row: wire.Address) => row.customer_id },
  businesses: { customer_id: (row: wire.Business) => row.customer_id },
  discounts: { code: (row: wire.Discount) => row.code?.toLowerCase() ?? '' },
  transactions: {
    customer_id: (row: wire.Transaction) => row.customer_id ?? '',
    subscription_id: (row: wire.Transaction) => row.subscription_id ?? '',
  },
  subscriptions: { customer_id: (row: wire.Subscription) => row.customer_id },
  adjustments: { transaction_id: (row: wire.Adjustment) => row.transaction_id },
  events: { subject: (row: Tables['events']) => (row.data as { id?: string }).id ?? '' },
  logs: { notification_id: (row: wire.NotificationLog) => row.notification_id },
  balances: { customer_id: (row: Balance) => row.customer_id },
} as const

type Indexed = keyof typeof INDEXES

export interface Store {
  get<T extends Table>(table: T, id: string): Tables[T] | undefined
  all<T extends Table>(table: T): Tables[T][]
  /** The rows whose indexed field has this value, oldest first. */
  where<T extends Indexed>(table: T, field: keyof (typeof INDEXES)[T] & string, value: string): Tables[T][]
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
  const indexes = createIndexes(rows)
  let undo: Entry[] | null = null

  function set(table: Table, id: string, row: unknown): void {
    if (undo === null) throw new Error('The sandbox changes rows only inside change().')
    undo.push([table, id, rows(table).get(id)])
    replace([table, id, row])
  }

  function replace(entry: Entry): void {
    indexes.move(entry[0], rows(entry[0]).get(entry[1]), entry[2])
    apply(rows, entry)
  }

  return {
    get: (table, id) => rows(table).get(id) as never,
    all: (table) => [...rows(table).values()] as never,
    where: (table, field, value) => indexes.find(table, field, value).map((id) => rows(table).get(id)) as never,
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
        if (before.length > 0 && journal !== null) journal.append(latest(before, rows))
        return result
      } catch (error) {
        for (const entry of before.reverse()) replace(entry)
        throw error
      } finally {
        undo = null
      }
    },
    close: () => journal?.close(),
  }
}

/** Ids by the value of a field. A set keeps the order in which rows came. */
function createIndexes(rows: (table: Table) => Map<string, unknown>) {
  const kept = new Map<string, { of: (row: never) => string; ids: Map<string, Set<string>> }[]>()
  const named = new Map<string, Map<string, Set<string>>>()
  for (const [table, fields] of Object.entries(INDEXES)) {
    kept.set(table, Object.entries(fields).map(([field, of]) => {
      const ids = new Map<string, Set<string>>()
      named.set(`${table} ${field}`, ids)
      return { of: of as (row: never) => string, ids }
    }))
  }

  function move(table: Table, before: unknown, after: unknown): void {
    for (const { of, ids } of kept.get(table) ?? []) {
      const old = before ? of(before as never) : null
      const now = after ? of(after as never) : null
      if (old === now) continue
      if (old !== null) ids.get(old)?.delete((before as { id: string }).id)
      if (now === null) continue
      const there = ids.get(now) ?? new Set()
      ids.set(now, there.add((after as { id: string }).id))
    }
  }

  for (const table of kept.keys()) for (const row of rows(table as Table).values()) move(table as Table, undefined, row)
  return { move, find: (table: string, field: string, value: string): string[] => [...(named.get(`${table} ${field}`)?.get(value) ?? [])] }
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
