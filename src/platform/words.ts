import type { Moment } from './shapes.ts'

const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
const NUMBER = new Intl.NumberFormat('en-GB')

/** 21 November 2026 */
export const dateText = (date: Date): string => DATE.format(date)

export const moment = (date: Date): Moment => ({ text: dateText(date), iso: date.toISOString() })

/** 12,345 */
export const numberText = (count: number): string => NUMBER.format(count)

/** "1 lesson", "12 lessons" */
export const counted = (count: number, one: string, many = `${one}s`): string => `${numberText(count)} ${count === 1 ? one : many}`

/** "7 min", "1 h 20 min" */
export function durationText(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${minutes} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

/** An amount in minor units as people write it: 4900n USD is "$49", 4950n is "$49.50", 4900n JPY is "¥4,900". */
export function moneyText(amount: bigint, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  const unit = 10n ** BigInt(digits)
  const whole = amount % unit === 0n
  const value = Number(amount) / Number(unit)
  return whole ? new Intl.NumberFormat('en-US', { style: 'currency', currency, maximumFractionDigits: 0 }).format(value) : format.format(value)
}
