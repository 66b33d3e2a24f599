import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDriver } from '../../../src/providers/sandbox/driver.ts'
import type { Failure } from '../../../src/providers/sandbox/failure.ts'

const code = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as Failure).code
  }
  return 'nothing refused it'
}

const percent = (amount: string) => ({ description: 'd', type: 'percentage' as const, amount })
const flat = (amount: string) => ({ description: 'd', type: 'flat' as const, amount, currency_code: 'EUR' as const })
const lin = { email: 'lin@example.com', country: 'US' }

describe('a discount', () => {
  it.each([
    [percent('10'), 'DE', { subtotal: '12353', discount: '1235', tax: '2112', total: '13230' }],
    [percent('12.5'), 'US', { subtotal: '14700', discount: '1838', tax: '0', total: '12862' }],
    [percent('100'), 'DE', { subtotal: '12353', discount: '12353', tax: '0', total: '0' }],
    [flat('1000'), 'US', { subtotal: '14700', discount: '1000', tax: '0', total: '13700' }],
    [flat('99999'), 'US', { subtotal: '14700', discount: '14700', tax: '0', total: '0' }],
    [{ ...flat('500'), type: 'flat_per_seat' as const }, 'US', { subtotal: '14700', discount: '1500', tax: '0', total: '13200' }],
  ])('%j in %s comes to %j for three at 49', (input, country, totals) => {
    const driver = createDriver()
    const price = driver.price({ amount: 4900n })
    const discount = driver.discount(input)
    const { transaction } = driver.buy({ items: [{ priceId: price.id, quantity: 3 }], ...lin, country, discountId: discount.id })
    expect(transaction.details.totals).toMatchObject({ ...totals, grand_total: totals.total })
    expect(transaction.details.line_items[0]?.totals).toEqual(totals)
    expect(transaction.discount_id).toBe(discount.id)
    expect(driver.account.store.get('discounts', discount.id)?.times_used).toBe(1)
  })

  it('takes off the items that it is for, and adds up on every line whatever the amounts', () => {
    fc.assert(fc.property(
      fc.array(fc.record({ amount: fc.bigInt({ min: 1n, max: 99_999n }), quantity: fc.integer({ min: 1, max: 9 }), eligible: fc.boolean() }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(percent('33.33'), percent('0.01'), flat('777'), { ...flat('199'), type: 'flat_per_seat' as const }), fc.constantFrom('US', 'DE', 'HU'),
      (lines, input, country) => {
        if (!lines.some(({ eligible }) => eligible)) return
        const driver = createDriver()
        const prices = lines.map(({ amount }) => driver.price({ amount }))
        const discount = driver.discount({ ...input, restrict_to: prices.filter((_, index) => lines[index]?.eligible).map(({ id }) => id) })
        const { transaction } = driver.buy({ items: prices.map(({ id }, index) => ({ priceId: id, quantity: lines[index]?.quantity ?? 1 })), ...lin, country, discountId: discount.id })
        const { line_items: found, totals } = transaction.details
        for (const [index, line] of found.entries()) {
          const [subtotal, off, tax, total] = [line.totals.subtotal, line.totals.discount, line.totals.tax, line.totals.total].map(BigInt) as [bigint, bigint, bigint, bigint]
          expect(subtotal - off + tax).toBe(total)
          expect(total >= 0n && off >= 0n).toBe(true)
          if (!lines[index]?.eligible) expect(off).toBe(0n)
        }
        const all = lines.reduce((sum, { amount, quantity }) => sum + amount * BigInt(quantity), 0n)
        const most = lines.filter(({ eligible }) => eligible).reduce((sum, { amount, quantity }) => sum + amount * BigInt(quantity), 0n)
        if (input.type === 'flat') expect(all - BigInt(totals.total)).toBe(most < 777n ? most : 777n)
      },
    ), { numRuns: 150 })
  })

  it('is refused in Paddle’s words', () => {
    const driver = createDriver()
    const [price, other] = [driver.price({ amount: 4900n }), driver.price({ amount: 100n })]
    const attempt = (input: Parameters<typeof driver.discount>[0]) => code(() => driver.order({ items: [{ priceId: price.id }], ...lin, discountId: driver.discount(input).id }))
    expect(code(() => driver.order({ items: [{ priceId: price.id }], ...lin, discountId: 'dsc_01h00000000000000000000000' }))).toBe('transaction_discount_not_found')
    expect(attempt({ ...percent('10'), expires_at: '2026-01-15T11:59:59Z' })).toBe('discount_expired')
    expect(attempt({ ...percent('10'), restrict_to: [other.id] })).toBe('transaction_discount_not_eligible')
    expect(attempt({ ...flat('10'), currency_code: 'USD' })).toBe('transaction_invalid_discount_currency')
    expect(attempt({ ...percent('10'), restrict_to: [price.product_id] })).toBe('nothing refused it')
    expect(code(() => driver.discount(percent('100.01')))).toBe('invalid_field')
    expect(code(() => driver.discount({ ...flat('10'), currency_code: null }))).toBe('invalid_field')
    driver.discount({ ...percent('10'), code: 'Spring' })
    expect(code(() => driver.discount({ ...percent('20'), code: 'SPRING' }))).toBe('discount_code_conflict')
  })

  it('with a limit is used that often, though more checkouts were opened with it', () => {
    const driver = createDriver()
    const price = driver.price({ amount: 4900n })
    const discount = driver.discount({ ...percent('50'), usage_limit: 2 })
    const open = Array.from({ length: 4 }, () => driver.order({ items: [{ priceId: price.id }], ...lin, discountId: discount.id }))
    const paid = open.map(({ id }) => code(() => driver.pay(id, lin)))
    expect(paid).toEqual(['nothing refused it', 'nothing refused it', 'discount_usage_limit_exceeded', 'discount_usage_limit_exceeded'])
    expect(driver.account.store.get('discounts', discount.id)?.times_used).toBe(2)
  })

  it('is typed by the buyer, in any letter case, and taken off again', () => {
    const driver = createDriver()
    const price = driver.price({ amount: 4900n })
    driver.discount({ ...percent('10'), code: 'SPRING' })
    driver.discount({ ...percent('90'), code: 'STAFF', enabled_for_checkout: false })
    const { id } = driver.order({ items: [{ priceId: price.id }], ...lin })
    expect(code(() => driver.pay(id, { ...lin, discountCode: 'STAFF' }))).toBe('transaction_discount_not_found')
    expect(driver.decline(id, { ...lin, discountCode: 'spring' }).details.totals.total).toBe('4410')
    expect(driver.decline(id, lin).details.totals.total).toBe('4410')
    expect(driver.pay(id, { ...lin, discountCode: '', quantity: 2 }).details.totals.total).toBe('9800')
  })

  it('lasts for as many periods as it says, once, or for ever', () => {
    for (const [input, expected] of [
      [{}, ['750', '1500', '1500', '1500']], [{ recur: true, maximum_recurring_intervals: 2 }, ['750', '750', '1500', '1500']], [{ recur: true }, ['750', '750', '750', '750']],
    ] as const) {
      const driver = createDriver()
      const price = driver.price({ amount: 1500n, cycle: { interval: 'month', frequency: 1 } })
      const discount = driver.discount({ ...percent('50'), usage_limit: 1, ...input })
      const { subscription } = driver.buy({ items: [{ priceId: price.id }], ...lin, discountId: discount.id })
      for (let i = 0; i < 3; i += 1) driver.renew(subscription?.id ?? '')
      expect(driver.transactionsOf(subscription?.id ?? '').map(({ details }) => details.totals.total)).toEqual(expected)
      expect(driver.account.store.get('discounts', discount.id)?.times_used).toBe(1)
    }
  })
})
