/**
 * The payment provider, in our words.
 *
 * Money is a bigint in the currency's lowest unit (cents; whole yen). Times are `Date`s. Ids given by the
 * provider are opaque strings and are called `…Id`; `reference` is always ours and makes a write safe to repeat.
 *
 * Every function may throw
 * - `Unavailable`: no answer, a limit, or a fault at the provider. A write may or may not have happened: call it again
 *   with the same reference, it looks before it repeats;
 * - `Invalid`: the provider refuses the input for good;
 * - `Conflict`: the state does not allow it (already cancelled, a refund is already waiting);
 * - `NotFound`: the provider knows no such thing.
 */
export interface Payments {
  /** Creates the product, or changes the one named by `productId`. Found again by `reference`. */
  saveProduct(product: ProductInput): Promise<{ productId: string }>
  /** Creates the price, or changes the one named by `priceId`. Found again by `reference`. */
  savePrice(price: PriceInput): Promise<{ priceId: string }>

  /** Creates the discount, or changes the one named by `discountId`. Found again by `reference`. `Conflict` if another one has the code. */
  saveDiscount(discount: DiscountInput): Promise<Discount>
  findDiscount(discountId: string): Promise<Discount>
  /** The one that a buyer would get for this code now, whatever its letter case. It may have expired or be used up: see there. */
  findDiscountByCode(code: string): Promise<Discount | null>

  /** Creates a customer, or answers the one who already has this e-mail address (whatever its letter case). */
  saveCustomer(customer: CustomerInput): Promise<Customer>
  /** Follows a change of e-mail or name. `Conflict` if another customer has the address. */
  updateCustomer(customerId: string, change: { email?: string; name?: string | null }): Promise<Customer>
  findCustomer(customerId: string): Promise<Customer>

  /** What the provider keeps for the customer from changes that cost less: taken off the next bills. One per currency. */
  listCredits(customerId: string): Promise<Money[]>

  /**
   * Starts a purchase with fixed items. `Invalid` if the discount is unknown, expired, used up or not for these items. Nothing is charged until the buyer pays on the checkout.
   */
  createCheckout(order: CheckoutInput): Promise<Checkout>
  /** How to open the checkout of a transaction that exists. Asks nobody. */
  openCheckout(transactionId: string, back: ReturnUrls): CheckoutDoor
  /** Closes an unpaid checkout for good. */
  cancelCheckout(transactionId: string): Promise<Transaction>

  /** The checkout where a customer gives another card: of what is owed, or of nothing while nothing is. */
  createCardCheckout(subscriptionId: string, back: ReturnUrls): Promise<Checkout>

  findTransaction(transactionId: string): Promise<Transaction>
  findSubscription(subscriptionId: string): Promise<Subscription>
  /** Every refund, credit and chargeback of one transaction, oldest first. */
  listAdjustments(transactionId: string): Promise<Adjustment[]>
  /** A subscription's or a customer's transactions, or those changed since a moment; oldest first, at most `limit` (default 1,000). */
  listTransactions(filter: TransactionFilter): Promise<Transaction[]>
  listSubscriptions(filter: SubscriptionFilter): Promise<Subscription[]>

  /** Events after `after` (an event id; null: from the oldest kept), oldest first, at most `limit` (1 to 200). */
  listEvents(cursor: { after: string | null; limit?: number }): Promise<EventPage>

  /** Asks for money back. Usually waits for the provider's approval: see the `state`. */
  refund(request: RefundInput): Promise<Adjustment>
  /** A link to the invoice (PDF), good for about an hour: never store it. Null while there is none. */
  findInvoiceLink(transactionId: string): Promise<string | null>
  /** The same for money that went back. Null while there is none. */
  findCreditNoteLink(adjustmentId: string): Promise<string | null>
  /** What a visitor would pay, tax included. Indicative: the checkout decides. */
  previewPrices(question: PriceQuestion): Promise<PricePreview>
  /** A short-lived link where the customer manages payment methods and subscriptions. Never store it. */
  createPortalLink(customerId: string, subscriptionIds?: string[]): Promise<string>

