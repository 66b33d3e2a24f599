import { afterEach, describe, expect, it } from 'vitest'
import { MOST_ATTEMPTS } from '../../src/billing/fold-event.ts'
import { reconcileTransaction } from '../../src/billing/reconcile-transaction.ts'
import { saveProduct } from '../../src/billing/save-product.ts'
import { sweepBilling } from '../../src/billing/sweep-billing.ts'
import type { Payments } from '../../src/ports/payments.ts'
import { createPerson, mallory } from '../support/people.ts'
import { browserOf, useSite } from '../support/site.ts'
import { books, buy, canOpen, deliver, learner, openShop, order, pay, refund, settle, type Buyer, type Shop } from './shop.ts'

const site = useSite({ payments: true, expectErrors: true })

afterEach(() => {
  site.sandbox.clearFaults()
  site.sandbox.sendWebhooksTo(`${site.url}/webhooks/paddle`)
  expect(site.lines.filter((line) => line.level >= 50 && !/put aside/.test(line.msg))).toEqual([])
})

const db = () => site.database.db
const linesOf = async (transactionId: string) => (await site.services.payments.findTransaction(transactionId)).lines

/** Everything that happened at Paddle, delivered by hand. */
async function happened(): Promise<string[]> {
  await site.sandbox.settled()
  return site.sandbox.events().map((event) => JSON.stringify({ ...event, notification_id: `ntf_${'0'.repeat(26)}` }))
}

