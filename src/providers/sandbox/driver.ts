import type { Clock } from '../../platform/clock.ts'
import { createAccount, find, type Account, type Settings } from './account.ts'
import { chargeBack, createAdjustment, decideRefund } from './adjustments.ts'
import { answer } from './api.ts'
import { createPrice, createProduct } from './catalogue.ts'
import { chargeSubscription, updateSubscription } from './changes.ts'
import { advanceClock, buy, switchCard } from './control.ts'
import { updateCustomer } from './customers.ts'
import { createDiscount } from './discounts.ts'
import { createFaults } from './faults.ts'
import { activateSubscription, cancelSubscription, pauseSubscription, resumeSubscription } from './lifecycle.ts'
import { asFailure, envelope, errorBody } from './server.ts'
import { openStore } from './store.ts'
import { createTransaction, type Buyer } from './transactions.ts'
import type { Mode } from './proration.ts'
import type { Adjustment, AdjustmentAction, Customer, Discount, Price, Subscription, Transaction, WireCycle, WireEvent } from './wire.ts'

export interface DriverOptions {
  /** The same seed makes the same ids and moments. */
  seed?: number
  /** When the history begins. */
  start?: Date
  settings?: Partial<Settings>
}

export interface NewPrice {
  /** In the lowest unit. */
  amount: bigint
  currency?: string
  cycle?: WireCycle | null
  trial?: WireCycle | null
  countries?: Record<string, bigint>
  /** Of this product, rather than of a new one. */
  productId?: string
}

/**
 * The local Paddle without a server, a socket, a file or a timer, for tests that run thousands of histories: one driver, one
 * account, one history. Time stands still but for `advance`. Payments complete at once; refunds wait for `approve` or `reject`.
 * Every call throws what the API would answer (`Failure`: status, code, message) and then leaves everything as it was.
 */
export interface Driver {
  account: Account
  /** The sandbox's clock: stands still unless advanced. */
  clock: Clock
  price(price: NewPrice): Price
  discount(input: Parameters<typeof createDiscount>[1]): Discount
  /** Makes the transaction and pays it. */
  buy(order: Order): Purchase
  /** Makes the transaction and leaves it open. */
  order(order: Order): Transaction
  pay(transactionId: string, buyer: Buyer): Transaction
  decline(transactionId: string, buyer: Buyer): Transaction
  /** To the end of the running period, and a second further: renewed, past due, paused or cancelled, as it comes. */
  renew(subscriptionId: string): Subscription
  /** Charges to the customer's card fail from now on. */
  fail(customerId: string): void
  /** The card works again; what is owed is taken at once. */
  recover(customerId: string): void
  refund(transactionId: string, lines?: { lineId: string; amount: bigint | null }[]): Adjustment
  approve(adjustmentId: string): Adjustment
  reject(adjustmentId: string): Adjustment
  chargeBack(transactionId: string, action?: Extract<AdjustmentAction, `chargeback${string}`>): Adjustment
  cancel(subscriptionId: string, when: 'now' | 'period-end'): Subscription
  pause(subscriptionId: string, when: 'now' | 'period-end', resumeAt?: Date): Subscription
  resume(subscriptionId: string): Subscription
  activate(subscriptionId: string): Subscription
  /** Takes a scheduled change back. */
  keep(subscriptionId: string): Subscription
  change(subscriptionId: string, items: { priceId: string; quantity: number }[], mode: Mode, onFailure?: 'prevent_change' | 'apply_change'): Subscription
  charge(subscriptionId: string, items: { priceId: string; quantity: number }[]): Subscription
  changeEmail(customerId: string, email: string): Customer
  advance(milliseconds: number): Date
  transaction(id: string): Transaction
  subscription(id: string): Subscription
  transactionsOf(subscriptionId: string): Transaction[]
  adjustmentsOf(transactionId: string): Adjustment[]
  /** Everything that happened, in order, as a webhook carries it (without `notification_id`). Do not change them. */
  events(): WireEvent[]
  /** The API without a wire: give it to `paddle({ fetch })`. Faults of kind error, html, lost, rate-limit and stale apply. */
  fetch: typeof fetch
  fault: ReturnType<typeof createFaults>['add']
  clearFaults(): void
}

export interface Order {
  items: { priceId: string; quantity?: number }[]
  email: string
  country?: string
  discountId?: string
  reference?: string
}

export interface Purchase {
  transaction: Transaction
  subscription: Subscription | null
  customerId: string
}

export const DRIVER_URL = 'http://local-paddle.invalid'

