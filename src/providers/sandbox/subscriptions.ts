import { find, type Account } from './account.ts'
import { emit } from './events.ts'
import { Failure } from './failure.ts'
import type { Billing } from './store.ts'
import type { Subscription, SubscriptionItem, Transaction, WireCycle, WirePeriod } from './wire.ts'

/** One cycle after `start`: on the `anchor` day of the month, or its last, so that the 31st comes back after a February. */
export function addCycle(start: Date, { interval, frequency }: WireCycle, anchor = start.getUTCDate()): Date {
  const end = new Date(start)
  if (interval === 'day') end.setUTCDate(end.getUTCDate() + frequency)
  else if (interval === 'week') end.setUTCDate(end.getUTCDate() + 7 * frequency)
  else {
    const months = interval === 'month' ? frequency : 12 * frequency
    end.setUTCDate(1)
    end.setUTCMonth(end.getUTCMonth() + months)
    end.setUTCDate(Math.min(anchor, new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate()))
  }
  return end
}

export const cyclePeriod = (start: Date, cycle: WireCycle, anchor?: number): WirePeriod => ({
  starts_at: start.toISOString(), ends_at: addCycle(start, cycle, anchor).toISOString(),
})

/** A completed transaction with recurring items makes a subscription; with a trial it begins as `trialing`. */
export function startSubscription(account: Account, transaction: Transaction): Subscription | null {
  const recurring = transaction.items.filter(({ price }) => price.billing_cycle !== null)
  const cycle = recurring[0]?.price.billing_cycle
  if (!cycle || transaction.customer_id === null || transaction.address_id === null) return null

  const at = account.stamp()
  const start = account.now()
  const trial = recurring[0]?.price.trial_period ?? null
  const period = cyclePeriod(start, trial ?? cycle)
  const items = recurring.map(({ price, quantity }): SubscriptionItem => ({
    status: trial ? 'trialing' : 'active', quantity, recurring: true, created_at: at, updated_at: at,
    previously_billed_at: trial ? null : at, next_billed_at: period.ends_at, trial_dates: trial ? period : null,
    price, product: find(account, 'products', price.product_id),
  }))
  const id = account.ids.next('sub')
  account.store.put('billing', {
    id, anchor: (trial ? new Date(period.ends_at) : start).getUTCDate(), pending: [], dunning: null, paused: null, onResume: 'start_new_billing_period',
    trial: trial !== null,
  })
  const subscription = put(account, {
    id, status: trial ? 'trialing' : 'active', customer_id: transaction.customer_id,
    address_id: transaction.address_id, business_id: transaction.business_id, currency_code: transaction.currency_code, created_at: at, updated_at: at,
    started_at: at, first_billed_at: trial ? null : at, next_billed_at: period.ends_at, paused_at: null, canceled_at: null,
    discount: lastingDiscount(account, transaction.discount_id, start, cycle),
    collection_mode: 'automatic', billing_details: null, current_billing_period: period, billing_cycle: cycle, scheduled_change: null,
    items, custom_data: transaction.custom_data, import_meta: null,
  })
  emit(account, 'subscription.created', { ...subscription, transaction_id: transaction.id }, at)
  emit(account, trial ? 'subscription.trialing' : 'subscription.activated', subscription, at)
  return subscription
}

/** A discount that recurs stays for as many periods as it says, the first one counted. */
export function lastingDiscount(account: Account, id: string | null, start: Date, cycle: WireCycle): Subscription['discount'] {
  const discount = id === null ? undefined : account.store.get('discounts', id)
  if (!discount?.recur) return null
  const periods = discount.maximum_recurring_intervals
  return {
    id: discount.id, starts_at: start.toISOString(),
    ends_at: periods === null ? null : addCycle(start, { ...cycle, frequency: cycle.frequency * periods }).toISOString(),
  }
}

/** Stores it and notes when something is due next. */
export function put(account: Account, subscription: Subscription): Subscription {
  account.store.put('subscriptions', subscription)
  const at = dueAt(account, subscription.id)
  if (at !== null) account.agenda.expect(at, subscription.id)
  return subscription
}

/** Milliseconds of sandbox time when something happens by itself: a bill, a retry, a scheduled change. Null: never. */
export function dueAt(account: Account, id: string): number | null {
  const subscription = account.store.get('subscriptions', id)
  if (subscription === undefined || subscription.status === 'canceled') return null
  const bill = subscription.status === 'past_due' ? billingOf(account, id).dunning?.next : subscription.next_billed_at
  const moments = [bill, subscription.scheduled_change?.effective_at].filter((moment) => typeof moment === 'string')
  return moments.length === 0 ? null : Math.min(...moments.map((moment) => Date.parse(moment)))
}

export const billingOf = (account: Account, id: string): Billing =>
  account.store.get('billing', id) ?? {
    id, anchor: new Date(account.store.get('subscriptions', id)?.current_billing_period?.ends_at ?? account.now()).getUTCDate(),
    pending: [], dunning: null, paused: null, onResume: 'start_new_billing_period', trial: false,
  }

export const setBilling = (account: Account, id: string, change: Partial<Billing>): Billing =>
  account.store.put('billing', { ...billingOf(account, id), ...change })

export function save(account: Account, before: Subscription, change: Partial<Subscription>, ...events: string[]): Subscription {
  const subscription = put(account, { ...before, ...change, updated_at: account.stamp() })
  for (const event of events) emit(account, event, subscription)
  return subscription
}

export function live(account: Account, id: string, verb: string): Subscription {
  const subscription = find(account, 'subscriptions', id)
  if (subscription.status === 'canceled') {
    throw new Failure(400, 'subscription_update_when_canceled', `cannot ${verb} subscription ${id}: it is canceled`)
  }
  return subscription
}