describe('the fold', () => {
  it('comes to the same end in whatever order the events come, and one job per event is enough', { timeout: 60_000 }, async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId, orderId } = await order(site, buyer, shop.price)
    const from = site.sandbox.events().length
    site.sandbox.sendWebhooksTo(null)
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await until(() => site.sandbox.events().some((event) => event.event_type === 'transaction.completed' && (event.data as { id?: string }).id === transactionId))
    const { adjustmentId } = await refund(site, transactionId)
    site.sandbox.approveRefund(adjustmentId)
    const events = (await happened()).slice(from - 1).filter((raw) => raw.includes(transactionId))
    expect(events.length).toBeGreaterThan(5)

    const ends: unknown[] = []
    for (const seed of [0, 1, 2]) {
      await db().$executeRaw`DELETE FROM mail WHERE template IN ('receipt', 'refund')`
      await db().entitlement.deleteMany()
      await db().order.update({ where: { id: orderId }, data: { state: 'open', refunded: 0n, completedAt: null, total: null } })
      await forgetEvents()
      for (const raw of shuffled(events, seed)) {
        expect((await deliver(site, raw)).status).toBe(200)
        await site.work()
      }
      ends.push(await books(site))
    }
    for (const end of ends) expect(end).toEqual(ends[0])
    expect(ends[0]).toMatchObject({ orders: [{ state: 'completed', refunded: 4900n }], rights: [{ live: false }], mails: [{ template: 'refund' }] })
  })

  it('believes the event when Paddle’s answer is older, and the answer when the event is', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await order(site, buyer, shop.price)
    const early = await site.services.payments.findTransaction(transactionId)
    await pay(site, transactionId, buyer)
    const bought = await site.services.payments.findTransaction(transactionId)
    const { adjustmentId } = await refund(site, transactionId)
    site.sandbox.approveRefund(adjustmentId)
    await site.sandbox.settled()

    // Somebody asked Paddle before the payment, somebody else before the refund, and both come last.
    await site.work()
    expect(await canOpen(buyer, shop)).toBe(false)
    const before = await books(site)
    for (const [transaction, adjustments] of [[early, []], [bought, []]] as const) {
      const slow: Payments = { ...site.services.payments, findTransaction: () => Promise.resolve(transaction), listAdjustments: () => Promise.resolve([...adjustments]) }
      await reconcileTransaction({ ...site.services, payments: slow }, transactionId)
      expect(await books(site)).toEqual(before)
      expect(await canOpen(buyer, shop)).toBe(false)
    }
  })

  it('opens nothing for money that is on its way, and nothing for a checkout that was closed', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId, orderId } = await order(site, buyer, shop.price)
    const asPaid: Payments = { ...site.services.payments, findTransaction: async (id) => ({ ...(await site.services.payments.findTransaction(id)), state: 'paid' }) }
    await reconcileTransaction({ ...site.services, payments: asPaid }, transactionId)
    expect(await db().order.findUniqueOrThrow({ where: { id: orderId } })).toMatchObject({ state: 'paid' })
    expect([await canOpen(buyer, shop), await db().entitlement.count(), await db().mail.count()]).toEqual([false, 0, 0])
    expect((await buyer.browser.get('/account/purchases')).text).toContain('Being confirmed')

    const other = await openShop(site, { slug: 'css' })
    const second = await order(site, buyer, other.price)
    await site.services.payments.cancelCheckout(second.transactionId)
    await settle(site)
    expect(await db().order.findUniqueOrThrow({ where: { id: second.orderId } })).toMatchObject({ state: 'canceled', checkoutKey: null })
    expect([await canOpen(buyer, other), await db().entitlement.count()]).toEqual([false, 0])
    const page = await buyer.browser.get(`/thank-you/${second.orderId}`)
    expect(page.text).toContain('No money was taken')
    expect((await order(site, buyer, other.price)).orderId, 'she may begin again').not.toBe(second.orderId)
  })

  describe('a refund', () => {
    it('of some money takes nothing away; of the rest it does', async () => {
      const shop = await openShop(site)
      const buyer = await learner(site)
      const { transactionId } = await buy(site, buyer, shop.price)
      const [line] = await linesOf(transactionId)
      const give = async (amount: bigint) => {
        const { adjustmentId } = await refund(site, transactionId, [{ lineId: line?.lineId ?? '', amount }])
        site.sandbox.approveRefund(adjustmentId)
        await settle(site)
      }
      await give(1000n)
      expect(await canOpen(buyer, shop)).toBe(true)
      expect((await buyer.browser.get('/account/purchases')).text).toContain('Partly refunded')
      await give(3900n)
      expect(await canOpen(buyer, shop)).toBe(false)
      const mails = await db().mail.findMany({ where: { template: 'refund' }, orderBy: { createdAt: 'asc' } })
      expect(mails.map(({ text }) => [text.includes('$10 '), text.includes('$39 '), text.includes('has ended')])).toEqual([[true, false, false], [false, true, true]])
    })

    it('of a whole line ends that line and no other', async () => {
      const { shop, other, buyer, transactionId } = await twoAtOnce()
      expect([await canOpen(buyer, shop), await canOpen(buyer, other)]).toEqual([true, true])
      const lines = await linesOf(transactionId)
      const prices = await db().price.findMany({ select: { id: true, providerPriceId: true } })
      const line = lines.find(({ priceId }) => prices.some((price) => price.id === shop.price && price.providerPriceId === priceId))
      const { adjustmentId } = await refund(site, transactionId, [{ lineId: line?.lineId ?? '', amount: null }])
      site.sandbox.approveRefund(adjustmentId)
      await settle(site)
      expect([await canOpen(buyer, shop), await canOpen(buyer, other)]).toEqual([false, true])
    })

    it('that is waiting or refused takes nothing away', async () => {
      const shop = await openShop(site)
      const buyer = await learner(site)
      const { transactionId } = await buy(site, buyer, shop.price)
      const { adjustmentId } = await refund(site, transactionId)
      await settle(site)
      expect(await canOpen(buyer, shop)).toBe(true)
      site.sandbox.rejectRefund(adjustmentId)
      await settle(site)
      expect(await canOpen(buyer, shop)).toBe(true)
      expect(await db().mail.count({ where: { template: 'refund' } })).toBe(0)
    })

    it('ends what was bought even when the product opens something else by now', async () => {
      const shop = await openShop(site)
      const buyer = await learner(site)
      const { transactionId } = await buy(site, buyer, shop.price)
      const other = await openShop(site, { slug: 'css' })
      await saveProduct(site.services, { slug: 'sql', name: 'Course sql', documentIds: [other.course.id], prices: [{ amount: 4900n, currency: 'USD' }] })
      await reconcileTransaction(site.services, transactionId)
      expect([await canOpen(buyer, shop), await canOpen(buyer, other)], 'what was bought stays what it was').toEqual([true, false])
      const { adjustmentId } = await refund(site, transactionId)
      site.sandbox.approveRefund(adjustmentId)
      await settle(site)
      expect([await canOpen(buyer, shop), await canOpen(buyer, other)]).toEqual([false, false])
    })

    it('leaves what somebody has for another reason, and does not say that it ended', async () => {
      const shop = await openShop(site)
      const buyer = await learner(site)
      const { transactionId } = await buy(site, buyer, shop.price)
      await db().entitlement.create({ data: { accountId: buyer.person.id, documentId: shop.course.id, source: 'manual', sourceId: 'support', reason: 'A present' } })
      const { adjustmentId } = await refund(site, transactionId)
      site.sandbox.approveRefund(adjustmentId)
      await settle(site)
      expect(await canOpen(buyer, shop)).toBe(true)
      expect((await db().mail.findFirstOrThrow({ where: { template: 'refund' } })).text).not.toContain('has ended')
    })
  })

  it('suspends at a chargeback and restores at its reversal, again and again, and calls neither a refund', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await buy(site, buyer, shop.price)
    const step = async (action: Parameters<typeof site.sandbox.chargeBack>[1]) => {
      site.sandbox.chargeBack(transactionId, action)
      await settle(site)
      return canOpen(buyer, shop)
    }
    expect(await step('chargeback_warning')).toBe(true)
    for (let round = 0; round < 3; round++) expect([await step('chargeback'), await step('chargeback_reverse')]).toEqual([false, true])
    expect(await db().mail.findMany({ select: { template: true } })).toEqual([{ template: 'receipt' }])
  })

  it('sells a quantity as one right, and what was really paid instead of what was ordered', async () => {
    const shop = await openShop(site)
    const other = await openShop(site, { slug: 'css' })
    const buyer = await learner(site)
    const { transactionId, orderId } = await order(site, buyer, shop.price)
    const sold = await db().price.findUniqueOrThrow({ where: { id: other.price } })
    const changed: Payments = {
      ...site.services.payments,
      findTransaction: async (id) => {
        const real = await site.services.payments.findTransaction(id)
        return { ...real, updatedAt: new Date('2099-01-01'), state: 'completed', billedAt: new Date('2026-01-01'), lines: real.lines.map((line) => ({ ...line, priceId: sold.providerPriceId ?? '', quantity: 3 })) }
      },
    }
    await reconcileTransaction({ ...site.services, payments: changed }, transactionId)
    expect([await canOpen(buyer, shop), await canOpen(buyer, other)]).toEqual([false, true])
    expect(await db().orderItem.findMany({ where: { orderId } })).toMatchObject([{ priceId: other.price, quantity: 3 }])
    expect(await db().entitlement.count()).toBe(1)
    const thanks = (await buyer.browser.get(`/thank-you/${orderId}`)).text
    expect([thanks.includes(other.course.path), thanks.includes(shop.course.path)]).toEqual([true, false])
  })

  it('gives what is paid for a time until that time ends', async () => {
    const shop = await openShop(site, { interval: 'month', access: 'members' })
    const buyer = await learner(site)
    await buy(site, buyer, shop.price)
    expect(await canOpen(buyer, shop)).toBe(true)
    const [right] = await db().entitlement.findMany()
    const days = ((right?.endsAt?.getTime() ?? Infinity) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(27)
    expect(days).toBeLessThan(32)
  })

  it('keeps access when the product is archived or dearer afterwards', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const first = await order(site, buyer, shop.price)
    await saveProduct(site.services, { slug: 'sql', name: 'Course sql', documentIds: [shop.course.id], prices: [{ amount: 9900n, currency: 'USD' }] })
    await pay(site, first.transactionId, buyer)
    expect(await db().order.findUniqueOrThrow({ where: { id: first.orderId } })).toMatchObject({ state: 'completed', total: 4900n })
    await saveProduct(site.services, { slug: 'sql', name: 'Course sql', state: 'archived', documentIds: [shop.course.id], prices: [] })
    await site.work()
    await reconcileTransaction(site.services, first.transactionId)
    expect(await canOpen(buyer, shop)).toBe(true)
    expect((await buyer.browser.get('/account/purchases')).text).toContain('$49')
  })

  it('says nothing when the order is refunded before we hear of it at all, but that the money comes back', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await order(site, buyer, shop.price)
    await settle(site)
    site.sandbox.fault({ on: 'webhook', kind: 'drop', times: 20 })
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await site.sandbox.settled()
    const { adjustmentId } = await refund(site, transactionId)
    site.sandbox.approveRefund(adjustmentId)
    await site.sandbox.settled()
    await reconcileTransaction(site.services, transactionId)
    expect(await books(site)).toMatchObject({ orders: [{ state: 'completed', refunded: 4900n }], rights: [{ live: false }], mails: [{ template: 'refund' }] })
  })
})

