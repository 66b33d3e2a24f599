import { z } from 'zod'
import { find, type Account } from './account.ts'
import { customData } from './catalogue.ts'
import { emit } from './events.ts'
import { Failure, invalid } from './failure.ts'
import type { Subscription, SubscriptionItem, Transaction, WireCycle, WirePeriod } from './wire.ts'

const moment = z.iso.datetime({ offset: true })
const effective = z.enum(['immediately', 'next_billing_period']).nullable().optional()

export const subscriptionCancel = z.object({ effective_from: effective }).nullish()
export const subscriptionPause = z.object({ effective_from: effective, resume_at: moment.nullable().optional() }).nullish()
export const subscriptionResume = z.object({ effective_from: z.union([z.literal('immediately'), moment]) })
export const subscriptionUpdate = z.strictObject(
  { scheduled_change: z.null().optional(), custom_data: customData.optional() },
  'the sandbox changes scheduled_change (to null) and custom_data only',
)

/** `count` cycles after `start`: the same day of the month, or its last. */
export function addCycle(start: Date, { interval, frequency }: WireCycle): Date {
  const end = new Date(start)
  if (interval === 'day') end.setUTCDate(end.getUTCDate() + frequency)
  else if (interval === 'week') end.setUTCDate(end.getUTCDate() + 7 * frequency)
  else {
    const months = interval === 'month' ? frequency : 12 * frequency
    const day = end.getUTCDate()
    end.setUTCDate(1)
    end.setUTCMonth(end.getUTCMonth() + months)
    end.setUTCDate(Math.min(day, new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate()))
  }
  return end
}

/** A completed transaction with recurring items makes a subscription; with a trial it begins as `trialing`. */
export function startSubscription(account: Account, transaction: Transaction): Subscription | null {
  const recurring = transaction.items.filter(({ price }) => price.billing_cycle !== null)
  const cycle = recurring[0]?.price.billing_cycle
  if (!cycle || transaction.customer_id === null || transaction.address_id === null || transaction.subscription_id !== null) return null

  const at = account.stamp()
  const start = account.now()
  const trial = recurring[0]?.price.trial_period ?? null
  const period: WirePeriod = { starts_at: start.toISOString(), ends_at: addCycle(start, trial ?? cycle).toISOString() }
  const items = recurring.map(({ price, quantity }): SubscriptionItem => ({
    status: trial ? 'trialing' : 'active', quantity, recurring: true, created_at: at, updated_at: at,
    previously_billed_at: trial ? null : at, next_billed_at: period.ends_at, trial_dates: trial ? period : null,
    price, product: find(account, 'products', price.product_id),
  }))
  const subscription = account.store.put('subscriptions', {
    id: account.ids.next('sub'), status: trial ? 'trialing' : 'active', customer_id: transaction.customer_id,
    address_id: transaction.address_id, business_id: null, currency_code: transaction.currency_code, created_at: at, updated_at: at,
    started_at: at, first_billed_at: trial ? null : at, next_billed_at: period.ends_at, paused_at: null, canceled_at: null, discount: null,
    collection_mode: 'automatic', billing_details: null, current_billing_period: period, billing_cycle: cycle, scheduled_change: null,
    items, custom_data: transaction.custom_data, import_meta: null,
  })
  emit(account, 'subscription.created', { ...subscription, transaction_id: transaction.id }, at)
  emit(account, trial ? 'subscription.trialing' : 'subscription.activated', subscription, at)
  return subscription
}

function save(account: Account, before: Subscription, change: Partial<Subscription>, ...events: string[]): Subscription {
  const subscription = account.store.put('subscriptions', { ...before, ...change, updated_at: account.stamp() })
  for (const event of events) emit(account, event, subscription)
  return subscription
}

function live(account: Account, id: string, verb: string): Subscription {
  const subscription = find(account, 'subscriptions', id)
  if (subscription.status === 'canceled') {
    throw new Failure(400, 'subscription_update_when_canceled', `cannot ${verb} subscription ${id}: it is canceled`)
  }
  return subscription
}

function unscheduled(subscription: Subscription): void {
  if (subscription.scheduled_change === null) return
  throw new Failure(400, 'subscription_locked_pending_changes', 'cannot update subscription, as it has a pending scheduled change')
}

