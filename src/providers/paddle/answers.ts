import { z } from 'zod'
import type {
  Adjustment, AdjustmentKind, ChangePreview, Customer, Cycle, Discount, Money, Period, PricePreview, Subscription, SubscriptionState, Totals, Transaction,
  TransactionState,
} from '../../ports/payments.ts'

/** Paddle's answers, parsed once into our words. A value that is new to us becomes 'unknown', it does not stop the reading. */

const id = z.string().min(1).max(100)
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null)
const amount = z.string().regex(/^-?\d{1,30}$/).transform(BigInt)
const word = z.string().max(100)

const oneOf = <T extends string>(words: Record<string, T>, value: string, otherwise: T): T =>
  Object.hasOwn(words, value) ? (words[value] as T) : otherwise

const customData = maybe(z.record(z.string(), z.unknown()))
const referenceIn = (data: Record<string, unknown> | null): string | null => {
  const reference = data?.['reference']
  return typeof reference === 'string' && reference !== '' ? reference : null
}

const cycle = z.object({ interval: z.enum(['day', 'week', 'month', 'year']), frequency: z.int().positive() })
  .transform(({ interval, frequency }): Cycle => ({ every: frequency, interval }))
const period = z.object({ starts_at: moment, ends_at: moment })
  .transform(({ starts_at, ends_at }): Period => ({ startsAt: starts_at, endsAt: ends_at }))

export const identified = z.object({ id, custom_data: customData }).transform((row) => ({ id: row.id, reference: referenceIn(row.custom_data) }))

export const readCustomer = (raw: unknown): Customer => {
  const row = customer.parse(raw)
  return { customerId: row.id, email: row.email, name: row.name, active: row.status === 'active', updatedAt: row.updated_at }
}
const customer = z.object({ id, email: z.string().max(1000), name: maybe(z.string()), status: word, updated_at: moment })

const lineTotals = z.object({ subtotal: amount, discount: amount, tax: amount, total: amount })
const transaction = z.object({
  id, status: word, customer_id: maybe(id), subscription_id: maybe(id), custom_data: customData, origin: maybe(word), currency_code: word,
  invoice_number: maybe(z.string()), billing_period: maybe(period), created_at: moment, updated_at: moment, billed_at: maybe(moment),
  items: z.array(z.object({ price: z.object({ id, billing_cycle: maybe(z.unknown()) }) })),
  details: z.object({
    totals: lineTotals.extend({ grand_total: amount, fee: maybe(amount), earnings: maybe(amount), credit_to_balance: maybe(amount) }),
    adjusted_totals: maybe(z.object({ tax: amount, total: amount })),
    line_items: z.array(z.object({
      id, price_id: id, quantity: z.number(), tax_rate: z.string(), totals: lineTotals, product: z.object({ id }), proration: maybe(z.unknown()),
    })),
  }),
  discount_id: maybe(id),
  payments: maybe(z.array(z.object({ amount, status: word, error_code: maybe(word), created_at: moment }))),
  address: maybe(z.object({ country_code: word })),
})

const TRANSACTION_STATES: Record<string, TransactionState> = {
  draft: 'draft', ready: 'ready', billed: 'billed', paid: 'paid', completed: 'completed', canceled: 'canceled', past_due: 'past-due',
}
const CAUSES: Record<string, Transaction['cause']> = {
  api: 'purchase', web: 'purchase', subscription_recurring: 'renewal', subscription_update: 'change', subscription_charge: 'charge',
  subscription_payment_method_change: 'payment-method',
}

const PAYMENT_STATES: Record<string, Transaction['payments'][number]['state']> = {
  captured: 'captured', error: 'failed', canceled: 'failed', dropped: 'failed',
}

const bill = lineTotals.extend({ grand_total: amount, fee: maybe(amount), earnings: maybe(amount) })
const totalsOf = ({ subtotal, discount, tax, total, grand_total, fee, earnings }: z.output<typeof bill>): Totals =>
  ({ subtotal, discount, tax, total, charged: grand_total, fee, earnings })

