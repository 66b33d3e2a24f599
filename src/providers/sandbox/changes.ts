import { z } from 'zod'
import { type Account } from './account.ts'
import { bill, billAndCollect, billDetails, collect, fallBehind, type Bill } from './collect.ts'
import { customData } from './catalogue.ts'
import { Failure, invalid } from './failure.ts'
import { putOff, billed } from './lifecycle.ts'
import { sum, unitPrice } from './money.ts'
import { cardWorks } from './payments.ts'
import { changeLines, type Mode } from './proration.ts'
import { billingOf, cyclePeriod, lastingDiscount, live, save, setBilling } from './subscriptions.ts'
import type { Item } from './totals.ts'
import { oneCycle, pick } from './transactions.ts'
import type { Subscription, SubscriptionItem, TransactionDetails, WireCycle } from './wire.ts'

const onFailure = z.enum(['prevent_change', 'apply_change']).optional()
const wanted = z.strictObject({ price_id: z.string(), quantity: z.int().min(1).optional() })

export const subscriptionUpdate = z.strictObject({
  scheduled_change: z.null().optional(),
  custom_data: customData.optional(),
  business_id: z.string().nullable().optional(),
  discount: z.strictObject({ id: z.string(), effective_from: z.enum(['immediately', 'next_billing_period']) }).nullable().optional(),
  items: z.array(wanted).min(1).max(100).optional(),
  proration_billing_mode: z.enum(
    ['prorated_immediately', 'prorated_next_billing_period', 'full_immediately', 'full_next_billing_period', 'do_not_bill'],
  ).optional(),
  on_payment_failure: onFailure,
}, 'the sandbox changes items, discount, business_id, scheduled_change (to null) and custom_data only')

export const subscriptionCharge = z.strictObject({
  effective_from: z.enum(['immediately', 'next_billing_period']),
  items: z.array(z.strictObject({ price_id: z.string(), quantity: z.int().min(1) })).min(1).max(100),
  on_payment_failure: onFailure,
})

type Update = z.infer<typeof subscriptionUpdate>
type Charge = z.infer<typeof subscriptionCharge>

const refuse = (code: string, detail: string): Failure => new Failure(400, code, detail)

/** The subscription as it would be, what is billed at once and what is put off. */
interface Plan {
  subscription: Subscription
  now: Bill | null
  later: Item[]
  mode: Mode
}

export function updateSubscription(account: Account, id: string, change: Update): Subscription {
  const before = live(account, id, 'update')
  if (Object.keys(change).length === 0) throw invalid('body', 'nothing to change')
  return apply(account, before, plan(account, before, change), change.on_payment_failure)
}

export function chargeSubscription(account: Account, id: string, charge: Charge): Subscription {
  const before = live(account, id, 'charge')
  return apply(account, before, planCharge(account, before, charge), charge.on_payment_failure)
}

export const previewUpdate = (account: Account, id: string, change: Update): object => {
  const before = live(account, id, 'update')
  return preview(account, before, plan(account, before, change))
}

export const previewCharge = (account: Account, id: string, charge: Charge): object => {
  const before = live(account, id, 'charge')
  return preview(account, before, planCharge(account, before, charge))
}

/** With `prevent_change` a refused card leaves everything as it was. */
function apply(account: Account, before: Subscription, { subscription, now, later, mode }: Plan, failure: Update['on_payment_failure']): Subscription {
  const due = now === null ? 0n : BigInt(billDetails(account, subscription, now).totals.grand_total)
  if (due > 0n && failure !== 'apply_change' && !cardWorks(account, before.customer_id)) {
    throw refuse('subscription_payment_declined', 'Payment was declined for subscription update')
  }
  const { pending } = billingOf(account, before.id)
  setBilling(account, before.id, {
    pending: [...pending, ...later.map(({ price, quantity, share }) => ({ price, quantity, share: share ?? null }))],
    ...(subscription.current_billing_period?.starts_at !== before.current_billing_period?.starts_at && { anchor: account.now().getUTCDate() }),
  })
  const saved = subscription === before ? save(account, before, {}) : save(account, before, subscription, 'subscription.updated')
  if (now === null) return saved
  if (mode === 'do_not_bill') return saved
  if (due > 0n) return billAndCollect(account, saved, now)
  const credit = bill(account, saved, now)
  return collect(account, credit.id) ? saved : fallBehind(account, saved, credit.id)
}