export function createDriver({ seed = 1, start = new Date('2026-01-15T12:00:00.000Z'), settings = {} }: DriverOptions = {}): Driver {
  const store = openStore(null)
  const faults = createFaults()
  const account = createAccount({
    store, faults, clock: { now: () => start }, bytes: seeded(seed),
    settings: {
      publicUrl: DRIVER_URL, shopUrls: [], webhookUrl: null, webhookSecrets: ['driver'], taxMode: 'internal', completeAfter: 0, approveAfter: null,
      retry: { scale: 1, attempts: 60 }, webhookTimeout: 5000, ...settings,
    },
  })
  const { change } = store
  const wire = (items: { priceId: string; quantity?: number }[]) => items.map(({ priceId, quantity }) => ({ price_id: priceId, quantity: quantity ?? 1 }))
  const effective = (when: 'now' | 'period-end') => (when === 'now' ? 'immediately' as const : 'next_billing_period' as const)
  const transaction = (id: string): Transaction => find(account, 'transactions', id)
  const subscription = (id: string): Subscription => find(account, 'subscriptions', id)
  const advance = (milliseconds: number): Date => advanceClock(account, milliseconds)

  const order = (wanted: Order): Transaction => change(() => createTransaction(account, {
    items: wire(wanted.items), discount_id: wanted.discountId ?? null, custom_data: wanted.reference === undefined ? null : { reference: wanted.reference },
  }))

  return {
    account, clock: { now: account.now }, transaction, subscription, advance, order,
    price: (wanted) => change(() => newPrice(account, wanted)),
    discount: (input) => change(() => createDiscount(account, input)),
    buy(wanted) {
      const { id } = order(wanted)
      const paid = buy(account, id, { email: wanted.email, country: wanted.country ?? 'DE' })
      return {
        transaction: paid, customerId: paid.customer_id ?? '', subscription: paid.subscription_id === null ? null : subscription(paid.subscription_id),
      }
    },
    pay: (id, buyer) => buy(account, id, buyer),
    decline: (id, buyer) => buy(account, id, buyer, 'decline'),
    renew(id) {
      const end = subscription(id).next_billed_at
      if (end !== null) advance(Math.max(0, Date.parse(end) - account.now().getTime()) + 1000)
      return subscription(id)
    },
    fail: (id) => switchCard(account, id, false),
    recover: (id) => switchCard(account, id, true, true),
    refund: (id, lines) => change(() => createAdjustment(account, {
      action: 'refund', transaction_id: id, reason: 'asked', type: lines === undefined ? 'full' : 'partial',
      ...(lines && {
        items: lines.map(({ lineId, amount }) => ({
          item_id: lineId, type: amount === null ? 'full' as const : 'partial' as const, amount: amount === null ? null : String(amount),
        })),
      }),
    })),
    approve: (id) => change(() => decideRefund(account, id, 'approved')),
    reject: (id) => change(() => decideRefund(account, id, 'rejected')),
    chargeBack: (id, action = 'chargeback') => change(() => chargeBack(account, { transaction_id: id, action })),
    cancel: (id, when) => change(() => cancelSubscription(account, id, { effective_from: effective(when) })),
    pause: (id, when, resumeAt) => change(() => pauseSubscription(account, id, { effective_from: effective(when), resume_at: resumeAt?.toISOString() ?? null })),
    resume: (id) => change(() => resumeSubscription(account, id, { effective_from: 'immediately' })),
    activate: (id) => change(() => activateSubscription(account, id)),
    keep: (id) => change(() => updateSubscription(account, id, { scheduled_change: null })),
    change: (id, items, mode, onFailure) => change(() => updateSubscription(account, id, {
      items: wire(items), proration_billing_mode: mode, ...(onFailure && { on_payment_failure: onFailure }),
    })),
    charge: (id, items) => change(() => chargeSubscription(account, id, { items: wire(items), effective_from: 'immediately' })),
    changeEmail: (id, email) => change(() => updateCustomer(account, id, { email })),
    transactionsOf: (id) => store.where('transactions', 'subscription_id', id),
    adjustmentsOf: (id) => store.where('adjustments', 'transaction_id', id),
    events: () => store.all('events').map(({ event_id, event_type, occurred_at, data }) => ({ event_id, event_type, occurred_at, data })),
    fetch: (input, init) => Promise.resolve().then(() => serve(account, new Request(input, init))),
    fault: faults.add,
    clearFaults: () => faults.clear(),
  }
}

function newPrice(account: Account, { amount, currency = 'EUR', cycle = null, trial = null, countries = {}, productId }: NewPrice): Price {
  const product = productId ?? createProduct(account, { name: 'Product', tax_category: 'training-services' }).id
  const money = (value: bigint) => ({ amount: String(value), currency_code: currency as 'EUR' })
  return createPrice(account, {
    description: 'price', product_id: product, unit_price: money(amount), billing_cycle: cycle, trial_period: trial,
    unit_price_overrides: Object.entries(countries).map(([code, value]) => ({ country_codes: [code], unit_price: money(value) })),
  })
}

/** The server's answers without the server. There is no key to be wrong and nothing to wait for. */
async function serve(account: Account, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const text = await request.text()
  const call = { method: request.method, path: url.pathname, query: url.searchParams, body: text === '' ? undefined : JSON.parse(text) as unknown }
  const faults = account.faults.forCall(call.method, call.path)
  const kinds = faults.map(({ kind }) => kind)
  if (kinds.includes('error')) return Response.json({ error: { type: 'api_error', code: 'internal_error', detail: 'Something went wrong.' } }, { status: 500 })
  if (kinds.includes('html')) return new Response('<html>502</html>', { status: 502, headers: { 'content-type': 'text/html' } })
  const limit = faults.find((fault) => fault.kind === 'rate-limit')
  if (limit) return Response.json({ error: { type: 'request_error', code: 'too_many_requests', detail: '' } }, { status: 429, headers: { 'retry-after': String(limit.seconds) } })
  try {
    const reply = answer(account, call, Math.max(0, ...faults.map((fault) => (fault.kind === 'stale' ? fault.ms : 0))))
    if (kinds.includes('lost')) throw new TypeError('the answer was lost')
    return reply.status === 204 ? new Response(null, { status: 204 }) : Response.json(envelope(reply, call, url.host), { status: reply.status })
  } catch (error) {
    const failure = asFailure(error)
    if (failure === null) throw error
    return Response.json(errorBody(failure), { status: failure.status })
  }
}

/** Mulberry32: small, fast, the same everywhere. */
function seeded(seed: number): (count: number) => Uint8Array {
  let state = seed >>> 0
  const byte = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return (value ^ (value >>> 14)) & 255
  }
  return (count) => Uint8Array.from({ length: count }, byte)
}
