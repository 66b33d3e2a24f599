import { z } from 'zod'
import { find, type Account } from './account.ts'
import { bill, billAndCollect, catchUp, collect, forgive, retryMoment, RETRY_DAYS } from './collect.ts'
import { Failure } from './failure.ts'
import { setCard } from './payments.ts'
import { billingOf, cyclePeriod, dueAt, live, save, setBilling } from './subscriptions.ts'
import type { Item } from './totals.ts'
import type { Subscription, Transaction, WirePeriod } from './wire.ts'

const moment = z.iso.datetime({ offset: true })
const effective = z.enum(['immediately', 'next_billing_period']).nullable().optional()
const onResume = z.enum(['continue_existing_billing_period', 'start_new_billing_period']).optional()

export const subscriptionCancel = z.object({ effective_from: effective }).nullish()
export const subscriptionPause = z.object({ effective_from: effective, resume_at: moment.nullable().optional(), on_resume: onResume }).nullish()
export const subscriptionResume = z.object({ effective_from: z.union([z.literal('immediately'), moment]).nullish(), on_resume: onResume }).nullish()

function unscheduled(subscription: Subscription): void {
  if (subscription.scheduled_change === null) return
  throw new Failure(400, 'subscription_locked_pending_changes', 'cannot update subscription, as it has a pending scheduled change')
}

const endOfPeriod = (subscription: Subscription): string =>
  subscription.current_billing_period?.ends_at ?? subscription.next_billed_at ?? subscription.updated_at

const whole = ({ items }: Subscription): Item[] => items.map(({ price, product, quantity }) => ({ price, product, quantity }))

export function cancelSubscription(account: Account, id: string, input: z.infer<typeof subscriptionCancel>): Subscription {
  const subscription = live(account, id, 'cancel')
  if (input?.effective_from === 'immediately' || subscription.status === 'paused') return cancelNow(account, subscription)
  unscheduled(subscription)
  return save(account, subscription, {
    scheduled_change: { action: 'cancel', effective_at: endOfPeriod(subscription), resume_at: null },
  }, 'subscription.updated')
}

function cancelNow(account: Account, subscription: Subscription): Subscription {
  forgive(account, subscription)
  return save(account, subscription, {
    status: 'canceled', canceled_at: account.now().toISOString(), next_billed_at: null, current_billing_period: null, scheduled_change: null,
    items: subscription.items.map((item) => ({ ...item, status: 'inactive', next_billed_at: null })),
  }, 'subscription.updated', 'subscription.canceled')
}

export function pauseSubscription(account: Account, id: string, input: z.infer<typeof subscriptionPause>): Subscription {
  const subscription = live(account, id, 'pause')
  if (subscription.status === 'paused') throw new Failure(400, 'subscription_is_paused', `subscription ${id} is paused`)
  unscheduled(subscription)
  setBilling(account, id, { onResume: input?.on_resume ?? 'start_new_billing_period' })
  const resumeAt = input?.resume_at ?? null
  if (input?.effective_from === 'immediately') return pauseNow(account, subscription, resumeAt)
  return save(account, subscription, {
    scheduled_change: { action: 'pause', effective_at: endOfPeriod(subscription), resume_at: resumeAt },
  }, 'subscription.updated')
}

function pauseNow(account: Account, subscription: Subscription, resumeAt: string | null): Subscription {
  forgive(account, subscription)
  setBilling(account, subscription.id, { paused: subscription.current_billing_period })
  return save(account, subscription, {
    status: 'paused', paused_at: account.now().toISOString(), next_billed_at: null, current_billing_period: null,
    scheduled_change: resumeAt === null ? null : { action: 'resume', effective_at: resumeAt, resume_at: null },
    items: subscription.items.map((item) => ({ ...item, status: 'inactive', next_billed_at: null })),
  }, 'subscription.updated', 'subscription.paused')
}

export function resumeSubscription(account: Account, id: string, input: z.infer<typeof subscriptionResume>): Subscription {
  const subscription = live(account, id, 'resume')
  const when = input?.effective_from ?? 'immediately'
  if (input?.on_resume) setBilling(account, id, { onResume: input.on_resume })
  if (subscription.scheduled_change?.action === 'pause' && when !== 'immediately') {
    return save(account, subscription, { scheduled_change: { ...subscription.scheduled_change, resume_at: when } }, 'subscription.updated')
  }
  if (subscription.status !== 'paused') throw new Failure(400, 'subscription_not_paused', `subscription ${id} is not paused`)
  if (when === 'immediately') return resumeNow(account, subscription)
  return save(account, subscription, { scheduled_change: { action: 'resume', effective_at: when, resume_at: null } }, 'subscription.updated')
}