  /** `period-end` keeps the subscription active until then (`scheduledChange`); `now` cannot be taken back. */
  cancelSubscription(subscriptionId: string, when: 'now' | 'period-end'): Promise<Subscription>
  pauseSubscription(subscriptionId: string, when: 'now' | 'period-end', resumeAt?: Date | null): Promise<Subscription>
  resumeSubscription(subscriptionId: string): Promise<Subscription>
  /**
   * Replaces all items: other prices, other quantities (seats), another cycle. Asking for what is there already changes and
   * charges nothing, so it may be repeated. `Conflict` if the card refuses (`onFailure: 'refuse'`), or the state forbids it.
   */
  changeSubscription(change: SubscriptionChange): Promise<Subscription>
  /** What that would cost, with the provider's own arithmetic. */
  previewChange(change: SubscriptionChange): Promise<ChangePreview>
  /** Takes a scheduled cancellation or pause back. */
  keepSubscription(subscriptionId: string): Promise<Subscription>

  /** Registers (or changes) where webhooks go, found again by its URL. The secret signs them: keep it as one. */
  saveWebhook(webhook: { url: string; description: string; events: string[] }): Promise<{ webhookId: string; secret: string }>

  /**
   * Verifies a webhook on its raw bytes and reads it. Throws `Forbidden` when the signature is missing, wrong, too old
   * or too far ahead, and `Invalid` when signed bytes are no event. An unknown type or shape is kept, not refused.
   */
  readEvent(rawBody: Buffer, signatureHeader: string | undefined): ProviderEvent
  /** Reads an event that we stored earlier (`ProviderEvent.raw`). `Invalid` if it is none. */
  parseEvent(raw: unknown): ProviderEvent
}

export interface Money {
  amount: bigint
  currency: string
}

export type Interval = 'day' | 'week' | 'month' | 'year'

export interface Cycle {
  every: number
  interval: Interval
}

export interface ProductInput {
  reference: string
  /** The provider's id if we already know it. */
  productId: string | null
  name: string
  description: string | null
  /** Absolute https URL. */
  imageUrl: string | null
  active: boolean
}

export interface PriceInput {
  reference: string
  priceId: string | null
  productId: string
  /** For us, up to 500 characters. */
  description: string
  /** For the buyer, up to 150 characters. */
  name: string | null
  price: Money
  /** Other prices for some countries (ISO 3166-1 alpha-2). */
  countryPrices: { countries: string[]; price: Money }[]
  /** Null: paid once. */
  cycle: Cycle | null
  trial: Cycle | null
  taxIncluded: boolean | 'account-default'
  quantity: { minimum: number; maximum: number }
  active: boolean
}

export interface DiscountInput {
  reference: string
  discountId: string | null
  /** For us, up to 500 characters. */
  description: string
  /** Letters and digits, up to 32; null: only we can apply it. */
  code: string | null
  /** Per cent with at most two decimals as text ('12.5'), or money off the whole order, or off every seat. */
  off: { percent: string } | { amount: Money; per: 'order' | 'seat' }
  /** On renewals too: for how many periods, the first one counted; null: for ever. Absent: the first payment only. */
  recurs?: { periods: number | null }
  expiresAt: Date | null
  usageLimit: number | null
  /** Products and prices that it is for; null: all. */
  onlyFor: string[] | null
  active: boolean
}

export interface Discount extends Omit<DiscountInput, 'reference' | 'discountId' | 'recurs'> {
  discountId: string
  reference: string | null
  recurs: { periods: number | null } | null
  timesUsed: number
}

export interface CustomerInput {
  email: string
  name: string | null
  locale?: string
}

export interface Customer {
  customerId: string
  email: string
  name: string | null
  active: boolean
  updatedAt: Date
}