describe('an event that cannot be applied', () => {
  it('is put aside after five tries while others go on, and is applied when it is tried again later', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await order(site, buyer, shop.price)
    const { providerPriceId } = await db().price.findUniqueOrThrow({ where: { id: shop.price } })
    await db().price.update({ where: { id: shop.price }, data: { providerPriceId: 'pri_unknown' } })
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await site.sandbox.settled()
    await drainQuietly()
    const failed = await db().providerEvent.findFirstOrThrow({ where: { type: 'transaction.completed' } })
    expect(failed).toMatchObject({ attempts: 1, quarantinedAt: null, processedAt: null, problem: expect.stringContaining('none of ours') as string })
    expect(await db().order.findFirstOrThrow()).toMatchObject({ state: 'open' })

    await ageEvents()
    for (let round = 0; round < MOST_ATTEMPTS + 2; round++) {
      await sweepBilling(site.services)
      await drainQuietly()
    }
    expect(await db().providerEvent.findUniqueOrThrow({ where: { eventId: failed.eventId } })).toMatchObject({ attempts: MOST_ATTEMPTS, quarantinedAt: expect.any(Date) as Date })
    expect(site.lines.some((line) => line.level === 50 && line['eventId'] === failed.eventId)).toBe(true)

    const other = await openShop(site, { slug: 'css' })
    await buy(site, buyer, other.price)
    expect(await canOpen(buyer, other)).toBe(true)

    await db().price.update({ where: { id: shop.price }, data: { providerPriceId } })
    await site.database.pool.query('UPDATE provider_event SET processed_at = NULL, quarantined_at = NULL, attempts = 0, problem = NULL WHERE event_id = $1', [failed.eventId])
    await sweepBilling(site.services)
    await site.work()
    expect(await canOpen(buyer, shop)).toBe(true)
  })

  it('waits without being counted while Paddle is away', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await order(site, buyer, shop.price)
    await settle(site)
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await site.sandbox.settled()
    site.sandbox.fault({ on: 'api', kind: 'error', times: 1000 })
    await ageEvents()
    for (let round = 0; round < 2; round++) {
      await sweepBilling(site.services)
      await drainQuietly()
    }
    expect(await db().providerEvent.findFirstOrThrow({ where: { type: 'transaction.completed' } })).toMatchObject({ attempts: 0, quarantinedAt: null, problem: expect.stringContaining('fault') as string })
    site.sandbox.clearFaults()
    await sweepBilling(site.services)
    await site.work()
    expect(await canOpen(buyer, shop)).toBe(true)
  })

  it('that we cannot read is kept for a person to look at', async () => {
    const raw = JSON.stringify({ event_id: `evt_${'9'.repeat(26)}`, event_type: 'transaction.completed', occurred_at: '2026-11-21T10:00:00Z', data: { id: 'txn_1', shape: 'new' } })
    expect((await deliver(site, raw)).status).toBe(200)
    await drainQuietly()
    expect(await db().providerEvent.findFirstOrThrow()).toMatchObject({ processedAt: null, attempts: 1, problem: expect.stringContaining('unreadable') as string })
  })
})

