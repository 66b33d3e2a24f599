import type { CurrencyCode } from '@paddle/paddle-node-sdk'
import type { Discount, DiscountInput, Payments } from '../../ports/payments.ts'
import { readDiscount } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

const MOST = 5000

export function discounts(api: Api): Pick<Payments, 'saveDiscount' | 'findDiscount' | 'findDiscountByCode'> {
  async function findByReference(reference: string): Promise<Discount | null> {
    const { rows } = await api.list((sdk) => sdk.discounts.list({ status: ['active', 'archived'], perPage: 200 }), MOST)
    return rows.map((row) => understood(readDiscount, row)).find((one) => one.reference === reference) ?? null
  }

  async function create(input: DiscountInput): Promise<Discount> {
    try {
      const { data } = await api.write((sdk) => sdk.discounts.create(fields(input)))
      return understood(readDiscount, data)
    } catch (error) {
      return lookAfterUnknown(error, () => findByReference(input.reference))
    }
  }

  return {
    async saveDiscount(input) {
      const known = input.discountId ?? (await findByReference(input.reference))?.discountId ?? null
      const created = known === null ? await create(input) : null
      if (created !== null && input.active) return created
      // Setting the same values twice is harmless.
      const { data } = await api.read((sdk) => sdk.discounts.update(known ?? created?.discountId ?? '', {
        ...fields(input), status: input.active ? 'active' : 'archived',
      }))
      return understood(readDiscount, data)
    },

    async findDiscount(discountId) {
      const { data } = await api.read((sdk) => sdk.discounts.get(discountId))
      return understood(readDiscount, data)
    },

    findDiscountByCode: (code) => discountByCode(api, code),
  }
}

export async function discountByCode(api: Api, code: string): Promise<Discount | null> {
  if (!/^[a-zA-Z0-9]{1,32}$/.test(code)) return null
  const { rows } = await api.list((sdk) => sdk.discounts.list({ code: [code], status: ['active'] }), 50)
  return rows.map((row) => understood(readDiscount, row)).find((one) => one.code?.toLowerCase() === code.toLowerCase()) ?? null
}

function fields({ description, code, off, recurs, expiresAt, usageLimit, onlyFor, reference }: DiscountInput) {
  return {
    description, code, enabledForCheckout: code !== null, usageLimit, restrictTo: onlyFor, expiresAt: expiresAt?.toISOString() ?? null,
    recur: recurs !== undefined, maximumRecurringIntervals: recurs?.periods ?? null, customData: { reference },
    ...('percent' in off
      ? { type: 'percentage' as const, amount: off.percent, currencyCode: null }
      : {
          type: off.per === 'seat' ? 'flat_per_seat' as const : 'flat' as const, amount: String(off.amount.amount),
          currencyCode: off.amount.currency as CurrencyCode,
        }),
  }
}
