import { divide, feeOf, lineTotals, rateText, split, sum, taxRate, unitPrice, type Split } from './money.ts'
import type { WireShare } from './store.ts'
import type { Adjustment, AdjustedTotals, Discount, LineItem, LineTotals, Price, Product, Proration, TransactionDetails } from './wire.ts'

export interface Item {
  price: Price
  product: Product
  /** Below zero: given back. */
  quantity: number
  /** The part of a billing period that this stands for. Absent: all of it. */
  share?: WireShare | null
}

export interface Place {
  country: string | null
  currency: string
  taxMode: 'internal' | 'external'
  discount?: Discount | null
  /** A renewal charges what a first payment gives free. */
  afterTrial?: boolean
  /** Nothing is charged: the card is only being changed. */
  free?: boolean
  /** The customer's credit, used up before the card. */
  credit?: bigint
}

export interface Computed {
  rate: number
  unit: LineTotals
  totals: LineTotals
  discount: bigint
}

const size = (value: bigint): bigint => (value < 0n ? -value : value)

function amountOf({ price, quantity, share }: Item, place: Place): bigint {
  if (place.free || (price.trial_period !== null && !place.afterTrial)) return 0n
  const whole = BigInt(unitPrice(price, place.country).amount) * BigInt(Math.abs(quantity))
  return share ? divide(whole * BigInt(share.seconds), BigInt(share.of)) : whole
}

export const discounts = (discount: Discount, { price }: Item): boolean =>
  discount.restrict_to === null || discount.restrict_to.includes(price.id) || discount.restrict_to.includes(price.product_id)

/**
 * What the discount takes off each item, never more than the item costs. Per cent are rounded on the line, half up. A flat amount
 * is spread over the whole lines by their price; what rounding leaves goes to the first ones. Prorated lines share in per cent and
 * per seat only: a flat amount was taken off once already.
 */
export function computeDiscounts(items: Item[], place: Place): bigint[] {
  const { discount } = place
  const amounts = items.map((item) => (discount && discounts(discount, item) ? amountOf(item, place) : 0n))
  if (!discount) return amounts
  if (discount.type === 'percentage') {
    const [whole = '0', decimals = ''] = discount.amount.split('.')
    const hundredths = BigInt(whole) * 100n + BigInt(decimals.padEnd(2, '0').slice(0, 2))
    return amounts.map((amount) => divide(amount * hundredths, 10_000n))
  }
  if (discount.type === 'flat_per_seat') {
    return items.map((item, index) => {
      const seats = BigInt(discount.amount) * BigInt(Math.abs(item.quantity))
      const off = item.share ? divide(seats * BigInt(item.share.seconds), BigInt(item.share.of)) : seats
      return smaller(off, amounts[index] ?? 0n)
    })
  }
  return spread(BigInt(discount.amount), amounts.map((amount, index) => (items[index]?.share || (items[index]?.quantity ?? 0) < 0 ? 0n : amount)))
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)

function spread(amount: bigint, over: bigint[]): bigint[] {
  const all = sum(over)
  const off = smaller(amount, all)
  const parts = over.map((one) => (all === 0n ? 0n : (one * off) / all))
  let rest = off - sum(parts)
  return parts.map((part, index) => {
    const more = smaller(rest, (over[index] ?? 0n) - part)
    rest -= more
    return part + more
  })
}

/** Net, discount, tax and gross of an amount with something taken off; `subtotal - discount + tax = total`, always. */
function discounted(amount: bigint, off: bigint, rate: number, mode: 'internal' | 'external', sign: bigint): LineTotals {
  const before = split(amount, rate, mode)
  const after = split(amount - off, rate, mode)
  return {
    subtotal: String(sign * before.subtotal), discount: String(sign * (before.subtotal - after.subtotal)), tax: String(sign * after.tax),
    total: String(sign * after.total),
  }
}

/** One line: tax is rounded on the line, not on the unit, so that lines add up to the total. Free while on trial. */
export function computeLine(item: Item, place: Place, off = 0n): Computed {
  const rate = taxRate(place.country)
  const mode = item.price.tax_mode === 'account_setting' ? place.taxMode : item.price.tax_mode
  const quantity = BigInt(Math.max(1, Math.abs(item.quantity)))
  return {
    rate, discount: off,
    unit: discounted(amountOf({ ...item, quantity: 1 }, place), divide(off, quantity), rate, mode, 1n),
    totals: discounted(amountOf(item, place), off, rate, mode, item.quantity < 0 ? -1n : 1n),
  }
}

export const addTotals = (all: { subtotal: string; tax: string; total: string }[]): Split => ({
  subtotal: sum(all.map((one) => one.subtotal)), tax: sum(all.map((one) => one.tax)), total: sum(all.map((one) => one.total)),
})