/** A new billing period begins and is billed; or the interrupted one goes on, if it was asked for and is not over yet. */
function resumeNow(account: Account, subscription: Subscription): Subscription {
  const { paused, onResume: how } = billingOf(account, subscription.id)
  const goesOn = how === 'continue_existing_billing_period' && paused !== null && new Date(paused.ends_at) > account.now()
  const period = goesOn ? paused : cyclePeriod(account.now(), subscription.billing_cycle)
  setBilling(account, subscription.id, { paused: null, ...(!goesOn && { anchor: account.now().getUTCDate() }) })
  const resumed = save(account, subscription, {
    status: 'active', paused_at: null, scheduled_change: null, ...billed(account, subscription, period, !goesOn),
  }, 'subscription.updated', 'subscription.resumed')
  return goesOn ? resumed : billAndCollect(account, resumed, { origin: 'subscription_recurring', items: whole(resumed), period })
}

/** The dates of a period that begins; `paid` says that it is being billed. */
export function billed(account: Account, { items }: Subscription, period: WirePeriod, paid: boolean): Pick<Subscription, 'next_billed_at' | 'current_billing_period' | 'items'> {
  return {
    next_billed_at: period.ends_at, current_billing_period: period,
    items: items.map((item) => ({
      ...item, status: 'active', next_billed_at: period.ends_at, ...(paid && { previously_billed_at: account.now().toISOString() }),
    })),
  }
}

/** The period is over: the next one begins and is billed, with everything that was put off until now. */
function renew(account: Account, subscription: Subscription): Subscription {
  const { anchor, pending } = billingOf(account, subscription.id)
  const start = new Date(subscription.next_billed_at ?? account.now())
  const period = cyclePeriod(start, subscription.billing_cycle, anchor)
  setBilling(account, subscription.id, { pending: [] })
  const renewed = save(account, subscription, { status: 'active', ...billed(account, subscription, period, true) }, 'subscription.updated')
  return billAndCollect(account, renewed, { origin: 'subscription_recurring', items: [...whole(renewed), ...putOff(account, pending)], period })
}

export const putOff = (account: Account, pending: ReturnType<typeof billingOf>['pending']): Item[] =>
  pending.map(({ price, quantity, share }) => ({ price, quantity, share, product: find(account, 'products', price.product_id) }))

/** Ends a trial now: billed at once, periods count from today. */
export function activateSubscription(account: Account, id: string): Subscription {
  const subscription = live(account, id, 'activate')
  if (subscription.status !== 'trialing') throw new Failure(400, 'subscription_cannot_activate', `subscription ${id} is ${subscription.status}`)
  unscheduled(subscription)
  setBilling(account, id, { anchor: account.now().getUTCDate() })
  return renew(account, { ...subscription, next_billed_at: account.now().toISOString() })
}

/** The card is tried again. After the last failure the subscription ends. */
function retry(account: Account, subscription: Subscription): Subscription {
  const { dunning } = billingOf(account, subscription.id)
  if (dunning === null) return catchUp(account, subscription)
  if (collect(account, dunning.transaction)) return catchUp(account, subscription)
  const retries = dunning.retries + 1
  if (retries >= RETRY_DAYS.length) return cancelNow(account, subscription)
  setBilling(account, subscription.id, { dunning: { ...dunning, retries, next: retryMoment(new Date(dunning.since), retries) } })
  return save(account, subscription, {})
}

/** The customer gave another card: what is owed is taken from it at once. */
export function renewCard(account: Account, customerId: string): void {
  find(account, 'customers', customerId)
  setCard(account, customerId, true)
  for (const subscription of account.store.where('subscriptions', 'customer_id', customerId)) {
    if (subscription.status === 'past_due') retry(account, subscription)
  }
}

/** What a checkout of this subscription's bill, or of its card, comes to. */
export function paySubscription(account: Account, transaction: Transaction): Transaction {
  renewCard(account, transaction.customer_id ?? '')
  if (transaction.status === 'ready') collect(account, transaction.id)
  return find(account, 'transactions', transaction.id)
}

/** The transaction whose checkout changes the card: what is owed, or one of nothing. */
export function cardTransaction(account: Account, id: string): Transaction {
  const subscription = live(account, id, 'change the card of')
  const { dunning } = billingOf(account, id)
  if (dunning !== null) return find(account, 'transactions', dunning.transaction)
  return bill(account, subscription, { origin: 'subscription_payment_method_change', items: whole(subscription), period: null })
}

/** One thing that is due: the change that was scheduled, else the retry, else the bill. */
function happen(account: Account, subscription: Subscription): void {
  const change = subscription.scheduled_change
  if (change !== null && new Date(change.effective_at) <= account.now()) {
    if (change.action === 'cancel') cancelNow(account, subscription)
    if (change.action === 'pause') pauseNow(account, subscription, change.resume_at)
    if (change.action === 'resume') resumeNow(account, subscription)
  } else if (subscription.status === 'past_due') retry(account, subscription)
  else renew(account, subscription)
}

/** Does everything that is due until `end`, one moment after the other, the clock standing at each. */
export function liveUntil(account: Account, end: Date): void {
  for (;;) {
    const next = account.agenda.next((id) => dueAt(account, id))
    if (next === null || next.at > end.getTime()) return
    const wait = next.at - account.now().getTime()
    account.store.change(() => {
      if (wait > 0) account.advance(wait)
      happen(account, find(account, 'subscriptions', next.id))
      if (dueAt(account, next.id) === next.at) throw new Error(`The sandbox cannot get past ${next.id}.`)
    })
  }
}

