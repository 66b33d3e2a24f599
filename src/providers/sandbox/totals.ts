import { divide, feeOf, lineTotals, rateText, split, sum, taxRate, unitPrice, type Split } from './money.ts'
import type { Adjustment, AdjustedTotals, LineItem, LineTotals, Price, Product, TransactionDetails } from './wire.ts'

export interface Item {
  price: Price
  product: Product
  quantity: number
}

export interface Place {
  country: string | null
  currency: string
  taxMode: 'internal' | 'external'
}

export interface Computed {
  rate: number
  unit: LineTotals
  totals: LineTotals
}

/** One line: tax is rounded on the line, not on the unit, so that lines add up to the total. Free while on trial. */
export function computeLine({ price, quantity }: Item, place: Place): Computed {
  const rate = taxRate(place.country)
  const mode = price.tax_mode === 'account_setting' ? place.taxMode : price.tax_mode
  const amount = price.trial_period === null ? BigInt(unitPrice(price, place.country).amount) : 0n
  return { rate, unit: lineTotals(split(amount, rate, mode)), totals: lineTotals(split(amount * BigInt(quantity), rate, mode)) }
}

export const addTotals = (all: { subtotal: string; tax: string; total: string }[]): Split => ({
  subtotal: sum(all.map((one) => one.subtotal)), tax: sum(all.map((one) => one.tax)), total: sum(all.map((one) => one.total)),
})

/** `lineIds` keeps the ids of lines whose price was there before. */
export function computeDetails(items: Item[], place: Place, lineId: (priceId: string) => string): TransactionDetails {
  const lines: LineItem[] = items.map((item) => {
    const { rate, unit, totals } = computeLine(item, place)
    return {
      id: lineId(item.price.id), price_id: item.price.id, quantity: item.quantity, proration: null, tax_rate: rateText(rate),
      unit_totals: unit, totals, product: item.product,
    }
  })
  const all = addTotals(lines.map((line) => line.totals))
  const totals = {
    ...lineTotals(all), credit: '0', credit_to_balance: '0', balance: String(all.total), grand_total: String(all.total),
    grand_total_tax: String(all.tax), fee: null, earnings: null, currency_code: place.currency,
  }
  return {
    tax_rates_used: taxRatesUsed(lines),
    totals,
    adjusted_totals: { ...adjusted(all, place.currency), fee: null, earnings: null },
    payout_totals: null,
    adjusted_payout_totals: null,
    line_items: lines,
  }
}

function taxRatesUsed(lines: LineItem[]): TransactionDetails['tax_rates_used'] {
  const rates = [...new Set(lines.map((line) => line.tax_rate))]
  return rates.map((rate) => ({
    tax_rate: rate,
    totals: lineTotals(addTotals(lines.filter((line) => line.tax_rate === rate).map((line) => line.totals))),
  }))
}

const adjusted = ({ subtotal, tax, total }: Split, currency: string): Omit<AdjustedTotals, 'fee' | 'earnings'> => ({
  subtotal: String(subtotal), tax: String(tax), total: String(total), grand_total: String(total), grand_total_tax: String(tax),
  retained_fee: '0', currency_code: currency,
})

/** What is known once the money is in: balance, fee, earnings, pay-out. The sandbox pays out in the sale's currency. */
export function paidDetails(details: TransactionDetails): TransactionDetails {
  const total = BigInt(details.totals.total)
  const fee = String(feeOf(total))
  const earnings = String(total - BigInt(details.totals.tax) - BigInt(fee))
  const totals = { ...details.totals, balance: '0', fee, earnings }
  return adjustedDetails({
    ...details, totals, payout_totals: { ...totals, fee, earnings, exchange_rate: '1', fee_rate: '0.05' },
  }, [])
}

/** Takes approved refunds and chargebacks off; a reversal gives them back. */
export function adjustedDetails(details: TransactionDetails, adjustments: Adjustment[]): TransactionDetails {
  const { totals } = details
  const counted = adjustments.filter(({ action, status }) => status === 'approved' && (action === 'refund' || action === 'chargeback'))
  const taken = addTotals(counted.map((adjustment) => adjustment.totals))
  const left: Split = {
    subtotal: BigInt(totals.subtotal) - taken.subtotal, tax: BigInt(totals.tax) - taken.tax, total: BigInt(totals.total) - taken.total,
  }
  const fee = totals.fee ?? '0'
  const earnings = String(left.subtotal - BigInt(fee))
  const base = adjusted(left, totals.currency_code)
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
  const tax = total === 0n ? 0n : divide(BigInt(line.tax) * amount, total)
  return { subtotal: amount - tax, tax, total: amount }
}