export function readTransaction(raw: unknown): Transaction {
  const row = transaction.parse(raw)
  const { totals, adjusted_totals: left, line_items: lines } = row.details
  const recurring = new Set(row.items.filter(({ price }) => price.billing_cycle !== null).map(({ price }) => price.id))
  return {
    transactionId: row.id, state: oneOf(TRANSACTION_STATES, row.status, 'unknown'), reference: referenceIn(row.custom_data),
    customerId: row.customer_id, subscriptionId: row.subscription_id, cause: oneOf(CAUSES, row.origin ?? '', 'unknown'), currency: row.currency_code,
    lines: lines.map((line) => ({
      lineId: line.id, priceId: line.price_id, productId: line.product.id, quantity: line.quantity, recurring: recurring.has(line.price_id),
      ...(line.proration !== null && { prorated: true }), totals: line.totals, taxRate: line.tax_rate,
    })),
    totals: totalsOf(totals), remaining: left, invoiceNumber: row.invoice_number, discountId: row.discount_id, creditKept: totals.credit_to_balance ?? 0n,
    payments: (row.payments ?? []).map((payment) => ({
      state: oneOf(PAYMENT_STATES, payment.status, 'pending'), amount: payment.amount, problem: payment.error_code, at: payment.created_at,
    })),
    period: row.billing_period, countryCode: row.address?.country_code ?? null,
    createdAt: row.created_at, updatedAt: row.updated_at, billedAt: row.billed_at, raw,
  }
}

const subscription = z.object({
  id, status: word, customer_id: id, transaction_id: maybe(id), custom_data: customData, currency_code: word, billing_cycle: cycle,
  current_billing_period: maybe(period), started_at: maybe(moment), next_billed_at: maybe(moment), paused_at: maybe(moment),
  canceled_at: maybe(moment), created_at: moment, updated_at: moment,
  scheduled_change: maybe(z.object({ action: word, effective_at: moment, resume_at: maybe(moment) })),
  discount: maybe(z.object({ id })),
  items: z.array(z.object({
    quantity: z.number(), trial_dates: maybe(period), price: z.object({ id, product_id: id }),
  })),
})

const SUBSCRIPTION_STATES: Record<string, SubscriptionState> = {
  active: 'active', trialing: 'trialing', past_due: 'past-due', paused: 'paused', canceled: 'canceled',
}

const CHANGES: Record<string, NonNullable<Subscription['scheduledChange']>['action']> = { cancel: 'cancel', pause: 'pause', resume: 'resume' }

export function readSubscription(raw: unknown): Subscription {
  const row = subscription.parse(raw)
  const change = row.scheduled_change
  return {
    subscriptionId: row.id, state: oneOf(SUBSCRIPTION_STATES, row.status, 'unknown'), reference: referenceIn(row.custom_data),
    customerId: row.customer_id, transactionId: row.transaction_id, currency: row.currency_code, cycle: row.billing_cycle,
    items: row.items.map(({ price, quantity, trial_dates }) => ({
      priceId: price.id, productId: price.product_id, quantity, trialEndsAt: trial_dates?.endsAt ?? null,
    })),
    discountId: row.discount?.id ?? null, period: row.current_billing_period,
    scheduledChange: change && {
      action: oneOf(CHANGES, change.action, 'unknown'),
      effectiveAt: change.effective_at, resumeAt: change.resume_at,
    },
    startedAt: row.started_at, nextBilledAt: row.next_billed_at, pausedAt: row.paused_at, canceledAt: row.canceled_at,
    createdAt: row.created_at, updatedAt: row.updated_at, raw,
  }
}

const adjustment = z.object({
  id, action: word, status: word, type: maybe(word), transaction_id: id, subscription_id: maybe(id), customer_id: maybe(id),
  reason: z.string(), currency_code: word, created_at: moment, updated_at: maybe(moment),
  items: z.array(z.object({ item_id: id, type: word, totals: z.object({ total: amount }) })),
  totals: z.object({ subtotal: amount, tax: amount, total: amount }),
})

const KINDS: Record<string, AdjustmentKind> = {
  refund: 'refund', credit: 'credit', chargeback: 'chargeback', chargeback_warning: 'chargeback-warning',
  chargeback_reverse: 'chargeback-reversal', chargeback_warning_reverse: 'chargeback-warning-reversal', credit_reverse: 'credit-reversal',
}
const ADJUSTMENT_STATES: Record<string, Adjustment['state']> = {
  pending_approval: 'pending', approved: 'approved', rejected: 'rejected', reversed: 'reversed',
}
const SCOPES: Record<string, Adjustment['lines'][number]['scope']> = { full: 'full', partial: 'partial', tax: 'tax', proration: 'proration' }