const endOfPeriod = (subscription: Subscription): string =>
  subscription.current_billing_period?.ends_at ?? subscription.next_billed_at ?? subscription.updated_at

export function cancelSubscription(account: Account, id: string, input: z.infer<typeof subscriptionCancel>): Subscription {
  const subscription = live(account, id, 'cancel')
  if (input?.effective_from === 'immediately' || subscription.status === 'paused') return cancelNow(account, subscription)
  unscheduled(subscription)
  return save(account, subscription, {
    scheduled_change: { action: 'cancel', effective_at: endOfPeriod(subscription), resume_at: null },
  }, 'subscription.updated')
}

const cancelNow = (account: Account, subscription: Subscription): Subscription =>
  save(account, subscription, {
    status: 'canceled', canceled_at: account.now().toISOString(), next_billed_at: null, current_billing_period: null, scheduled_change: null,
    items: subscription.items.map((item) => ({ ...item, status: 'inactive', next_billed_at: null })),
  }, 'subscription.updated', 'subscription.canceled')

export function pauseSubscription(account: Account, id: string, input: z.infer<typeof subscriptionPause>): Subscription {
  const subscription = live(account, id, 'pause')
  if (subscription.status === 'paused') throw new Failure(400, 'subscription_is_paused', `subscription ${id} is paused`)
  unscheduled(subscription)
  const resumeAt = input?.resume_at ?? null
  if (input?.effective_from === 'immediately') return pauseNow(account, subscription, resumeAt)
  return save(account, subscription, {
    scheduled_change: { action: 'pause', effective_at: endOfPeriod(subscription), resume_at: resumeAt },
  }, 'subscription.updated')
}

const pauseNow = (account: Account, subscription: Subscription, resumeAt: string | null): Subscription =>
  save(account, subscription, {
    status: 'paused', paused_at: account.now().toISOString(), next_billed_at: null, current_billing_period: null,
    scheduled_change: resumeAt === null ? null : { action: 'resume', effective_at: resumeAt, resume_at: null },
    items: subscription.items.map((item) => ({ ...item, status: 'inactive', next_billed_at: null })),
  }, 'subscription.updated', 'subscription.paused')

export function resumeSubscription(account: Account, id: string, input: z.infer<typeof subscriptionResume>): Subscription {
  const subscription = live(account, id, 'resume')
  if (subscription.status !== 'paused') throw new Failure(400, 'subscription_not_paused', `subscription ${id} is not paused`)
  if (input.effective_from === 'immediately') return resumeNow(account, subscription)
  return save(account, subscription, {
    scheduled_change: { action: 'resume', effective_at: input.effective_from, resume_at: null },
  }, 'subscription.updated')
}

/** A new billing period begins. The transaction that pays for it belongs to renewals. */
function resumeNow(account: Account, subscription: Subscription): Subscription {
  const start = account.now()
  const end = addCycle(start, subscription.billing_cycle).toISOString()
  return save(account, subscription, {
    status: 'active', paused_at: null, scheduled_change: null, next_billed_at: end,
    current_billing_period: { starts_at: start.toISOString(), ends_at: end },
    items: subscription.items.map((item) => ({ ...item, status: 'active', next_billed_at: end })),
  }, 'subscription.updated', 'subscription.resumed')
}

export function updateSubscription(account: Account, id: string, change: z.infer<typeof subscriptionUpdate>): Subscription {
  const subscription = live(account, id, 'update')
  if (Object.keys(change).length === 0) throw invalid('body', 'nothing to change')
  return save(account, subscription, change as Partial<Subscription>, 'subscription.updated')
}

/** Scheduled cancellations, pauses and resumptions whose moment has come. */
export function applyScheduledChanges(account: Account): void {
  for (const subscription of account.store.all('subscriptions')) {
    const change = subscription.scheduled_change
    if (change === null || new Date(change.effective_at) > account.now()) continue
    if (change.action === 'cancel') cancelNow(account, subscription)
    if (change.action === 'pause') pauseNow(account, subscription, change.resume_at)
    if (change.action === 'resume') resumeNow(account, subscription)
  }
}