const addLines = (all: LineTotals[]): LineTotals => ({ ...lineTotals(addTotals(all)), discount: String(sum(all.map((one) => one.discount))) })

/** For people, to five decimals. */
export const prorationOf = (share: WireShare | null | undefined): Proration | null =>
  share ? { rate: String(Number((share.seconds / share.of).toFixed(5))), billing_period: share.period } : null

/** `lineId` may keep the ids of lines whose price was there before. */
export function computeDetails(items: Item[], place: Place, lineId: (priceId: string) => string): TransactionDetails {
  const off = computeDiscounts(items, place)
  const lines: LineItem[] = items.map((item, index) => {
    const { rate, unit, totals } = computeLine(item, place, off[index])
    return {
      id: lineId(item.price.id), price_id: item.price.id, quantity: item.quantity, proration: prorationOf(item.share), tax_rate: rateText(rate),
      unit_totals: unit, totals, product: item.product,
    }
  })
  const all = addLines(lines.map((line) => line.totals))
  const total = BigInt(all.total)
  const due = total > 0n ? total : 0n
  const credit = smaller(due, place.credit ?? 0n)
  const charged = due - credit
  const totals = {
    ...all, credit: String(credit), credit_to_balance: String(total < 0n ? -total : 0n), balance: String(charged), grand_total: String(charged),
    grand_total_tax: String(due === 0n ? 0n : divide(BigInt(all.tax) * charged, due)), fee: null, earnings: null, currency_code: place.currency,
  }
  return {
    tax_rates_used: taxRatesUsed(lines),
    totals,
    adjusted_totals: { ...adjusted(addTotals([all]), place.currency, charged), fee: null, earnings: null },
    payout_totals: null,
    adjusted_payout_totals: null,
    line_items: lines,
  }
}

function taxRatesUsed(lines: LineItem[]): TransactionDetails['tax_rates_used'] {
  const rates = [...new Set(lines.map((line) => line.tax_rate))]
  return rates.map((rate) => ({ tax_rate: rate, totals: addLines(lines.filter((line) => line.tax_rate === rate).map((line) => line.totals)) }))
}

const adjusted = ({ subtotal, tax, total }: Split, currency: string, charged: bigint): Omit<AdjustedTotals, 'fee' | 'earnings'> => ({
  subtotal: String(subtotal), tax: String(tax), total: String(total), grand_total: String(charged),
  grand_total_tax: String(total <= 0n ? 0n : divide(tax * charged, total)), retained_fee: '0', currency_code: currency,
})

/** What is known once the money is in: balance, fee, earnings, pay-out. The sandbox pays out in the sale's currency. */
export function paidDetails(details: TransactionDetails): TransactionDetails {
  const fee = feeOf(BigInt(details.totals.grand_total))
  const earnings = BigInt(details.totals.grand_total) - BigInt(details.totals.grand_total_tax) - fee
  const totals = { ...details.totals, balance: '0', fee: String(fee), earnings: String(earnings) }
  return adjustedDetails({
    ...details, totals, payout_totals: { ...totals, exchange_rate: '1', fee_rate: '0.05' },
  }, [])
}

/** Takes approved refunds and chargebacks off; a reversal gives them back. */
export function adjustedDetails(details: TransactionDetails, adjustments: Adjustment[]): TransactionDetails {
  const { totals } = details
  const counted = adjustments.filter(({ action, status }) => status === 'approved' && (action === 'refund' || action === 'chargeback'))
  const taken = addTotals(counted.map((adjustment) => adjustment.totals))
  const left: Split = {
    subtotal: BigInt(totals.subtotal) - BigInt(totals.discount) - taken.subtotal, tax: BigInt(totals.tax) - taken.tax,
    total: BigInt(totals.total) - taken.total,
  }
  const fee = totals.fee ?? '0'
  const earnings = String(left.subtotal - BigInt(fee))
  const charged = BigInt(totals.grand_total) - taken.total
  const base = adjusted(left, totals.currency_code, charged < 0n ? 0n : charged)
  return {
    ...details,
    adjusted_totals: { ...base, fee, retained_fee: counted.length > 0 ? fee : '0', earnings },
    adjusted_payout_totals: {
      subtotal: base.subtotal, tax: base.tax, total: base.total, fee, retained_fee: base.retained_fee,
      chargeback_fee: { amount: '0', original: null }, earnings, currency_code: totals.currency_code, exchange_rate: '1',
    },
  }
}

/** The share of a line that `amount` (tax included) stands for. */
export function partOf(line: LineTotals, amount: bigint): Split {
  const total = BigInt(line.total)
  const tax = total === 0n ? 0n : divide(size(BigInt(line.tax) * amount), size(total)) * (amount < 0n ? -1n : 1n)
  return { subtotal: amount - tax, tax, total: amount }
}