export interface CheckoutInput {
  /** Our order's id: kept with the transaction and answered as `reference`. */
  reference: string
  items: { priceId: string; quantity: number }[]
  /** Null: the buyer gives an e-mail address on the checkout. */
  customerId: string | null
  /** Three capital letters; null: the provider chooses by country. */
  currency: string | null
  /** At most one of the two. The buyer may take it off or type another. */
  discountId?: string | null
  discountCode?: string | null
  /** Filled in on the checkout; with a customer, its prices and taxes are in the transaction already. The buyer may change it. */
  countryCode?: string | null
  back: ReturnUrls
  /** When an earlier try with this reference may have reached the provider: when it began. Null on the first try. */
  triedAt: Date | null
}

/** Absolute URLs on our own site. Coming back proves nothing: what was paid is read from the transaction. */
export interface ReturnUrls {
  successUrl: string
  /** Where somebody who closes the checkout continues. */
  closeUrl: string
}

export interface Checkout {
  transactionId: string
  transaction: Transaction
  door: CheckoutDoor
}

export type CheckoutDoor =
  | { kind: 'overlay'; clientToken: string; environment: 'live' | 'sandbox'; countryCode?: string }
  | { kind: 'page'; url: string }

export type TransactionState = 'draft' | 'ready' | 'billed' | 'paid' | 'completed' | 'canceled' | 'past-due' | 'unknown'

export interface Transaction {
  transactionId: string
  state: TransactionState
  /** Our order's id, if we made it. A cross-check, not a proof: the browser may have written it. */
  reference: string | null
  customerId: string | null
  subscriptionId: string | null
  /** Why it exists: a purchase, a renewal, a change of a subscription… */
  cause: 'purchase' | 'renewal' | 'change' | 'charge' | 'payment-method' | 'unknown'
  currency: string
  lines: TransactionLine[]
  totals: Totals
  /** Totals less what has been refunded or charged back. */
  remaining: { tax: bigint; total: bigint } | null
  invoiceNumber: string | null
  discountId: string | null
  /** What is kept for the customer because the change cost less than nothing. */
  creditKept: bigint
  /** Tries to take the money, newest first. */
  payments: { state: 'captured' | 'failed' | 'pending'; amount: bigint; problem: string | null; at: Date }[]
  period: Period | null
  countryCode: string | null
  createdAt: Date
  updatedAt: Date
  billedAt: Date | null
  raw: unknown
}

export interface TransactionLine {
  /** The provider's id of the line: what a partial refund names. */
  lineId: string
  priceId: string
  productId: string
  /** Below zero: given back by a change. */
  quantity: number
  recurring: boolean
  /** Part of a billing period only. */
  prorated?: boolean
  totals: { subtotal: bigint; discount: bigint; tax: bigint; total: bigint }
  /** A fraction as text, e.g. '0.2'. */
  taxRate: string
}

export interface Totals {
  subtotal: bigint
  discount: bigint
  tax: bigint
  total: bigint
  /** What the buyer really pays, credit taken off. */
  charged: bigint
  fee: bigint | null
  earnings: bigint | null
}

export interface Period {
  startsAt: Date
  endsAt: Date
}

export interface TransactionFilter {
  customerId?: string
  subscriptionId?: string
  state?: 'completed' | 'paid' | 'ready' | 'draft' | 'past-due' | 'canceled'
  updatedSince?: Date
  createdSince?: Date
  limit?: number
}

export interface SubscriptionFilter {
  customerId?: string
  priceId?: string
  states?: Exclude<SubscriptionState, 'unknown'>[]
  scheduled?: 'cancel' | 'pause' | 'resume'
  limit?: number
}

export interface SubscriptionChange {
  subscriptionId: string
  /** The whole list: what is not in it goes. */
  items: { priceId: string; quantity: number }[]
  /**
   * `prorated-now`: the difference for the rest of the period, at once. `prorated-later`: with the next bill. `full-now`, `full-later`:
   * what is added at its whole price, nothing credited. `none`: only the next bill is another one. On trial and while paused: `none`.
   * Another cycle begins today with the two `…-now`, else with the next bill.
   */
  billing: 'prorated-now' | 'prorated-later' | 'full-now' | 'full-later' | 'none'
  /** If the card refuses: leave everything as it was, or change it all the same and become past due. */
  onFailure: 'refuse' | 'apply'
}

