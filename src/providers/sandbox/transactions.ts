import { z } from 'zod'
import { find, type Account } from './account.ts'
import { findBusiness, sameBusiness } from './businesses.ts'
import { currency, customData } from './catalogue.ts'
import { createAddress, createCustomer, customerByEmail, findAddress, updateAddress, updateCustomer } from './customers.ts'
import { countUse, discountByCode, redeemable } from './discounts.ts'
import { emit } from './events.ts'
import { Failure, invalid } from './failure.ts'
import { unitPrice } from './money.ts'
import { attempt, invoice } from './payments.ts'
import { startSubscription } from './subscriptions.ts'
import { computeDetails, paidDetails, type Item } from './totals.ts'
import type { Transaction, WireCycle } from './wire.ts'

const item = z.strictObject({ price_id: z.string(), quantity: z.int().min(1) })
const fields = {
  items: z.array(item).min(1).max(100),
  status: z.enum(['billed', 'canceled', 'draft', 'ready']).optional(),
  customer_id: z.string().nullable().optional(),
  address_id: z.string().nullable().optional(),
  custom_data: customData.optional(),
  currency_code: currency.optional(),
  collection_mode: z.literal('automatic', 'the sandbox collects automatically only').optional(),
  business_id: z.string().nullable().optional(),
  discount_id: z.string().nullable().optional(),
  checkout: z.object({ url: z.url({ protocol: /^https?$/ }).nullable() }).nullable().optional(),
}
export const transactionCreate = z.strictObject({ ...fields, billing_details: z.null().optional(), billing_period: z.null().optional(), status: z.enum(['draft', 'ready']).optional() })
export const transactionUpdate = z.strictObject(fields).partial()

type Create = z.infer<typeof transactionCreate>
type Update = z.infer<typeof transactionUpdate>

export function createTransaction(account: Account, input: Create): Transaction {
  const at = account.stamp()
  const id = account.ids.next('txn')
  const draft = {
    id, status: 'draft', customer_id: input.customer_id ?? null, address_id: input.address_id ?? null, business_id: input.business_id ?? null,
    custom_data: input.custom_data ?? null, origin: 'api', subscription_id: null, invoice_id: null, invoice_number: null,
    collection_mode: 'automatic', discount_id: input.discount_id ?? null, billing_details: null, billing_period: null, payments: [],
    checkout: { url: checkoutUrl(account, id, input.checkout?.url ?? null) }, created_at: at, updated_at: at, billed_at: null, revised_at: null,
  } satisfies Omit<Transaction, 'items' | 'details' | 'currency_code'>
  const transaction = computed(account, draft, input.items, input.currency_code)
  account.store.put('transactions', transaction)
  emit(account, 'transaction.created', { ...transaction, status: 'draft' })
  if (transaction.status === 'ready') emit(account, 'transaction.ready', transaction)
  return transaction
}

/** Paddle adds its parameter to your page, or to the default payment link. */
function checkoutUrl(account: Account, id: string, own: string | null): string {
  const url = new URL(own ?? `${account.settings.publicUrl}/checkout`)
  url.searchParams.set('_ptxn', id)
  return url.href
}

/** Everything that follows from items, customer and place. */
function computed(
  account: Account, base: Omit<Transaction, 'items' | 'details' | 'currency_code'> & Partial<Transaction>, wanted: Create['items'], asked?: string,
): Transaction {
  if (base.customer_id !== null) find(account, 'customers', base.customer_id)
  if (base.address_id !== null && base.customer_id === null) throw invalid('address_id', 'an address needs a customer')
  const country = base.address_id === null || base.customer_id === null
    ? null : findAddress(account, base.customer_id, base.address_id).country_code
  if (base.business_id !== null) findBusiness(account, base.customer_id ?? '', base.business_id)
  const items = wanted.map((line) => pick(account, line))
  const currencyCode = oneCurrency(items, country, asked)
  const discount = base.discount_id === null ? null : redeemable(account, base.discount_id, items, currencyCode)
  const kept = new Map(base.details?.line_items.map((line) => [line.price_id, line.id]))
  return {
    ...base,
    currency_code: currencyCode,
    status: base.customer_id !== null && base.address_id !== null ? 'ready' : 'draft',
    items: items.map(({ price, quantity }) => ({ price_id: price.id, price, quantity, proration: null })),
    details: computeDetails(items, { country, currency: currencyCode, taxMode: account.settings.taxMode, discount },
      (priceId) => kept.get(priceId) ?? account.ids.next('txnitm')),
  }
}

