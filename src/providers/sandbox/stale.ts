import type { Account } from './account.ts'
import type { Store, Table } from './store.ts'
import type { WireEvent } from './wire.ts'

const TABLES: Table[] = ['transactions', 'subscriptions', 'adjustments', 'customers']

/** The account as it was a while ago, for reading: what an API shows that lags behind its own webhooks. */
export function asItWas(account: Account, milliseconds: number): Account {
  const then = new Date(account.now().getTime() - milliseconds).toISOString()
  const { store } = account
  const version = (id: string): object | undefined => {
    const known: WireEvent[] = store.where('events', 'subject', id).filter(({ occurred_at }) => occurred_at <= then)
    return known.at(-1)?.data as object | undefined
  }
  const lagging: Store = {
    ...store,
    get: (table, id) => (TABLES.includes(table) ? version(id) : store.get(table, id)) as never,
    all: (table) => (TABLES.includes(table) ? store.all(table).flatMap((row) => version(row.id) ?? []) : store.all(table)) as never,
    where: (table, field, value) => {
      const rows = store.where(table, field, value) as { id: string }[]
      return (TABLES.includes(table) ? rows.flatMap((row) => version(row.id) ?? []) : rows) as never
    },
  }
  return { ...account, store: lagging }
}