function plan(account: Account, before: Subscription, change: Update): Plan {
  const base: Subscription = {
    ...before,
    ...(change.scheduled_change === null && { scheduled_change: null }),
    ...(change.custom_data !== undefined && { custom_data: change.custom_data }),
    ...(change.business_id !== undefined && { business_id: change.business_id }),
    ...(change.discount !== undefined && { discount: discountFor(account, before, change.discount) }),
  }
  if (change.items === undefined) return { subscription: base, now: null, later: [], mode: 'do_not_bill' }
  const mode = allowed(base, change.proration_billing_mode)
  const after = itemsFor(account, before, change.items)
  const cycle = oneCycle(after) ?? before.billing_cycle
  const otherCycle = JSON.stringify(cycle) !== JSON.stringify(before.billing_cycle)
  const atOnce = mode.endsWith('immediately')
  const period = before.current_billing_period
  const lines = period === null ? [] : changeLines({
    before: before.items, after, mode, now: account.now(), period,
    otherPeriod: otherCycle ? cyclePeriod(atOnce ? account.now() : new Date(period.starts_at), cycle) : null,
  })
  const begun = otherCycle && atOnce ? cyclePeriod(account.now(), cycle) : null
  const kept = { ...base, billing_cycle: cycle, items: subscriptionItems(account, before, after, atOnce) }
  const subscription = begun === null ? kept : { ...kept, ...billed(account, kept, begun, true) }
  const now: Bill | null = atOnce && lines.length > 0 ? { origin: 'subscription_update', items: lines, period: begun ?? period } : null
  return { subscription, now, later: atOnce ? [] : lines, mode }
}

/** Which ways of billing the state allows. */
function allowed(subscription: Subscription, mode: Mode | undefined): Mode {
  if (mode === undefined) {
    throw refuse('subscription_items_update_missing_proration_billing_mode', 'proration_billing_mode is required when updating subscription items')
  }
  if (mode === 'do_not_bill') return mode
  if (subscription.status === 'paused') {
    throw refuse('subscription_incorrect_proration_on_paused_subscription', '`proration_billing_mode` must be set to `do_not_bill` when updating a paused subscription')
  }
  if (subscription.status === 'trialing') {
    throw refuse('subscription_trialing_items_update_invalid_options', '`proration_billing_mode` must be set to `do_not_bill` when updating a trialing subscription')
  }
  if (subscription.status === 'past_due') {
    throw refuse('subscription_update_when_past_due', `cannot update subscription ${subscription.id}: it is past due`)
  }
  if (subscription.scheduled_change !== null && mode.endsWith('next_billing_period')) {
    throw refuse('subscription_invalid_billing_mode_for_scheduled_change',
      'Subscription can only be updated with `do_not_bill`, `full_immediately`, or `prorated_immediately` as the `proration_billing_mode` because it has a scheduled change.')
  }
  return mode
}

/** The price that the subscription has stays as it was bought; a new one is as it is now, in the subscription's currency. */
function itemsFor(account: Account, before: Subscription, items: NonNullable<Update['items']>): Item[] {
  if (new Set(items.map((item) => item.price_id)).size !== items.length) throw refuse('subscription_duplicate_price_ids', 'a price is named twice')
  const country = account.store.get('addresses', before.address_id)?.country_code ?? null
  return items.map(({ price_id, quantity }): Item => {
    const old = before.items.find(({ price }) => price.id === price_id)
    if (old !== undefined) {
      const count = quantity ?? old.quantity
      inRange(old, count)
      return { price: old.price, product: old.product, quantity: count }
    }
    const item = pick(account, { price_id, quantity: quantity ?? 1 })
    if (item.price.billing_cycle === null) throw refuse('subscription_new_items_not_valid', `price ${price_id} is not recurring`)
    inCurrency(before, item, country)
    return item
  })
}

function inRange({ price }: SubscriptionItem, quantity: number): void {
  const { minimum, maximum } = price.quantity
  if (quantity < minimum || quantity > maximum) {
    throw refuse('subscription_item_quantity_out_of_range', `quantity must be between ${minimum} and ${maximum}`)
  }
}

function inCurrency({ currency_code }: Subscription, { price }: Item, country: string | null): void {
  const has = unitPrice(price, country).currency_code
  if (has !== currency_code) throw refuse('subscription_currency_mismatch', `the sandbox does not convert ${has} to ${currency_code}`)
}

function subscriptionItems(account: Account, before: Subscription, after: Item[], billedNow: boolean): SubscriptionItem[] {
  const at = account.stamp()
  return after.map(({ price, product, quantity }) => {
    const old = before.items.find((item) => item.price.id === price.id)
    if (old !== undefined) return old.quantity === quantity ? old : { ...old, quantity, updated_at: at }
    return {
      status: before.items[0]?.status ?? 'active', quantity, recurring: true, created_at: at, updated_at: at,
      previously_billed_at: billedNow ? at : null, next_billed_at: before.next_billed_at, trial_dates: before.items[0]?.trial_dates ?? null, price, product,
    }
  })
}