/** The price as it is now, if it may be sold in this quantity. */
export function pick(account: Account, { price_id, quantity }: { price_id: string; quantity: number }): Item {
  const price = account.store.get('prices', price_id)
  if (price === undefined) throw new Failure(400, 'transaction_item_price_not_found', `price_id ${price_id} not found`)
  const { minimum, maximum } = price.quantity
  if (quantity < minimum || quantity > maximum) {
    throw new Failure(400, 'transaction_item_quantity_out_of_range', `quantity must be between ${minimum} and ${maximum}`)
  }
  const product = find(account, 'products', price.product_id)
  if (price.status === 'archived' || product.status === 'archived') {
    throw new Failure(400, 'transaction_item_price_archived', `price ${price_id} is archived`)
  }
  return { price, product, quantity }
}

export function oneCurrency(items: Item[], country: string | null, asked?: string | null): string {
  const currencies = new Set(items.map(({ price }) => unitPrice(price, country).currency_code))
  const [only] = currencies
  if (only === undefined || currencies.size > 1) throw new Failure(400, 'transaction_item_currency_mismatch', 'items are priced in more than one currency')
  if (asked && asked !== only) throw new Failure(400, 'transaction_currency_not_available', `the sandbox does not convert ${only} to ${asked}`)
  oneCycle(items)
  return only
}

/** Recurring items renew together. */
export function oneCycle(items: Item[]): WireCycle | null {
  const cycles = items.flatMap(({ price }) => (price.billing_cycle ? [price.billing_cycle] : []))
  if (new Set(cycles.map((cycle) => JSON.stringify(cycle))).size > 1) {
    throw new Failure(400, 'transaction_items_billing_cycle_mismatch', 'recurring items must share one billing cycle')
  }
  return cycles[0] ?? null
}

export function updateTransaction(account: Account, id: string, change: Update): Transaction {
  const before = find(account, 'transactions', id)
  if (change.status === 'canceled') return cancel(account, before)
  if (change.status === 'billed') throw new Failure(400, 'transaction_billing_details_must_be_null', 'only a manually-collected transaction can be billed')
  editable(before)
  const base = {
    ...before,
    ...(change.customer_id !== undefined && { customer_id: change.customer_id }),
    ...(change.address_id !== undefined && { address_id: change.address_id }),
    ...(change.business_id !== undefined && { business_id: change.business_id }),
    ...(change.discount_id !== undefined && { discount_id: change.discount_id }),
    ...(change.custom_data !== undefined && { custom_data: change.custom_data }),
    ...(change.checkout?.url && { checkout: { url: checkoutUrl(account, id, change.checkout.url) } }),
    updated_at: account.stamp(),
  }
  const items = change.items ?? before.items.map(({ price_id, quantity }) => ({ price_id, quantity }))
  const transaction = computed(account, base, items, change.currency_code)
  account.store.put('transactions', transaction)
  emit(account, 'transaction.updated', transaction)
  if (before.status === 'draft' && transaction.status === 'ready') emit(account, 'transaction.ready', transaction)
  return transaction
}

function editable({ status, id }: Transaction): void {
  if (status === 'draft' || status === 'ready') return
  throw new Failure(400, 'transaction_immutable', `transaction ${id} is ${status} and cannot be changed`)
}

function cancel(account: Account, before: Transaction): Transaction {
  if (before.status === 'canceled') return before
  if (before.status !== 'past_due') editable(before)
  const transaction = account.store.put('transactions', { ...before, status: 'canceled', updated_at: account.stamp() })
  emit(account, 'transaction.canceled', transaction)
  return transaction
}

export interface Buyer {
  email: string
  country: string
  /** Typed on the checkout. Empty: no discount. Absent: what the shop gave stays. */
  discountCode?: string
  /** Of the only item, within what its price allows. */
  quantity?: number
  company?: { name: string; taxNumber: string | null }
  /** Changes the customer's name. */
  name?: string
  postalCode?: string
}