export function readAdjustment(raw: unknown): Adjustment {
  const row = adjustment.parse(raw)
  return {
    adjustmentId: row.id, kind: oneOf(KINDS, row.action, 'unknown'), state: oneOf(ADJUSTMENT_STATES, row.status, 'unknown'),
    scope: row.type === 'full' ? 'full' : 'partial', transactionId: row.transaction_id, subscriptionId: row.subscription_id,
    customerId: row.customer_id, reason: row.reason, currency: row.currency_code,
    lines: row.items.map((item) => ({ lineId: item.item_id, scope: oneOf(SCOPES, item.type, 'unknown'), total: item.totals.total })),
    totals: row.totals, createdAt: row.created_at, updatedAt: row.updated_at ?? row.created_at, raw,
  }
}

const split = z.object({ subtotal: amount, tax: amount, total: amount })
const preview = z.object({
  currency_code: word,
  address: maybe(z.object({ country_code: word })),
  details: z.object({
    line_items: z.array(z.object({
      price: z.object({ id }), quantity: z.number(), tax_rate: z.string(), unit_totals: split, totals: split, formatted_totals: z.object({ total: z.string() }),
    })),
  }),
})

export function readPreview(raw: unknown): PricePreview {
  const row = preview.parse(raw)
  return {
    currency: row.currency_code, countryCode: row.address?.country_code ?? null,
    lines: row.details.line_items.map((line) => ({
      priceId: line.price.id, quantity: line.quantity, unit: line.unit_totals, totals: line.totals, taxRate: line.tax_rate,
      formattedTotal: line.formatted_totals.total,
    })),
  }
}

export const readInvoiceUrl = (raw: unknown): string => z.object({ url: z.url() }).parse(raw).url
export const readPortalUrl = (raw: unknown): string =>
  z.object({ urls: z.object({ general: z.object({ overview: z.url() }) }) }).parse(raw).urls.general.overview

const change = z.object({
  currency_code: word,
  immediate_transaction: maybe(z.object({ details: z.object({ totals: bill }) })),
  next_transaction: maybe(z.object({ billing_period: period, details: z.object({ totals: bill }) })),
  recurring_transaction_details: z.object({ totals: bill }),
  update_summary: maybe(z.object({ credit: z.object({ amount }), charge: z.object({ amount }) })),
})

export function readChange(raw: unknown): ChangePreview {
  const row = change.parse(raw)
  const { immediate_transaction: now, next_transaction: next, update_summary: summary } = row
  return {
    currency: row.currency_code, credit: summary?.credit.amount ?? 0n, charge: summary?.charge.amount ?? 0n,
    now: now && totalsOf(now.details.totals), next: next && { totals: totalsOf(next.details.totals), period: next.billing_period },
    recurring: totalsOf(row.recurring_transaction_details.totals),
  }
}

const discount = z.object({
  id, status: word, description: z.string(), code: maybe(z.string()), type: word, amount: z.string().regex(/^\d{1,18}(\.\d{1,2})?$/),
  currency_code: maybe(word), recur: z.boolean(), maximum_recurring_intervals: maybe(z.number()), usage_limit: maybe(z.number()),
  restrict_to: maybe(z.array(id)), expires_at: maybe(moment), custom_data: customData, times_used: maybe(z.number()),
})

export function readDiscount(raw: unknown): Discount {
  const row = discount.parse(raw)
  return {
    discountId: row.id, reference: referenceIn(row.custom_data), description: row.description, code: row.code,
    off: row.type === 'percentage' ? { percent: row.amount } : {
      amount: { amount: BigInt(row.amount.replace(/\..*$/, '')), currency: row.currency_code ?? '' }, per: row.type === 'flat_per_seat' ? 'seat' : 'order',
    },
    recurs: row.recur ? { periods: row.maximum_recurring_intervals } : null, expiresAt: row.expires_at, usageLimit: row.usage_limit,
    onlyFor: row.restrict_to, active: row.status === 'active', timesUsed: row.times_used ?? 0,
  }
}

const credits = z.array(z.object({ currency_code: word, balance: z.object({ available: amount }) }))
export const readCredits = (raw: unknown): Money[] =>
  credits.parse(raw).map(({ currency_code, balance }) => ({ amount: balance.available, currency: currency_code }))

const destination = z.object({ id, destination: z.string(), endpoint_secret_key: z.string().min(1) })
export const readDestination = (raw: unknown): z.output<typeof destination> => destination.parse(raw)
export const readDestinations = (raw: unknown): z.output<typeof destination>[] => z.array(destination).parse(raw)
export const readAddress = (raw: unknown): { id: string; country: string } => {
  const row = z.object({ id, country_code: word }).parse(raw)
  return { id: row.id, country: row.country_code }
}