function discountFor(account: Account, before: Subscription, wish: NonNullable<Update['discount']> | null): Subscription['discount'] {
  if (wish === null) return null
  const discount = account.store.get('discounts', wish.id)
  if (discount === undefined) throw refuse('subscription_discount_not_valid', 'Cannot find provided discount id')
  const start = wish.effective_from === 'immediately' ? account.now() : new Date(before.next_billed_at ?? account.now())
  const lasting: WireCycle = before.billing_cycle
  return lastingDiscount(account, wish.id, start, lasting) ?? {
    id: discount.id, starts_at: start.toISOString(), ends_at: cyclePeriod(new Date(before.next_billed_at ?? start), lasting).ends_at,
  }
}

function planCharge(account: Account, before: Subscription, { items, effective_from: from }: Charge): Plan {
  if (before.status === 'past_due' || before.status === 'paused') {
    throw refuse('subscription_not_active', `cannot charge subscription ${before.id}: it is ${before.status}`)
  }
  if (new Set(items.map((item) => item.price_id)).size !== items.length) throw refuse('subscription_charge_duplicate_price_ids', 'a price is named twice')
  const country = account.store.get('addresses', before.address_id)?.country_code ?? null
  const picked = items.map((item) => pick(account, item))
  for (const item of picked) {
    if (item.price.billing_cycle !== null) throw refuse('subscription_one_off_charge_recurring_item', `price ${item.price.id} is recurring`)
    inCurrency(before, item, country)
  }
  const atOnce = from === 'immediately'
  return {
    subscription: before, later: atOnce ? [] : picked, mode: 'full_immediately',
    now: atOnce ? { origin: 'subscription_charge', items: picked, period: before.current_billing_period } : null,
  }
}

type PreviewDetails = Omit<TransactionDetails, 'line_items' | 'adjusted_totals' | 'payout_totals' | 'adjusted_payout_totals'>

/** The same arithmetic as the change itself; nothing is stored. */
function preview(account: Account, before: Subscription, { subscription, now, later }: Plan): object {
  const { id: _, ...shown } = subscription
  const immediate = now && { billing_period: now.period, details: forPreview(billDetails(account, subscription, now)), adjustments: [] }
  return {
    ...shown,
    immediate_transaction: immediate,
    next_transaction: nextTransaction(account, subscription, later),
    recurring_transaction_details: recurringDetails(account, subscription),
    update_summary: now || later.length > 0 ? summary(account, before, now?.items ?? later) : null,
  }
}

/** What the next renewal will bill. Null when there is none. */
export function nextTransaction(account: Account, subscription: Subscription, later: Item[] = []): object | null {
  if (subscription.next_billed_at === null || (subscription.scheduled_change !== null && subscription.scheduled_change.action !== 'resume')) return null
  const { anchor, pending } = billingOf(account, subscription.id)
  const period = cyclePeriod(new Date(subscription.next_billed_at), subscription.billing_cycle, anchor)
  const details = billDetails(account, subscription, {
    origin: 'subscription_recurring', period, items: [...subscription.items, ...putOff(account, pending), ...later].map(asItem),
  })
  return { billing_period: period, details: forPreview(details), adjustments: [] }
}

export function recurringDetails(account: Account, subscription: Subscription): PreviewDetails {
  const period = cyclePeriod(new Date(subscription.next_billed_at ?? account.now()), subscription.billing_cycle)
  return forPreview(billDetails(account, subscription, { origin: 'subscription_recurring', period, items: subscription.items.map(asItem) }))
}

const asItem = ({ price, product, quantity, ...rest }: SubscriptionItem | Item): Item =>
  ({ price, product, quantity, ...('share' in rest && rest.share ? { share: rest.share } : {}) })

const forPreview = ({ tax_rates_used, totals, line_items }: TransactionDetails): PreviewDetails & { line_items: object[] } =>
  ({ tax_rates_used, totals, line_items: line_items.map(({ id: _, ...line }) => line) })

function summary(account: Account, subscription: Subscription, items: Item[]): object {
  const { line_items: lines } = billDetails(account, subscription, { origin: 'subscription_update', items, period: null })
  const totals = lines.map((line) => BigInt(line.totals.total))
  const credit = -sum(totals.filter((total) => total < 0n))
  const charge = sum(totals.filter((total) => total > 0n))
  const money = (amount: bigint) => ({ amount: String(amount), currency_code: subscription.currency_code })
  return {
    credit: money(credit), charge: money(charge),
    result: { action: credit > charge ? 'credit' : 'charge', ...money(credit > charge ? credit - charge : charge - credit) },
  }
}

