import type { LineTotals, Price, WireMoney } from './wire.ts'

/** Standard VAT, GST or sales tax in hundredths of a per cent. A plain table: good enough to look right, not to file a return. */
const TAX: Record<string, number> = {
  AT: 2000, AU: 1000, BE: 2100, BG: 2000, CA: 500, CH: 810, CY: 1900, CZ: 2100, DE: 1900, DK: 2500, EE: 2400, ES: 2100, FI: 2550,
  FR: 2000, GB: 2000, GR: 2400, HR: 2500, HU: 2700, IE: 2300, IN: 1800, IT: 2200, JP: 1000, KR: 1000, LT: 2100, LU: 1700, LV: 2100,
  MT: 1800, NL: 2100, NO: 2500, NZ: 1500, PL: 2300, PT: 2300, RO: 2100, SE: 2500, SG: 900, SI: 2200, SK: 2300, TR: 2000, ZA: 1500,
}

export const taxRate = (country: string | null): number => (country === null ? 0 : (TAX[country] ?? 0))

/** 2000 becomes '0.2'. */
export const rateText = (rate: number): string => String(rate / 10_000)

/** The price that counts in this country. */
export function unitPrice(price: Price, country: string | null): WireMoney {
  const special = price.unit_price_overrides.find((override) => country !== null && override.country_codes.includes(country))
  return special?.unit_price ?? price.unit_price
}

export interface Split {
  subtotal: bigint
  tax: bigint
  total: bigint
}

/** Splits an amount into net and tax. 'internal' means that the tax is in it already. */
export function split(amount: bigint, rate: number, mode: 'internal' | 'external'): Split {
  if (mode === 'external') {
    const tax = divide(amount * BigInt(rate), 10_000n)
    return { subtotal: amount, tax, total: amount + tax }
  }
  const subtotal = divide(amount * 10_000n, 10_000n + BigInt(rate))
  return { subtotal, tax: amount - subtotal, total: amount }
}

/** Divides and rounds half up. */
export const divide = (value: bigint, by: bigint): bigint => (value * 2n + by) / (by * 2n)

export const lineTotals = ({ subtotal, tax, total }: Split): LineTotals => ({
  subtotal: String(subtotal), discount: '0', tax: String(tax), total: String(total),
})

export const sum = (values: (string | bigint)[]): bigint => values.reduce<bigint>((all, value) => all + BigInt(value), 0n)

/** Paddle's fee on small and large alike: 5 per cent and 50 of the lowest unit. */
export const feeOf = (total: bigint): bigint => (total <= 0n ? 0n : divide(total * 5n, 100n) + 50n)

const formats = new Map<string, Intl.NumberFormat>()

/** '€24.00', as `formatted_totals` has it. */
export function formatMoney(amount: string, currency: string): string {
  const format = formats.get(currency) ?? new Intl.NumberFormat('en', { style: 'currency', currency })
  formats.set(currency, format)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(Number(amount) / 10 ** digits)
}
