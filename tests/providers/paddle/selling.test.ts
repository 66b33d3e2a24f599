import { describe, expect, it } from 'vitest'
import { Conflict, Invalid } from '../../../src/platform/errors.ts'
import { paddle } from '../../../src/providers/paddle/paddle.ts'
import type { DiscountInput, SubscriptionChange } from '../../../src/ports/payments.ts'
import { createDriver, DRIVER_URL } from '../../../src/providers/sandbox/driver.ts'
import { back, fillShop, lin, once, openShop, order, SECRET } from '../sandbox/shop.ts'

const DAY = 24 * 3600_000
const spring: DiscountInput = {
  reference: 'spring', discountId: null, description: 'Spring', code: 'SPRING', off: { percent: '10' }, expiresAt: null, usageLimit: 2, onlyFor: null, active: true,
}

async function memberShop(quantity = 5) {
  const shop = await openShop()
  const prices = await fillShop(shop)
  const { payments, sandbox } = shop
  const { priceId: yearPrice } = await payments.savePrice({
    ...once, reference: 'year', productId: prices.membershipProduct, price: { amount: 15_000n, currency: 'EUR' }, cycle: { every: 1, interval: 'year' },
  })
  const { transactionId } = await payments.createCheckout(order(prices.monthPrice, { items: [{ priceId: prices.monthPrice, quantity }] }))
  const { subscription_id, customer_id } = sandbox.pay(transactionId, { ...lin, country: 'US' }) as { subscription_id: string; customer_id: string }
  const change = (items: SubscriptionChange['items'], billing: SubscriptionChange['billing'] = 'prorated-now', onFailure: SubscriptionChange['onFailure'] = 'refuse') =>
    ({ subscriptionId: subscription_id, items, billing, onFailure })
  return { ...shop, ...prices, yearPrice, transactionId, id: subscription_id, customerId: customer_id, change }
}

describe('discounts through the adapter', () => {
  it('are saved once per reference, changed, found by code and archived', async () => {
    const { payments, sandbox } = await openShop()
    const first = await payments.saveDiscount(spring)
    expect(first).toMatchObject({ reference: 'spring', code: 'SPRING', off: { percent: '10' }, usageLimit: 2, timesUsed: 0, recurs: null, active: true })
    expect(await payments.saveDiscount(spring)).toMatchObject({ discountId: first.discountId })
    sandbox.fault({ on: 'api', kind: 'lost', method: 'POST' })
    const flat = { ...spring, reference: 'flat', code: 'FLAT', off: { amount: { amount: 500n, currency: 'EUR' }, per: 'seat' as const }, recurs: { periods: 3 }, expiresAt: new Date('2099-01-01T00:00:00Z') }
    const second = await payments.saveDiscount(flat)
    expect(second).toMatchObject({ off: flat.off, recurs: { periods: 3 }, expiresAt: flat.expiresAt })
    await expect(payments.saveDiscount({ ...spring, reference: 'other' })).rejects.toThrow(Conflict)
    expect(await payments.findDiscountByCode('spring')).toMatchObject({ discountId: first.discountId })
    expect(await payments.saveDiscount({ ...spring, discountId: first.discountId, active: false })).toMatchObject({ active: false })
    expect(await payments.findDiscountByCode('SPRING')).toBeNull()
    expect(await payments.findDiscountByCode('no code!')).toBeNull()
    expect(await payments.findDiscount(first.discountId)).toMatchObject({ active: false })
  })

  it('are in the checkout, with the price of the customer’s country', async () => {
    const shop = await openShop()
    const { payments, sandbox } = shop
    const { coursePrice } = await fillShop(shop)
    const { discountId } = await payments.saveDiscount(spring)
    const { customerId } = await payments.saveCustomer({ email: 'lin@example.com', name: null })
    const ask = { discountCode: 'spring', customerId, countryCode: 'IN', items: [{ priceId: coursePrice, quantity: 2 }] }
    const { transaction, door, transactionId } = await payments.createCheckout(order(coursePrice, ask))
    expect(transaction).toMatchObject({ state: 'ready', discountId, totals: { total: 3420n } })
    expect(door).toMatchObject({ kind: 'page', url: expect.stringContaining('&country=IN') })
    sandbox.pay(transactionId, { ...lin, country: 'IN' })
    expect(await payments.findDiscount(discountId)).toMatchObject({ timesUsed: 1 })
    expect((await payments.createCheckout(order(coursePrice, { ...ask, reference: 'order-2' }))).transaction.totals.total).toBe(3420n)
    await expect(payments.createCheckout(order(coursePrice, { discountCode: 'winter' }))).rejects.toThrow(Invalid)
    await expect(payments.createCheckout(order(coursePrice, { discountCode: 'spring', discountId }))).rejects.toThrow(Invalid)
    const { discountId: late } = await payments.saveDiscount({ ...spring, reference: 'late', code: 'LATE', expiresAt: new Date('2020-01-01T00:00:00Z') })
    await expect(payments.createCheckout(order(coursePrice, { discountId: late }))).rejects.toThrow(/expired/)
  })
})

