import { z } from 'zod'
import { find, type Account } from './account.ts'
import { country, currency } from './catalogue.ts'
import { findAddress } from './customers.ts'
import { formatMoney, rateText } from './money.ts'
import { redeemable } from './discounts.ts'
import { computeDiscounts, computeLine } from './totals.ts'
import { oneCurrency, pick } from './transactions.ts'
import type { LineTotals } from './wire.ts'

export const pricingPreview = z.strictObject({
  business_id: z.string().nullable().optional(),
  discount_id: z.string().nullable().optional(),
  items: z.array(z.object({ price_id: z.string(), quantity: z.int().min(1) })).min(1).max(100),
  customer_id: z.string().nullable().optional(),
  address_id: z.string().nullable().optional(),
  currency_code: currency.nullable().optional(),
  address: z.object({ country_code: country, postal_code: z.string().nullable().optional() }).nullable().optional(),
  customer_ip_address: z.union([z.ipv4(), z.ipv6()]).nullable().optional(),
})

/** Prices for a place. An IP address is accepted and tells the sandbox nothing: it knows no geography. */
export function previewPrices(account: Account, input: z.infer<typeof pricingPreview>): object {
  const place = countryOf(account, input)
  const items = input.items.map((item) => pick(account, item))
  const currencyCode = oneCurrency(items, place, input.currency_code ?? null)
  const discount = input.discount_id ? redeemable(account, input.discount_id, items, currencyCode) : null
  const where = { country: place, currency: currencyCode, taxMode: account.settings.taxMode, discount }
  const off = computeDiscounts(items, where)
  const lines = items.map((item, index) => {
    const { rate, unit, totals } = computeLine(item, where, off[index])
    return {
      price: item.price, quantity: item.quantity, tax_rate: rateText(rate), unit_totals: unit, formatted_unit_totals: formatted(unit, currencyCode),
      totals, formatted_totals: formatted(totals, currencyCode), product: item.product,
      discounts: discount && totals.discount !== '0'
        ? [{ discount, total: totals.discount, formatted_total: formatMoney(totals.discount, currencyCode) }] : [],
    }
  })
  return {
    customer_id: input.customer_id ?? null, address_id: input.address_id ?? null, business_id: input.business_id ?? null, currency_code: currencyCode,
    discount_id: discount?.id ?? null, address: input.address ? { postal_code: input.address.postal_code ?? null, country_code: input.address.country_code } : null,
    customer_ip_address: input.customer_ip_address ?? null, details: { line_items: lines }, available_payment_methods: ['card'],
  }
}

function countryOf(account: Account, input: z.infer<typeof pricingPreview>): string | null {
  if (input.address) return input.address.country_code
  if (input.customer_id && input.address_id) return findAddress(account, input.customer_id, input.address_id).country_code
  if (input.customer_id) find(account, 'customers', input.customer_id)
  return null
}

const formatted = (totals: LineTotals, currencyCode: string): LineTotals => ({
  subtotal: formatMoney(totals.subtotal, currencyCode), discount: formatMoney(totals.discount, currencyCode),
  tax: formatMoney(totals.tax, currencyCode), total: formatMoney(totals.total, currencyCode),
})