describe('whose it is', () => {
  it('a stranger’s transaction cannot be slipped into somebody’s order by its reference', async () => {
    const shop = await openShop(site)
    const victim = await learner(site)
    await victim.browser.get(`/checkout?price=${shop.price}`)
    const waiting = await db().order.create({ data: { accountId: victim.person.id, checkoutKey: 'waiting', items: { create: [{ priceId: shop.price }] } } })
    const stranger = await createPerson(db(), { email: 'eve@example.org', name: 'Eve' })
    const { customerId } = await site.services.payments.saveCustomer({ email: stranger.email, name: 'Eve' })
    await db().customer.create({ data: { providerCustomerId: customerId, accountId: stranger.id, email: stranger.email } })
    const { providerPriceId } = await db().price.findUniqueOrThrow({ where: { id: shop.price } })
    const { transactionId } = await site.services.payments.createCheckout({ reference: waiting.id, items: [{ priceId: providerPriceId ?? '', quantity: 1 }], customerId, currency: null, back: { successUrl: '', closeUrl: '' }, triedAt: null })
    site.sandbox.pay(transactionId, { email: stranger.email, country: 'DE' })
    await settle(site)
    expect(await db().order.findUniqueOrThrow({ where: { id: waiting.id } })).toMatchObject({ state: 'open', providerTransactionId: null })
    expect(await canOpen(victim, shop)).toBe(false)
    expect(await db().order.findFirstOrThrow({ where: { providerTransactionId: transactionId } })).toMatchObject({ accountId: stranger.id, state: 'completed' })
  })

  it('an order whose answer was lost is found by its reference when the customer is its own', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId, orderId } = await order(site, buyer, shop.price)
    await db().order.update({ where: { id: orderId }, data: { providerTransactionId: null } })
    await pay(site, transactionId, buyer)
    expect(await db().order.findMany()).toMatchObject([{ id: orderId, state: 'completed', providerTransactionId: transactionId }])
    expect(await canOpen(buyer, shop)).toBe(true)
  })

  it('a payment by nobody we know is written down and opens nothing', async () => {
    const shop = await openShop(site)
    const { providerPriceId } = await db().price.findUniqueOrThrow({ where: { id: shop.price } })
    const { transactionId } = await site.services.payments.createCheckout({ reference: 'elsewhere', items: [{ priceId: providerPriceId ?? '', quantity: 1 }], customerId: null, currency: null, back: { successUrl: '', closeUrl: '' }, triedAt: null })
    site.sandbox.pay(transactionId, { email: 'who@example.org', country: 'DE' })
    await settle(site)
    expect(await books(site)).toMatchObject({ orders: [{ state: 'completed', total: 4900n }], rights: [], mails: [] })
  })

  it('a deleted account’s orders stay, and a late refund wakes nobody', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await buy(site, buyer, shop.price)
    await db().account.delete({ where: { id: buyer.person.id } })
    const { adjustmentId } = await refund(site, transactionId)
    site.sandbox.approveRefund(adjustmentId)
    await settle(site)
    expect(await books(site)).toMatchObject({ orders: [{ state: 'completed', refunded: 4900n }], rights: [], mails: [{ template: 'receipt' }] })
    expect(await db().order.findFirstOrThrow()).toMatchObject({ accountId: null })
    expect(await db().providerEvent.count({ where: { processedAt: null } })).toBe(0)
  })

  it('nobody gets another’s purchases by taking over an address', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await buy(site, buyer, shop.price)
    await db().account.update({ where: { id: buyer.person.id }, data: { email: 'lin-now@example.org' } })
    const stranger = await createPerson(db(), { email: 'lin@example.org', name: 'Another Lin' })
    const taker: Buyer = { person: stranger, browser: await browserOf(site, stranger) }
    const second = await order(site, taker, shop.price)
    await reconcileTransaction(site.services, transactionId)
    expect(await canOpen(taker, shop)).toBe(false)
    await pay(site, second.transactionId, taker)
    expect(await canOpen(taker, shop)).toBe(true)
    expect(await db().order.groupBy({ by: ['accountId'], _count: true, orderBy: { accountId: 'asc' } })).toHaveLength(2)
    expect(await db().customer.findMany()).toMatchObject([{ accountId: buyer.person.id }])
  })

  it('an address that was never confirmed leads to nobody’s customer', async () => {
    const shop = await openShop(site)
    const person = await createPerson(db(), { email: 'victim@example.org', name: 'Mallory', verified: false })
    const buyer: Buyer = { person, browser: await browserOf(site, person) }
    const { transactionId } = await order(site, buyer, shop.price)
    expect(await db().customer.count()).toBe(0)
    await pay(site, transactionId, buyer)
    expect(await canOpen(buyer, shop)).toBe(true)
    expect(await canOpen({ browser: await browserOf(site, await mallory(db())) }, shop)).toBe(false)
  })
})