/** The buyer's side of a checkout: who, where, how many, with which code; then the prices and taxes that follow. */
export function identify(account: Account, id: string, { email, country, discountCode, quantity, company, name, postalCode }: Buyer): Transaction {
  const transaction = find(account, 'transactions', id)
  editable(transaction)
  const known = transaction.customer_id === null ? undefined : find(account, 'customers', transaction.customer_id)
  const customer = known ?? customerByEmail(account, email) ?? createCustomer(account, { email })
  const address = account.store.where('addresses', 'customer_id', customer.id).find((one) => one.country_code === country)
    ?? createAddress(account, customer.id, { country_code: country, postal_code: postalCode ?? null })
  if (postalCode && address.postal_code !== postalCode) updateAddress(account, customer.id, address.id, { postal_code: postalCode })
  if (name && customer.name !== name) updateCustomer(account, customer.id, { name })
  const [only] = transaction.items
  const change: Update = {
    customer_id: customer.id, address_id: address.id,
    ...(company && { business_id: sameBusiness(account, customer.id, company.name, company.taxNumber).id }),
    ...(discountCode !== undefined && { discount_id: discountCode === '' ? null : discountByCode(account, discountCode).id }),
    ...(quantity !== undefined && only && transaction.items.length === 1 && { items: [{ price_id: only.price_id, quantity }] }),
  }
  return isSame(transaction, change) ? transaction : updateTransaction(account, id, change)
}

function isSame(transaction: Transaction, { items, ...change }: Update): boolean {
  return transaction.status === 'ready' && (items === undefined || items[0]?.quantity === transaction.items[0]?.quantity)
    && Object.entries(change).every(([name, value]) => transaction[name as keyof Transaction] === value)
}

function payable(account: Account, id: string): Transaction {
  const transaction = find(account, 'transactions', id)
  if (transaction.status !== 'ready') throw new Failure(400, 'transaction_not_ready', `transaction ${id} is ${transaction.status}`)
  return transaction
}

/** The card is charged: paid now, completed a little later, as with Paddle. Paying twice is refused, and so is a discount that ran out. */
export function pay(account: Account, id: string): Transaction {
  const before = payable(account, id)
  if (before.discount_id !== null && before.subscription_id === null) {
    redeemable(account, before.discount_id, before.items.map((one) => ({ ...one, product: find(account, 'products', one.price.product_id) })), before.currency_code)
    countUse(account, before.discount_id)
  }
  const at = account.stamp()
  const transaction = account.store.put('transactions', {
    ...before, status: 'paid', details: paidDetails(before.details), billed_at: at, updated_at: at,
    payments: [attempt(account, before.details, at, true), ...before.payments],
  })
  emit(account, 'transaction.paid', transaction)
  if (account.settings.completeAfter === 0) return complete(account, id)
  account.store.put('tasks', { id: `complete ${id}`, kind: 'complete', subject: id, due: account.real() + account.settings.completeAfter })
  return transaction
}

export function decline(account: Account, id: string): Transaction {
  const before = payable(account, id)
  const at = account.stamp()
  const transaction = account.store.put('transactions', {
    ...before, updated_at: at, payments: [attempt(account, before.details, at, false), ...before.payments],
  })
  emit(account, 'transaction.payment_failed', transaction)
  return transaction
}

/** The rest is filled in: invoice number and, with something recurring in it, the subscription. */
export function complete(account: Account, id: string): Transaction {
  const before = find(account, 'transactions', id)
  if (before.status !== 'paid') return before
  const at = account.stamp()
  const withInvoice: Transaction = { ...before, ...invoice(account), updated_at: at }
  const subscription = before.subscription_id === null ? startSubscription(account, withInvoice) : null
  const transaction = account.store.put('transactions', {
    ...withInvoice, status: 'completed', subscription_id: subscription?.id ?? before.subscription_id,
    billing_period: subscription?.current_billing_period ?? before.billing_period,
  })
  emit(account, 'transaction.completed', transaction)
  return transaction
}
