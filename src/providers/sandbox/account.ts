import type { Clock } from '../../platform/clock.ts'
import { createAgenda, type Agenda } from './agenda.ts'
import type { Faults } from './faults.ts'
import { createIds, type Ids } from './ids.ts'
import type { Store, Table, Tables } from './store.ts'
import { notFound } from './failure.ts'

export interface Settings {
  /** Where people reach the sandbox's pages; no slash at the end. */
  publicUrl: string
  /** Other addresses of the shop: the checkout leads back to their origins only. */
  shopUrls: string[]
  /** The one notification destination. Null: events are kept, nothing is delivered. */
  webhookUrl: string | null
  webhookSecrets: string[]
  /** What `account_setting` means on a price. */
  taxMode: 'internal' | 'external'
  /** Milliseconds between paid and completed. 0: at once. */
  completeAfter: number
  /** Milliseconds until a refund is approved by itself. Null: somebody has to. */
  approveAfter: number | null
  /** Paddle's growing schedule (60 s x attempt^1.1) times `scale`, `attempts` times at most. */
  retry: { scale: number; attempts: number }
  webhookTimeout: number
}

/** What every part of the sandbox works on. */
export interface Account {
  store: Store
  ids: Ids
  settings: Settings
  faults: Faults
  /** When which subscription has something due. */
  agenda: Agenda
  /** Real time in milliseconds: for deliveries, delays and signatures. */
  real(): number
  /** The sandbox's own time, which can be moved ahead: for entities. */
  now(): Date
  /** A new moment of sandbox time to the microsecond, later than every one before. */
  stamp(): string
  advance(milliseconds: number): void
}

export const DESTINATION = 'ntfset_00000000000000000000000001'

export function createAccount(parts: {
  store: Store
  clock: Clock
  settings: Settings
  faults: Faults
  /** Where ids get their random bytes from, if not from the system. */
  bytes?: (count: number) => Uint8Array
}): Account {
  const { store, clock, settings, faults } = parts
  const real = () => clock.now().getTime()
  const offset = () => store.get('meta', 'clock-offset')?.value ?? 0
  const time = () => real() + offset()
  let last = 0

  return {
    store, settings, faults, real,
    agenda: createAgenda(),
    ids: createIds(time, parts.bytes),
    now: () => new Date(time()),
    stamp() {
      last = Math.max(last + 1, time() * 1000)
      return micros(last)
    },
    advance(milliseconds) {
      store.change(() => store.put('meta', { id: 'clock-offset', value: offset() + milliseconds }))
    },
  }
}

const micros = (value: number): string =>
  `${new Date(Math.floor(value / 1000)).toISOString().slice(0, -1)}${String(value % 1000).padStart(3, '0')}Z`

export function find<T extends Table>(account: Account, table: T, id: string): Tables[T] {
  const row = account.store.get(table, id)
  if (row === undefined) throw notFound(table.slice(0, -1), id)
  return row
}
