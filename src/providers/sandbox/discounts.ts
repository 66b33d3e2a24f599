import { z } from 'zod'
import { find, type Account } from './account.ts'
import { currency, customData } from './catalogue.ts'
import { emit } from './events.ts'
import { Failure } from './failure.ts'
import { given } from './given.ts'
import { discounts, type Item } from './totals.ts'
import type { Discount } from './wire.ts'

const fields = {
  description: z.string().min(1).max(500),
  amount: z.string().regex(/^\d{1,18}(\.\d{1,2})?$/),
  type: z.enum(['flat', 'flat_per_seat', 'percentage']),
  enabled_for_checkout: z.boolean().optional(),
  code: z.string().regex(/^[a-zA-Z0-9]{1,32}$/).nullable().optional(),
  mode: z.enum(['standard', 'custom']).optional(),
  currency_code: currency.nullable().optional(),
  recur: z.boolean().optional(),
  maximum_recurring_intervals: z.int().min(1).nullable().optional(),
  usage_limit: z.int().min(1).nullable().optional(),
  restrict_to: z.array(z.string()).min(1).nullable().optional(),
  expires_at: z.iso.datetime({ offset: true }).nullable().optional(),
  custom_data: customData.optional(),
}
export const discountCreate = z.strictObject(fields)
export const discountUpdate = z.strictObject({ ...fields, status: z.enum(['active', 'archived']) }).partial()

/** Events leave `times_used` out, as Paddle's do: it changes too often. */
const shown = ({ times_used: _, ...discount }: Discount): Omit<Discount, 'times_used'> => discount

export function createDiscount(account: Account, input: z.infer<typeof discountCreate>): Discount {
  const at = account.stamp()
  const discount = checked(account, {
    id: account.ids.next('dsc'), status: 'active', description: input.description, enabled_for_checkout: input.enabled_for_checkout ?? true,
    code: input.code === undefined && input.enabled_for_checkout !== false ? madeUp(account) : (input.code ?? null), type: input.type,
    mode: input.mode ?? 'standard', amount: input.amount, currency_code: input.type === 'percentage' ? null : (input.currency_code ?? null),
    recur: input.recur ?? false, maximum_recurring_intervals: input.maximum_recurring_intervals ?? null, usage_limit: input.usage_limit ?? null,
    restrict_to: input.restrict_to ?? null, expires_at: input.expires_at ?? null, custom_data: input.custom_data ?? null, times_used: 0,
    import_meta: null, created_at: at, updated_at: at,
  })
  account.store.put('discounts', discount)
  emit(account, 'discount.created', shown(discount))
  return discount
}

/** Paddle makes a code up where a checkout needs one and none is given. */
const madeUp = (account: Account): string => account.ids.next('dsc').slice(-10).toUpperCase()

export function updateDiscount(account: Account, id: string, change: z.infer<typeof discountUpdate>): Discount {
  const before = find(account, 'discounts', id)
  const limit = change.usage_limit
  if (typeof limit === 'number' && limit < before.times_used) {
    throw new Failure(400, 'discount_usage_limit_less_than_times_used',
      `Usage limit is less than times already used (Times Used: ${before.times_used}, Usage Limit: ${limit})`)
  }
  const discount = account.store.put('discounts', checked(account, { ...before, ...given(change), updated_at: account.stamp() } as Discount))
  emit(account, 'discount.updated', shown(discount))
  return discount
}

function checked(account: Account, discount: Discount): Discount {
  const refuse = (field: string, message: string): never => {
    throw new Failure(400, 'invalid_field', 'Request does not pass validation.', [{ field, message }])
  }
  const amount = Number(discount.amount)
  if (discount.type === 'percentage' && (amount < 0.01 || amount > 100)) refuse('amount', 'must be between 0.01 and 100')
  if (discount.type !== 'percentage') {
    if (!/^[1-9]\d*$/.test(discount.amount)) refuse('amount', 'must be a whole number above zero')
    if (discount.currency_code === null) refuse('currency_code', 'is required for this type')
  }
  if (discount.maximum_recurring_intervals !== null && !discount.recur) refuse('maximum_recurring_intervals', 'needs recur')
  if (discount.code !== null && discount.status === 'active') {
    const taken = byCode(account, discount.code).find(({ id }) => id !== discount.id)
    if (taken) throw new Failure(409, 'discount_code_conflict', `discount code conflicts with discount of id ${taken.id}`)
  }
  for (const id of discount.restrict_to ?? []) {
    if (!account.store.get('products', id) && !account.store.get('prices', id)) refuse('restrict_to', `${id} is neither a product nor a price`)
  }
  return discount
}

/** A code is free again once its discount is archived. */
const byCode = (account: Account, code: string): Discount[] =>
  account.store.where('discounts', 'code', code.toLowerCase()).filter(({ status }) => status === 'active')

/** What a buyer typed. */
export function discountByCode(account: Account, code: string): Discount {
  const [discount] = byCode(account, code)
  if (code === '' || !discount?.enabled_for_checkout) throw notThere()
  return discount
}

const notThere = (): Failure => new Failure(400, 'transaction_discount_not_found', 'Cannot find provided discount code/id')

/** The discount, if it may be used on these items now. */
export function redeemable(account: Account, id: string, items: Item[], currencyCode: string): Discount {
  const discount = account.store.get('discounts', id)
  if (discount === undefined) throw notThere()
  if (discount.status === 'archived') throw new Failure(400, 'discount_archived', 'Discount is archived')
  if (discount.expires_at !== null && new Date(discount.expires_at) <= account.now()) throw new Failure(400, 'discount_expired', 'Discount has expired')
  if (discount.usage_limit !== null && discount.times_used >= discount.usage_limit) {
    throw new Failure(400, 'discount_usage_limit_exceeded', 'Discount usage limit has been exceeded')
  }
  if (discount.currency_code !== null && discount.currency_code !== currencyCode) {
    throw new Failure(400, 'transaction_invalid_discount_currency',
      `Flat discounts must be in the same currency as the transaction. Discount currency: ${discount.currency_code}, Transaction currency: ${currencyCode}`)
  }
  if (!items.some((item) => discounts(discount, item))) {
    throw new Failure(400, 'transaction_discount_not_eligible', 'Discount is not eligible for the provided items')
  }
  return discount
}

/** One use more. */
export function countUse(account: Account, id: string): void {
  const discount = find(account, 'discounts', id)
  account.store.put('discounts', { ...discount, times_used: discount.times_used + 1 })
}