describe('subscriptions through the adapter', () => {
  it('change seats for what the preview said, once, even if the answer is lost', async () => {
    const { payments, sandbox, id, monthPrice, change } = await memberShop()
    sandbox.advance(10 * DAY)
    const more = change([{ priceId: monthPrice, quantity: 8 }])
    const preview = await payments.previewChange(more)
    expect(preview).toMatchObject({ currency: 'EUR', credit: 0n, recurring: { total: 12_000n }, next: { totals: { total: 12_000n } } })
    expect(preview.charge).toBe(preview.now?.charged)
    expect(preview.charge > 2850n && preview.charge < 3100n).toBe(true)
    sandbox.fault({ on: 'api', kind: 'lost', method: 'PATCH' })
    expect(await payments.changeSubscription(more)).toMatchObject({ items: [{ quantity: 8 }] })
    await payments.changeSubscription(more)
    const all = await payments.listTransactions({ subscriptionId: id })
    expect(all.map(({ cause }) => cause)).toEqual(['purchase', 'change'])
    expect(all[1]?.lines).toMatchObject([{ quantity: 3, prorated: true }])
    expect(all[1]?.payments).toMatchObject([{ state: 'captured', problem: null }])
  })

  it('go from month to year and back, and keep what is over as credit', async () => {
    const { payments, customerId, monthPrice, yearPrice, change } = await memberShop(1)
    expect(await payments.changeSubscription(change([{ priceId: yearPrice, quantity: 1 }]))).toMatchObject({ cycle: { every: 1, interval: 'year' }, items: [{ priceId: yearPrice }] })
    expect(await payments.listCredits(customerId)).toEqual([])
    const back = await payments.previewChange(change([{ priceId: monthPrice, quantity: 1 }]))
    expect(back.now).toMatchObject({ charged: 0n })
    await payments.changeSubscription(change([{ priceId: monthPrice, quantity: 1 }]))
    const [credit] = await payments.listCredits(customerId)
    expect(credit?.currency).toBe('EUR')
    expect(credit && credit.amount > 13_400n && credit.amount <= 13_500n).toBe(true)
  })

  it('refuse a change that the card does not pay, or fall behind; a new card makes it good', async () => {
    const { payments, sandbox, id, customerId, monthPrice, change } = await memberShop()
    sandbox.failCard(customerId)
    await expect(payments.changeSubscription(change([{ priceId: monthPrice, quantity: 9 }], 'full-now'))).rejects.toThrow(Conflict)
    expect(await payments.findSubscription(id)).toMatchObject({ state: 'active', items: [{ quantity: 5 }] })
    expect(await payments.changeSubscription(change([{ priceId: monthPrice, quantity: 9 }], 'full-now', 'apply'))).toMatchObject({ state: 'past-due', items: [{ quantity: 9 }] })
    expect(await payments.listSubscriptions({ states: ['past-due'], priceId: monthPrice })).toHaveLength(1)
    expect(await payments.listSubscriptions({ states: ['active', 'paused'] })).toEqual([])
    await expect(payments.changeSubscription(change([{ priceId: monthPrice, quantity: 2 }]))).rejects.toThrow(Conflict)
    const { transaction, door } = await payments.createCardCheckout(id, back)
    expect(transaction).toMatchObject({ state: 'past-due', totals: { charged: 6000n }, payments: [{ state: 'failed', problem: 'declined' }] })
    if (door.kind !== 'page') throw new Error('The stand-in has a page.')
    const paid = await fetch(`${sandbox.url}/actions/checkouts/${transaction.transactionId}`, {
      method: 'POST', redirect: 'manual', body: new URLSearchParams({ do: 'pay', success_url: back.successUrl }),
    })
    expect([paid.status, paid.headers.get('location')]).toEqual([303, back.successUrl])
    expect(await payments.findSubscription(id)).toMatchObject({ state: 'active' })
  })

  it('renew, and a renewal can be refunded with a credit note', async () => {
    const { payments, sandbox, id } = await memberShop()
    await payments.cancelSubscription(id, 'period-end')
    expect(await payments.listSubscriptions({ scheduled: 'cancel' })).toHaveLength(1)
    await payments.keepSubscription(id)
    sandbox.advance(32 * DAY)
    const [, renewal] = await payments.listTransactions({ subscriptionId: id })
    expect(renewal).toMatchObject({ cause: 'renewal', state: 'completed', reference: 'order-1' })
    const refund = await payments.refund({ reference: 'r1', transactionId: renewal?.transactionId ?? '', reason: 'forgot', lines: 'all' })
    expect(await payments.findCreditNoteLink(refund.adjustmentId)).toBeNull()
    sandbox.approveRefund(refund.adjustmentId)
    const note = await fetch(await payments.findCreditNoteLink(refund.adjustmentId) ?? '')
    expect(await note.text()).toContain('this is not a credit note')
  })
})

describe('in one process', () => {
  it('speaks to the driver without a socket', async () => {
    const driver = createDriver()
    const payments = paddle({ apiKey: 'k', environment: DRIVER_URL, webhookSecrets: [SECRET], clientToken: null, clock: driver.clock, fetch: driver.fetch })
    const price = driver.price({ amount: 1500n, cycle: { interval: 'month', frequency: 1 } })
    const { transactionId } = await payments.createCheckout(order(price.id))
    const paid = driver.pay(transactionId, lin)
    driver.renew(paid.subscription_id ?? '')
    expect(await payments.listTransactions({ subscriptionId: paid.subscription_id ?? '' })).toHaveLength(2)
    const walked = []
    for (let after: string | null = null, more = true; more;) {
      const page = await payments.listEvents({ after, limit: 5 })
      walked.push(...page.events.map(({ eventId }) => eventId))
      ;({ last: after, more } = page)
    }
    expect(walked).toEqual(driver.events().map(({ event_id }) => event_id))
    expect(driver.events().map((event) => payments.parseEvent(event).subject)).not.toContainEqual(expect.objectContaining({ problem: expect.any(String) }))
  })
})
