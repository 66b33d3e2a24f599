import type { WireShare } from './store.ts'
import type { Item } from './totals.ts'
import type { WirePeriod } from './wire.ts'

export type Mode = 'prorated_immediately' | 'prorated_next_billing_period' | 'full_immediately' | 'full_next_billing_period' | 'do_not_bill'

export interface Change {
  before: Item[]
  after: Item[]
  mode: Mode
  now: Date
  /** The running period. */
  period: WirePeriod
  /** The period that a new billing cycle would have had; null while the cycle stays. */
  otherPeriod: WirePeriod | null
}

/**
 * What a change of items costs, as lines: quantities that go are below zero.
 *
 * Prorated lines are `price x quantity x seconds left / seconds of the period`, in whole seconds (those begun count as gone),
 * multiplied first and rounded once, per line, half up; a credit is the mirror image of its charge. Discount and tax are then
 * worked out on the line. So a change and its reversal in the same second cancel out to nothing.
 *
 * When the billing cycle changes at once, a new period begins now: the rest of the old one is credited and the new one is
 * charged whole. `full_…` charges what is added whole and credits nothing.
 */
export function changeLines({ before, after, mode, now, period, otherPeriod }: Change): Item[] {
  if (mode === 'do_not_bill') return []
  const full = mode.startsWith('full')
  const rest = shareOf(period, now)
  if (otherPeriod !== null) {
    const charged = after.map((item) => (mode === 'prorated_next_billing_period' ? { ...item, share: shareOf(otherPeriod, now, rest.seconds) } : item))
    return full ? charged : [...credited(before, rest), ...charged]
  }
  return differences(before, after)
    .filter(({ quantity }) => quantity > 0 || !full)
    .map((item) => (full ? item : { ...item, share: rest }))
}

const credited = (items: Item[], share: WireShare): Item[] => items.map((item) => ({ ...item, quantity: -item.quantity, share }))

function differences(before: Item[], after: Item[]): Item[] {
  const count = (items: Item[], id: string): number => items.find(({ price }) => price.id === id)?.quantity ?? 0
  const all = [...before, ...after.filter(({ price }) => count(before, price.id) === 0)]
  return all.map((item) => ({ ...item, quantity: count(after, item.price.id) - count(before, item.price.id) })).filter(({ quantity }) => quantity !== 0)
}

/** What is left of the period now. */
export function shareOf(period: WirePeriod, now: Date, left?: number): WireShare {
  const end = Date.parse(period.ends_at)
  const of = Math.max(1, Math.round((end - Date.parse(period.starts_at)) / 1000))
  const seconds = left ?? Math.floor((end - now.getTime()) / 1000)
  return { seconds: Math.min(Math.max(0, seconds), of), of, period: { starts_at: now.toISOString(), ends_at: period.ends_at } }
}
