import { find, type Account } from './account.ts'
import { emit } from './events.ts'
import { attempt, cardWorks, creditOf, invoice, moveCredit } from './payments.ts'
import { billingOf, save, setBilling } from './subscriptions.ts'
import { computeDetails, paidDetails, prorationOf, type Item } from './totals.ts'
import type { Discount, Subscription, Transaction, TransactionDetails, WirePeriod } from './wire.ts'

export interface Bill {
  origin: Extract<Transaction['origin'], `subscription_${string}`>
  items: Item[]
  period: WirePeriod | null
}

const DAY = 24 * 3600_000
/** Days after the first failure on which the card is tried again: seven times within thirty days. */
export const RETRY_DAYS = [1, 3, 6, 10, 15, 22, 30]

/** The subscription's discount, if it still runs at that moment. */
export function runningDiscount(account: Account, { discount }: Subscription, at: Date): Discount | null {
  if (discount === null || (discount.ends_at !== null && new Date(discount.ends_at) <= at)) return null
  return account.store.get('discounts', discount.id) ?? null
}

/** What it will come to, credit taken off. Nothing is stored. */
export function billDetails(account: Account, subscription: Subscription, { items, period, origin }: Bill, lineId = (): string => ''): TransactionDetails {
  const at = origin === 'subscription_recurring' && period ? new Date(period.starts_at) : account.now()
  return computeDetails(items, {
    country: find(account, 'addresses', subscription.address_id).country_code, currency: subscription.currency_code,
    taxMode: account.settings.taxMode, discount: runningDiscount(account, subscription, at), afterTrial: true,
    free: origin === 'subscription_payment_method_change', credit: creditOf(account, subscription.customer_id, subscription.currency_code),
  }, lineId)
}

/** Makes the transaction. It is billed from the beginning: nobody can change it. */
export function bill(account: Account, subscription: Subscription, what: Bill): Transaction {
  const at = account.stamp()
  const details = billDetails(account, subscription, what, () => account.ids.next('txnitm'))
  const open = what.origin === 'subscription_payment_method_change'
  const id = account.ids.next('txn')
  const transaction = account.store.put('transactions', {
    id, status: open ? 'ready' : 'billed', customer_id: subscription.customer_id, address_id: subscription.address_id,
    business_id: subscription.business_id, custom_data: subscription.custom_data, currency_code: subscription.currency_code, origin: what.origin,
    subscription_id: subscription.id, invoice_id: null, invoice_number: null, collection_mode: 'automatic',
    discount_id: details.totals.discount === '0' ? null : (subscription.discount?.id ?? null), billing_details: null, billing_period: what.period,
    items: what.items.map(({ price, quantity, share }) => ({ price_id: price.id, price, quantity, proration: prorationOf(share) })),
    details, payments: [], checkout: { url: `${account.settings.publicUrl}/checkout?_ptxn=${id}` }, created_at: at, updated_at: at,
    billed_at: open ? null : at, revised_at: null,
  })
  emit(account, 'transaction.created', transaction)
  if (open) return transaction
  const { credit, credit_to_balance: added } = details.totals
  moveCredit(account, subscription.customer_id, subscription.currency_code, BigInt(credit), BigInt(added))
  emit(account, 'transaction.billed', transaction)
  return transaction
}

/** Charges the card. True: the money is in. A bill of nothing needs no card. */
export function collect(account: Account, id: string): boolean {
  const before = find(account, 'transactions', id)
  const free = before.details.totals.grand_total === '0'
  if (!free && !cardWorks(account, before.customer_id ?? '')) {
    fail(account, before)
    return false
  }
  settle(account, before, free)
  return true
}

/** Paid, then completed; each with the `transaction.updated` that Paddle sends along. */
function settle(account: Account, before: Transaction, free: boolean): void {
  const at = account.stamp()
  const paid = account.store.put('transactions', {
    ...before, status: 'paid', details: paidDetails(before.details), updated_at: at,
    payments: free ? before.payments : [attempt(account, before.details, at, true), ...before.payments],
  })
  emit(account, 'transaction.updated', paid)
  emit(account, 'transaction.paid', paid)
  const completed = account.store.put('transactions', { ...paid, ...invoice(account), status: 'completed', updated_at: account.stamp() })
  emit(account, 'transaction.updated', completed)
  emit(account, 'transaction.completed', completed)
}

function fail(account: Account, before: Transaction): void {
  const at = account.stamp()
  const failed = account.store.put('transactions', {
    ...before, status: 'past_due', updated_at: at, payments: [attempt(account, before.details, at, false), ...before.payments],
  })
  emit(account, 'transaction.payment_failed', failed)
  if (before.status !== 'past_due') emit(account, 'transaction.past_due', failed)
}

/** A bill that could not be taken: the subscription is past due and the card is tried again later. */
export function fallBehind(account: Account, subscription: Subscription, transaction: string): Subscription {
  const since = account.now()
  setBilling(account, subscription.id, { dunning: { transaction, since: since.toISOString(), retries: 0, next: retryMoment(since, 0) } })
  return save(account, subscription, { status: 'past_due' }, 'subscription.updated', 'subscription.past_due')
}

export const retryMoment = (since: Date, retries: number): string =>
  new Date(since.getTime() + (RETRY_DAYS[retries] ?? 30) * DAY).toISOString()

/** The money came after all. */
export function catchUp(account: Account, subscription: Subscription): Subscription {
  const first = billingOf(account, subscription.id).trial
  setBilling(account, subscription.id, { dunning: null, trial: false })
  return save(account, subscription, {
    status: 'active', ...(first && { first_billed_at: account.now().toISOString() }),
  }, 'subscription.updated', ...(first ? ['subscription.activated'] : []))
}

/** Bills, charges, and lets the subscription follow. */
export function billAndCollect(account: Account, subscription: Subscription, what: Bill): Subscription {
  const transaction = bill(account, subscription, what)
  if (!collect(account, transaction.id)) return fallBehind(account, subscription, transaction.id)
  return billingOf(account, subscription.id).trial ? catchUp(account, subscription) : subscription
}

/** An unpaid bill of a subscription that ends: it is no longer asked for, and the credit in it comes back. */
export function forgive(account: Account, subscription: Subscription): void {
  const { dunning } = billingOf(account, subscription.id)
  if (dunning === null) return
  const before = find(account, 'transactions', dunning.transaction)
  const { credit } = before.details.totals
  moveCredit(account, subscription.customer_id, subscription.currency_code, -BigInt(credit), 0n)
  const transaction = account.store.put('transactions', { ...before, status: 'canceled', updated_at: account.stamp() })
  setBilling(account, subscription.id, { dunning: null })
  emit(account, 'transaction.canceled', transaction)
}