async function twoAtOnce() {
  const shop = await openShop(site)
  const other: Shop = await openShop(site, { slug: 'css', amount: 1000n })
  const buyer = await learner(site)
  const { customerId } = await site.services.payments.saveCustomer({ email: buyer.person.email, name: null })
  await db().customer.create({ data: { providerCustomerId: customerId, accountId: buyer.person.id, email: buyer.person.email } })
  const prices = await db().price.findMany()
  const { transactionId } = await site.services.payments.createCheckout({ reference: 'both', items: prices.map((price) => ({ priceId: price.providerPriceId ?? '', quantity: 1 })), customerId, currency: null, back: { successUrl: '', closeUrl: '' }, triedAt: null })
  await pay(site, transactionId, buyer)
  return { shop, other, buyer, transactionId }
}

/** Jobs that fail are the queue's to repeat; here the next one simply goes on. */
async function drainQuietly(): Promise<void> {
  while (site.services.jobs.asked.length > 0) await site.work().catch(() => undefined)
}

async function ageEvents(): Promise<void> {
  await withoutTriggers(`UPDATE provider_event SET received_at = received_at - interval '2 minutes'`)
}

const forgetEvents = () => withoutTriggers('DELETE FROM provider_event')

async function withoutTriggers(statement: string): Promise<void> {
  const client = await site.database.pool.connect()
  try {
    await client.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statement}; COMMIT`)
  } finally {
    client.release()
  }
}

function shuffled<T>(list: readonly T[], seed: number): T[] {
  if (seed === 0) return [...list]
  if (seed === 1) return list.toReversed()
  return list.map((one, index) => ({ one, key: Math.sin((index + 1) * seed * 997) })).sort((a, b) => a.key - b.key).map(({ one }) => one)
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 5_000
  while (!done()) {
    if (performance.now() > end) throw new Error('It did not happen.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
