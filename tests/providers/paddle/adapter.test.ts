import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Conflict, Invalid, NotFound, Unavailable } from '../../../src/platform/errors.ts'
import { UnknownOutcome } from '../../../src/providers/paddle/call.ts'
import { paddle } from '../../../src/providers/paddle/paddle.ts'
import { back, fillShop, lin, once, openShop, order, realClock, SECRET, startReceiver } from '../sandbox/shop.ts'

const until = async (what: () => boolean | Promise<boolean>) => {
  const end = performance.now() + 3000
  while (!await what()) {
    if (performance.now() > end) throw new Error('It did not happen within three seconds.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('selling through the adapter', () => {
  it('saves a product and a price once per reference, and changes them afterwards', async () => {
    const shop = await openShop()
    const { payments, sdk } = shop
    const first = await fillShop(shop)
    expect(await fillShop(shop)).toEqual(first)
    expect(await sdk.products.list().next()).toHaveLength(2)

    await payments.saveProduct({ reference: 'course-sql', productId: first.courseProduct, name: 'SQL again', description: 'd', imageUrl: 'https://a.b/c.png', active: false })
    expect(await sdk.products.get(first.courseProduct)).toMatchObject({ name: 'SQL again', imageUrl: 'https://a.b/c.png', status: 'archived', customData: { reference: 'course-sql' } })
    await payments.savePrice({ ...once, priceId: first.coursePrice, productId: first.courseProduct, price: { amount: 5900n, currency: 'EUR' }, quantity: { minimum: 1, maximum: 500 } })
    expect(await sdk.prices.get(first.coursePrice)).toMatchObject({ unitPrice: { amount: '5900' }, quantity: { maximum: 500 }, unitPriceOverrides: [] })
  })

  it('finds a customer again by e-mail address, whatever its letter case', async () => {
    const { payments } = await openShop()
    const ada = await payments.saveCustomer({ email: 'ada@example.com', name: 'Ada' })
    expect(await payments.saveCustomer({ email: 'ADA@example.com', name: null })).toEqual(ada)
    expect(await payments.updateCustomer(ada.customerId, { email: 'countess@example.com' })).toMatchObject({ customerId: ada.customerId, email: 'countess@example.com', name: 'Ada' })
    const other = await payments.saveCustomer({ email: 'ada@example.com', name: null })
    expect(other.customerId).not.toBe(ada.customerId)
    await expect(payments.updateCustomer(other.customerId, { email: 'Countess@example.com' })).rejects.toThrow(Conflict)
  })

  it('takes a purchase from checkout to invoice, in bigints and dates', async () => {
    const shop = await openShop()
    const { payments, sandbox } = shop
    const { coursePrice, courseProduct } = await fillShop(shop)
    const { transactionId, transaction, door } = await payments.createCheckout(order(coursePrice, { items: [{ priceId: coursePrice, quantity: 3 }] }))
    expect(transaction).toMatchObject({ state: 'draft', reference: 'order-1', totals: { total: 14700n, tax: 0n, fee: null } })
    expect(door).toEqual({ kind: 'page', url: `${sandbox.url}/checkout/${transactionId}?success_url=${encodeURIComponent(back.successUrl)}&close_url=${encodeURIComponent(back.closeUrl)}` })
    expect(await payments.findInvoiceLink(transactionId)).toBeNull()

    sandbox.pay(transactionId, lin)
    const paid = await payments.findTransaction(transactionId)
    expect(paid).toMatchObject({
      state: 'completed', cause: 'purchase', currency: 'EUR', subscriptionId: null, countryCode: 'DE', invoiceNumber: 'SANDBOX-00001', remaining: { total: 14700n },
      lines: [{ priceId: coursePrice, productId: courseProduct, quantity: 3, recurring: false, taxRate: '0.19', totals: { subtotal: 12353n, discount: 0n, tax: 2347n, total: 14700n } }],
      totals: { subtotal: 12353n, tax: 2347n, total: 14700n, charged: 14700n, fee: 785n, earnings: 11568n },
    })
    expect(paid.billedAt).toBeInstanceOf(Date)
    const link = await payments.findInvoiceLink(transactionId) ?? ''
    const invoice = await fetch(link)
    expect([invoice.headers.get('content-type'), (await invoice.text()).slice(0, 8)]).toEqual(['application/pdf', '%PDF-1.4'])
    expect((await fetch(link.replace(/token=../, 'token=xx'))).status).toBe(404)
    expect(await payments.listTransactions({ customerId: paid.customerId ?? '', state: 'completed' })).toEqual([paid])
    expect(await payments.listTransactions({ state: 'draft' })).toEqual([])
    expect(await payments.listTransactions({ updatedSince: new Date(realClock.now().getTime() + 60_000) })).toEqual([])
  })

  it('previews prices with the tax and the price of the country', async () => {
    const shop = await openShop()
    const { coursePrice } = await fillShop(shop)
    const ask = (countryCode: string | null, ipAddress: string | null = null) =>
      shop.payments.previewPrices({ items: [{ priceId: coursePrice, quantity: 2 }], countryCode, ipAddress, currency: null })
    expect(await ask('IN')).toMatchObject({ currency: 'EUR', countryCode: 'IN', lines: [{ unit: { total: 1900n }, totals: { total: 3800n, tax: 580n }, formattedTotal: '€38.00' }] })
    expect(await ask(null, '203.0.113.9')).toMatchObject({ lines: [{ totals: { subtotal: 9800n, tax: 0n, total: 9800n }, taxRate: '0' }] })
  })

  it('refunds in full, per line and per amount, once per reference', async () => {
    const shop = await openShop()
    const { payments, sandbox } = shop
    const { coursePrice, monthPrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(coursePrice, { items: [{ priceId: coursePrice, quantity: 1 }, { priceId: monthPrice, quantity: 1 }] }))
    await expect(payments.refund({ reference: 'r0', transactionId, reason: 'early', lines: 'all' })).rejects.toThrow(Conflict)
    sandbox.pay(transactionId, lin)
    const [course, month] = (await payments.findTransaction(transactionId)).lines
    const asked = { reference: 'r1', transactionId, reason: 'did not like it', lines: [{ lineId: course?.lineId ?? '', amount: 1000n }] }
    const first = await payments.refund(asked)
    expect(first).toMatchObject({ kind: 'refund', state: 'pending', scope: 'partial', totals: { total: 1000n, tax: 160n, subtotal: 840n }, lines: [{ lineId: course?.lineId, scope: 'partial', total: 1000n }] })
    expect((await payments.refund(asked)).adjustmentId).toBe(first.adjustmentId)
    await expect(payments.refund({ ...asked, reference: 'r2' })).rejects.toThrow(Conflict)
    sandbox.rejectRefund(first.adjustmentId)
    expect((await payments.findTransaction(transactionId)).remaining?.total).toBe(6400n)

    const line = await payments.refund({ ...asked, reference: 'r3', lines: [{ lineId: month?.lineId ?? '', amount: null }] })
    sandbox.approveRefund(line.adjustmentId)
    expect((await payments.findTransaction(transactionId)).remaining?.total).toBe(4900n)
    await expect(payments.refund({ ...asked, reference: 'r4', lines: [{ lineId: course?.lineId ?? '', amount: 4901n }] })).rejects.toThrow(Conflict)
    const rest = await payments.refund({ ...asked, reference: 'r5', lines: 'all' })
    expect(rest).toMatchObject({ scope: 'full', totals: { total: 4900n } })
    sandbox.approveRefund(rest.adjustmentId)
    expect((await payments.findTransaction(transactionId)).remaining?.total).toBe(0n)
    expect((await payments.listAdjustments(transactionId)).map(({ state }) => state)).toEqual(['rejected', 'approved', 'approved'])
  })

  it('follows a subscription: cancel at the end, take it back, pause, resume, cancel now; asking twice is harmless', async () => {
    const shop = await openShop()
    const { payments, sandbox } = shop
    const { monthPrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(monthPrice))
    sandbox.pay(transactionId, lin)
    const { subscriptionId: id, customerId } = await payments.findTransaction(transactionId) as { subscriptionId: string; customerId: string }
    const now = await payments.findSubscription(id)
    expect(now).toMatchObject({ state: 'active', reference: 'order-1', cycle: { every: 1, interval: 'month' }, items: [{ priceId: monthPrice, quantity: 1, trialEndsAt: null }], scheduledChange: null })
    expect(now.nextBilledAt).toEqual(now.period?.endsAt)

    const scheduled = await payments.cancelSubscription(id, 'period-end')
    expect(scheduled).toMatchObject({ state: 'active', scheduledChange: { action: 'cancel', effectiveAt: now.period?.endsAt } })
    expect(await payments.cancelSubscription(id, 'period-end')).toEqual(scheduled)
    await expect(payments.pauseSubscription(id, 'period-end')).rejects.toThrow(Conflict)
    expect(await payments.keepSubscription(id)).toMatchObject({ state: 'active', scheduledChange: null })
    expect(await payments.pauseSubscription(id, 'now')).toMatchObject({ state: 'paused' })
    expect(await payments.resumeSubscription(id)).toMatchObject({ state: 'active', pausedAt: null })
    await payments.cancelSubscription(id, 'period-end')
    sandbox.advance(32 * 24 * 3600_000)
    expect(await payments.findSubscription(id)).toMatchObject({ state: 'canceled', scheduledChange: null })
    expect(await payments.cancelSubscription(id, 'now')).toMatchObject({ state: 'canceled' })
    await expect(payments.resumeSubscription(id)).rejects.toThrow(Conflict)
    expect(await payments.listSubscriptions({ customerId })).toHaveLength(1)
    expect((await fetch(await payments.createPortalLink(customerId, [id]))).status).toBe(200)
  })

  it('walks the events from the oldest, and they say what the webhooks said', async () => {
    const receiver = await startReceiver()
    const shop = await openShop({ webhookUrl: receiver.url })
    const { payments, sandbox } = shop
    const { coursePrice } = await fillShop(shop)
    sandbox.pay((await payments.createCheckout(order(coursePrice))).transactionId, lin)
    await sandbox.settled()

    const listed = []
    for (let after: string | null = null, more = true; more;) {
      const page = await payments.listEvents({ after, limit: 4 })
      listed.push(...page.events)
      after = page.last
      more = page.more
    }
    expect(listed.map(({ eventId }) => eventId)).toEqual(sandbox.events().map(({ event_id }) => event_id))
    const heard = receiver.deliveries.map(({ body, headers }) => payments.readEvent(body, String(headers['paddle-signature'])))
    for (const event of heard) {
      const same = listed.find(({ eventId }) => eventId === event.eventId)
      expect(same).toMatchObject({ name: event.name, occurredMicros: event.occurredMicros, subject: event.subject })
      expect(payments.parseEvent(JSON.parse(JSON.stringify(event.raw)))).toEqual(event)
    }
    expect(heard.length).toBe(listed.length)
    expect(heard.find(({ name }) => name === 'transaction.completed')?.subject).toMatchObject({ kind: 'transaction', transaction: { state: 'completed', lines: [{ priceId: coursePrice }] } })
    expect(await payments.listEvents({ after: listed.at(-1)?.eventId ?? null })).toEqual({ events: [], last: listed.at(-1)?.eventId, more: false })
  })
})

describe('when the provider misbehaves', () => {
  it('reads again after errors, HTML and limits, and waits as long as it is told', async () => {
    const { payments, sandbox } = await openShop()
    const { customerId } = await payments.saveCustomer({ email: 'ada@example.com', name: null })
    sandbox.fault({ on: 'api', kind: 'error' })
    await expect(payments.findCustomer(customerId)).resolves.toMatchObject({ customerId })
    sandbox.fault({ on: 'api', kind: 'html' })
    await expect(payments.findCustomer(customerId)).resolves.toMatchObject({ customerId })
    sandbox.fault({ on: 'api', kind: 'rate-limit', seconds: 1 })
    const begun = performance.now()
    await expect(payments.findCustomer(customerId)).resolves.toMatchObject({ customerId })
    expect(performance.now() - begun).toBeGreaterThan(950)
  })

  it('does not keep anybody waiting for a long limit, nor for ever', async () => {
    const { payments, sandbox } = await openShop({}, { fetchTimeoutMs: 200 })
    sandbox.fault({ on: 'api', kind: 'rate-limit', seconds: 60 })
    const limited = await payments.findCustomer('ctm_01h00000000000000000000000').catch((error: unknown) => error)
    expect(limited).toBeInstanceOf(Unavailable)
    expect((limited as Unavailable).retryAfter).toBe(60)

    sandbox.fault({ on: 'api', kind: 'hang', times: 3 })
    const begun = performance.now()
    await expect(payments.findCustomer('ctm_01h00000000000000000000000')).rejects.toThrow(Unavailable)
    expect(performance.now() - begun).toBeLessThan(3000)
    await expect(payments.findCustomer('ctm_01h00000000000000000000000')).rejects.toThrow(NotFound)
  })

  it('repeats no write that may have happened, and finds what a lost answer left behind', async () => {
    const shop = await openShop({}, { fetchTimeoutMs: 300 })
    const { payments, sandbox, sdk } = shop
    const { coursePrice, courseProduct } = await fillShop(shop)

    sandbox.fault({ on: 'api', kind: 'lost', method: 'POST' })
    const { customerId } = await payments.saveCustomer({ email: 'lin@example.com', name: null })
    sandbox.fault({ on: 'api', kind: 'lost', method: 'POST' })
    const { transactionId } = await payments.createCheckout(order(coursePrice, { customerId }))
    sandbox.fault({ on: 'api', kind: 'lost', method: 'POST' })
    const { productId } = await payments.saveProduct({ reference: 'lost', productId: null, name: 'Lost', description: null, imageUrl: null, active: true })
    sandbox.fault({ on: 'api', kind: 'lost', method: 'POST' })
    await payments.savePrice({ ...once, reference: 'lost', productId: courseProduct })
    sandbox.pay(transactionId, lin)
    sandbox.fault({ on: 'api', kind: 'lost', method: 'POST' })
    const refund = await payments.refund({ reference: 'r1', transactionId, reason: 'r', lines: 'all' })

    expect(await sdk.customers.list().next()).toHaveLength(1)
    expect(await sdk.transactions.list().next()).toHaveLength(1)
    expect((await sdk.products.list().next()).filter(({ name }) => name === 'Lost').map(({ id }) => id)).toEqual([productId])
    expect(await sdk.prices.list({ productId: [courseProduct] }).next()).toHaveLength(2)
    expect((await payments.listAdjustments(transactionId)).map(({ adjustmentId }) => adjustmentId)).toEqual([refund.adjustmentId])
  })

  it('says so when nobody knows; the next try with the same reference looks first', async () => {
    const shop = await openShop({}, { fetchTimeoutMs: 200 })
    const { payments, sandbox, sdk } = shop
    const { coursePrice } = await fillShop(shop)
    const triedAt = realClock.now()
    // Late rather than lost: the work is done after we stopped waiting and looking.
    sandbox.fault({ on: 'api', kind: 'delay', ms: 500, method: 'POST' })
    await expect(payments.createCheckout(order(coursePrice))).rejects.toThrow(UnknownOutcome)
    await until(async () => (await sdk.transactions.list().next()).length === 1)
    const { transactionId } = await payments.createCheckout(order(coursePrice, { triedAt }))
    expect((await sdk.transactions.list().next()).map(({ id }) => id)).toEqual([transactionId])

    sandbox.pay(transactionId, lin)
    const refund = { reference: 'r1', transactionId, reason: 'r', lines: 'all' as const }
    sandbox.fault({ on: 'api', kind: 'delay', ms: 500, method: 'POST' })
    await expect(payments.refund(refund)).rejects.toThrow(UnknownOutcome)
    await until(async () => (await payments.listAdjustments(transactionId)).length === 1)
    await payments.refund(refund)
    expect(await payments.listAdjustments(transactionId)).toHaveLength(1)
  })

  it('sends a write once through an error of the provider', async () => {
    const { payments, sandbox, sdk } = await openShop()
    sandbox.fault({ on: 'api', kind: 'error', method: 'POST' })
    await expect(payments.saveCustomer({ email: 'ada@example.com', name: null })).rejects.toThrow(UnknownOutcome)
    expect(await sdk.customers.list().next()).toEqual([])
  })

  it('tells bad input, missing things and a wrong key apart', async () => {
    const shop = await openShop()
    const { coursePrice } = await fillShop(shop)
    await expect(shop.payments.createCheckout(order('pri_01h00000000000000000000000'))).rejects.toThrow(Invalid)
    await expect(shop.payments.createCheckout(order(coursePrice, { items: [{ priceId: coursePrice, quantity: 11 }] }))).rejects.toThrow(Invalid)
    await expect(shop.payments.findTransaction('txn_01h00000000000000000000000')).rejects.toThrow(NotFound)
    const wrong = paddle({ apiKey: 'wrong', environment: shop.sandbox.url, webhookSecrets: [SECRET], clientToken: null, clock: realClock })
    await expect(wrong.findTransaction('txn_01h00000000000000000000000')).rejects.toThrow(Unavailable)
    await shop.stop()
    await expect(shop.payments.findTransaction('txn_01h00000000000000000000000')).rejects.toThrow(Unavailable)
  })

  it('does not take an answer that makes no sense, whatever the status', async () => {
    const bodies = ['', 'null', '{}', '{"data":{}}', '{"data":{"id":"ctm_1"}}', '<html>', '[1]', '{"data":{"id":"ctm_1","email":5,"status":"active","updated_at":"2026-01-01T00:00:00Z"}}']
    let served = ''
    let status = 200
    const server = createServer((_, res) => res.writeHead(status, { 'content-type': 'application/json' }).end(served))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const payments = paddle({
      apiKey: 'k', environment: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, webhookSecrets: [SECRET], clientToken: null, clock: realClock,
    })
    const ask = () => expect(payments.saveCustomer({ email: 'a@b.c', name: null }), `${status} ${served}`).rejects.toThrow(Unavailable)
    for (served of bodies) await ask()
    for (status of [301, 500, 503]) await ask()
  })

  it('leaves everybody else’s fetch alone', async () => {
    const { payments, sandbox, call } = await openShop({}, { fetchTimeoutMs: 100 })
    sandbox.fault({ on: 'api', kind: 'delay', ms: 300, match: '/events' })
    const others = call('GET', '/events')
    await payments.listSubscriptions({})
    expect((await others).status).toBe(200)
  })
})