export interface ChangePreview {
  currency: string
  /** Parts of the difference; both at least 0. */
  credit: bigint
  charge: bigint
  /** Billed at once; null: nothing is. */
  now: Totals | null
  /** The next bill, with what is put off until then; null: there is none. */
  next: { totals: Totals; period: Period } | null
  /** Every bill after that. */
  recurring: Totals
}

export type SubscriptionState = 'active' | 'trialing' | 'past-due' | 'paused' | 'canceled' | 'unknown'

export interface Subscription {
  subscriptionId: string
  state: SubscriptionState
  reference: string | null
  customerId: string
  /** The first transaction; known only from the event that announces the subscription. */
  transactionId: string | null
  currency: string
  cycle: Cycle
  items: { priceId: string; productId: string; quantity: number; trialEndsAt: Date | null }[]
  discountId: string | null
  period: Period | null
  scheduledChange: { action: 'cancel' | 'pause' | 'resume' | 'unknown'; effectiveAt: Date; resumeAt: Date | null } | null
  startedAt: Date | null
  nextBilledAt: Date | null
  pausedAt: Date | null
  canceledAt: Date | null
  createdAt: Date
  updatedAt: Date
  raw: unknown
}

export type AdjustmentKind =
  | 'refund' | 'credit' | 'chargeback' | 'chargeback-warning' | 'chargeback-reversal' | 'chargeback-warning-reversal'
  | 'credit-reversal' | 'unknown'

export interface Adjustment {
  adjustmentId: string
  kind: AdjustmentKind
  state: 'pending' | 'approved' | 'rejected' | 'reversed' | 'unknown'
  scope: 'full' | 'partial'
  transactionId: string
  subscriptionId: string | null
  customerId: string | null
  reason: string
  currency: string
  lines: { lineId: string; scope: 'full' | 'partial' | 'tax' | 'proration' | 'unknown'; total: bigint }[]
  totals: { subtotal: bigint; tax: bigint; total: bigint }
  createdAt: Date
  updatedAt: Date
  raw: unknown
}

export interface RefundInput {
  /** Our refund's id: carried in the reason, so that a repeated request is recognised. */
  reference: string
  transactionId: string
  reason: string
  /** 'all', or per line: the whole line (`amount: null`) or an amount, tax included. */
  lines: 'all' | { lineId: string; amount: bigint | null }[]
}

export interface PriceQuestion {
  items: { priceId: string; quantity: number }[]
  countryCode: string | null
  ipAddress: string | null
  currency: string | null
}

export interface PricePreview {
  currency: string
  countryCode: string | null
  lines: {
    priceId: string
    quantity: number
    unit: { subtotal: bigint; tax: bigint; total: bigint }
    totals: { subtotal: bigint; tax: bigint; total: bigint }
    taxRate: string
    /** The provider's own formatting, e.g. '€24.00'. */
    formattedTotal: string
  }[]
}

export type EventSubject =
  | { kind: 'transaction'; id: string; transaction: Transaction }
  | { kind: 'subscription'; id: string; subscription: Subscription }
  | { kind: 'adjustment'; id: string; adjustment: Adjustment }
  | { kind: 'customer'; id: string; customer: Customer }
  /** A kind that we do not follow, or a shape that we could not read (`problem`). The raw event is kept. */
  | { kind: 'other'; id: string | null; problem: string | null }

export interface ProviderEvent {
  /** Unique for ever; the same for every delivery of the event. */
  eventId: string
  /** The provider's own name for it, for logs and ledgers: compare `subject`, not this. */
  name: string
  occurredAt: Date
  /** Microseconds since 1970: what to order by. `occurredAt` is too coarse. */
  occurredMicros: bigint
  subject: EventSubject
  /** Made by the provider's simulator: must never grant anything. */
  simulated: boolean
  /** What the provider sent, parsed as JSON, without NUL characters (Postgres stores none). */
  raw: unknown
}

export interface EventPage {
  events: ProviderEvent[]
  /** The cursor for the next call: the last event's id, or the one given if there was nothing new. */
  last: string | null
  more: boolean
}
