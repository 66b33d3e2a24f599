import { Webhooks } from '@paddle/paddle-node-sdk'
import { describe, expect, it } from 'vitest'
import { fillShop, lin, openShop, order, SECRET, startReceiver, temporaryFolder } from './shop.ts'

const noPrice = async (shop: Awaited<ReturnType<typeof openShop>>, n: number) => {
  for (let i = 0; i < n; i += 1) await shop.payments.saveCustomer({ email: `p${i}@example.com`, name: null })
}

describe('the sandbox sends webhooks', () => {
  it("signed so that Paddle's own SDK accepts them, with the event's entity in them", async () => {
    const receiver = await startReceiver()
    const shop = await openShop({ webhookUrl: receiver.url })
    await noPrice(shop, 1)
    await shop.sandbox.settled()
    const [{ body, headers }] = receiver.deliveries as [typeof receiver.deliveries[number]]
    const event = await new Webhooks().unmarshal(body.toString(), SECRET, String(headers['paddle-signature']))
    expect(event).toMatchObject({ eventType: 'customer.created', data: { email: 'p0@example.com' } })
    expect(headers['user-agent']).toContain('Paddle')
  })

  it('again with a new signature until they are accepted, ever later, and then never more', async () => {
    const receiver = await startReceiver(500, 302, 404, 200)
    const shop = await openShop({ webhookUrl: receiver.url })
    await noPrice(shop, 1)
    await shop.sandbox.settled()
    expect(new Set(receiver.deliveries.map(({ body }) => body.toString())).size).toBe(1)
    const gaps = receiver.deliveries.slice(1).map(({ at }, index) => at - (receiver.deliveries[index]?.at ?? 0))
    // Never earlier than planned; how much later is the machine's affair.
    expect(gaps.map((gap, index) => gap > 60_000 * (index + 1) ** 1.1 * 0.0005 - 5)).toEqual([true, true, true])
    const [notification] = await shop.sdk.notifications.list().next()
    expect(notification).toMatchObject({ status: 'delivered', timesAttempted: 4 })
    expect((await shop.sdk.notifications.getLogs(notification?.id ?? '').next()).map(({ responseCode }) => responseCode)).toEqual([200, 404, 302, 500])
  })

  it('and gives up after the last attempt; a replay carries the same event under a new notification', async () => {
    const receiver = await startReceiver(500, 500, 500, 500, 500, 200)
    const shop = await openShop({ webhookUrl: receiver.url })
    await noPrice(shop, 1)
    await shop.sandbox.settled()
    const [failed] = await shop.sdk.notifications.list({ status: ['failed'] }).next()
    expect(failed).toMatchObject({ timesAttempted: 5, retryAt: null })
    const { notificationId } = await shop.sdk.notifications.replay(failed?.id ?? '')
    await shop.sandbox.settled()
    const last = receiver.deliveries.at(-1)?.event
    expect(last).toMatchObject({ notification_id: notificationId, event_id: failed?.payload?.eventId })
    expect(notificationId).not.toBe(failed?.id)
  })

  it('without waiting longer than its time limit for an answer', async () => {
    const receiver = await startReceiver('never', 200)
    const shop = await openShop({ webhookUrl: receiver.url, webhookTimeout: 500 })
    await noPrice(shop, 1)
    await shop.sandbox.settled()
    expect(receiver.deliveries).toHaveLength(2)
  })

  it('twice, in reverse, late or never when told to; the list of events has them all', async () => {
    const receiver = await startReceiver()
    const shop = await openShop({ webhookUrl: receiver.url })
    const { sandbox } = shop
    sandbox.fault({ on: 'webhook', kind: 'duplicate', copies: 3 })
    await noPrice(shop, 1)
    await sandbox.settled()
    expect(new Set(receiver.deliveries.map(({ event }) => event.notification_id)).size).toBe(1)
    expect(receiver.deliveries).toHaveLength(3)

    receiver.deliveries.length = 0
    sandbox.fault({ on: 'webhook', kind: 'reorder', ms: 400, times: 4 })
    await shop.payments.updateCustomer((await shop.payments.saveCustomer({ email: 'a@example.com', name: null })).customerId, { name: 'A' })
    await shop.payments.saveCustomer({ email: 'b@example.com', name: null })
    await shop.payments.saveCustomer({ email: 'c@example.com', name: null })
    await sandbox.settled()
    const ids = sandbox.events().slice(-4).map(({ event_id }) => event_id)
    expect(receiver.deliveries.map(({ event }) => event.event_id)).toEqual(ids.reverse())

    receiver.deliveries.length = 0
    sandbox.fault({ on: 'webhook', kind: 'drop', match: 'customer.' })
    await shop.payments.saveCustomer({ email: 'd@example.com', name: null })
    await sandbox.settled()
    expect(receiver.deliveries).toEqual([])
    expect((await shop.payments.listEvents({ after: null })).events.at(-1)?.subject).toMatchObject({ kind: 'customer', customer: { email: 'd@example.com' } })
  })

  it('with two signatures while a secret is replaced; the SDK chokes on the order, we do not', async () => {
    const receiver = await startReceiver()
    const shop = await openShop({ webhookUrl: receiver.url })
    shop.sandbox.fault({ on: 'webhook', kind: 'two-signatures' })
    await noPrice(shop, 1)
    await shop.sandbox.settled()
    const [{ body, headers }] = receiver.deliveries as [typeof receiver.deliveries[number]]
    const header = String(headers['paddle-signature'])
    expect(header.match(/h1=/g)).toHaveLength(2)
    expect(await new Webhooks().isSignatureValid(body.toString(), SECRET, header)).toBe(false)
    expect(shop.payments.readEvent(body, header)).toMatchObject({ name: 'customer.created' })
  })
})

describe('a purchase in the sandbox', () => {
  it('is ready only with customer and place, paid before it is completed, and paid once', async () => {
    const receiver = await startReceiver()
    const shop = await openShop({ webhookUrl: receiver.url, completeAfter: 150 })
    const { payments, sandbox, call } = shop
    const { monthPrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(monthPrice))
    expect(sandbox.pay(transactionId, lin)).toMatchObject({ status: 'paid', subscription_id: null, invoice_number: null })
    expect(() => sandbox.pay(transactionId, lin)).toThrow(/paid/)
    await expect(payments.cancelCheckout(transactionId)).rejects.toThrow()
    await sandbox.settled()
    expect(await payments.findTransaction(transactionId)).toMatchObject({ state: 'completed', invoiceNumber: 'SANDBOX-00001' })

    const mine = sandbox.events().filter(({ event_type }) => /^(transaction|subscription)/.test(event_type))
    expect(mine.map(({ event_type }) => event_type)).toEqual([
      'transaction.created', 'transaction.updated', 'transaction.ready', 'transaction.paid', 'subscription.created', 'subscription.activated', 'transaction.completed',
    ])
    const [created, activated] = mine.filter(({ event_type }) => event_type.startsWith('subscription'))
    expect(created?.occurred_at).toBe(activated?.occurred_at)
    expect(created?.data).toMatchObject({ transaction_id: transactionId })
    expect(activated?.data).not.toHaveProperty('transaction_id')
    expect(activated?.data).not.toHaveProperty('management_urls')
    const shown = await call('GET', '/subscriptions')
    expect((shown.json.data as object[])[0]).toHaveProperty('management_urls')
  })

  it('costs nothing while on trial, and the subscription says so', async () => {
    const shop = await openShop()
    const { call, sandbox } = shop
    const { membershipProduct } = await fillShop(shop)
    const price = (await call('POST', '/prices', {
      description: 'trial', product_id: membershipProduct, unit_price: { amount: '1500', currency_code: 'EUR' },
      billing_cycle: { interval: 'month', frequency: 1 }, trial_period: { interval: 'day', frequency: 14 },
    })).json.data as { id: string }
    const { transactionId } = await shop.payments.createCheckout(order(price.id))
    sandbox.pay(transactionId, lin)
    const transaction = await shop.payments.findTransaction(transactionId)
    expect(transaction).toMatchObject({ state: 'completed', totals: { total: 0n } })
    expect(await shop.payments.findInvoiceLink(transactionId)).toBeNull()
    const subscription = await shop.payments.findSubscription(transaction.subscriptionId ?? '')
    expect(subscription.state).toBe('trialing')
    expect(subscription.items[0]?.trialEndsAt?.getTime()).toBe((subscription.period?.startsAt.getTime() ?? 0) + 14 * 24 * 3600_000)
  })

  it('that is declined can be paid after all; a cancelled one cannot', async () => {
    const shop = await openShop()
    const { payments, sandbox, sdk } = shop
    const { coursePrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(coursePrice))
    sandbox.decline(transactionId, lin)
    expect(await payments.findTransaction(transactionId)).toMatchObject({ state: 'ready' })
    sandbox.pay(transactionId, lin)
    expect((await sdk.transactions.get(transactionId)).payments.map(({ status }) => status)).toEqual(['captured', 'error'])
    const other = await payments.createCheckout(order(coursePrice, { reference: 'order-2' }))
    expect(await payments.cancelCheckout(other.transactionId)).toMatchObject({ state: 'canceled' })
    expect(() => sandbox.pay(other.transactionId, lin)).toThrow(/canceled/)
  })

  it('can be charged back and given back, out of the blue', async () => {
    const shop = await openShop()
    const { payments, sandbox } = shop
    const { coursePrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(coursePrice))
    sandbox.pay(transactionId, lin)
    sandbox.chargeBack(transactionId, 'chargeback')
    expect((await payments.findTransaction(transactionId)).remaining?.total).toBe(0n)
    sandbox.chargeBack(transactionId, 'chargeback_reverse')
    expect((await payments.findTransaction(transactionId)).remaining?.total).toBe(4900n)
    expect((await payments.listAdjustments(transactionId)).map(({ kind, state }) => [kind, state])).toEqual([['chargeback', 'reversed'], ['chargeback-reversal', 'approved']])
    expect(() => sandbox.chargeBack(transactionId, 'chargeback_reverse')).toThrow(/no chargeback/)
  })
})

describe('the sandbox remembers', () => {
  it('everything over a restart: rows, what is still to be sent, what is still to be done, and its clock', async () => {
    const store = temporaryFolder()
    const down = await startReceiver(503)
    const before = await openShop({ store, webhookUrl: down.url, completeAfter: 60_000, retry: { scale: 1, attempts: 60 } })
    const { coursePrice } = await fillShop(before)
    const { transactionId } = await before.payments.createCheckout(order(coursePrice))
    before.sandbox.pay(transactionId, lin)
    before.sandbox.advance(3600_000)
    const events = before.sandbox.events()
    await before.stop()

    const up = await startReceiver()
    let now = Date.now()
    const after = await openShop({ store, webhookUrl: up.url, clock: { now: () => new Date(now) } })
    expect(after.sandbox.events()).toEqual(events)
    expect(await after.payments.findTransaction(transactionId)).toMatchObject({ state: 'paid', totals: { total: 4900n } })
    now += 300_000
    await after.sandbox.settled()
    expect(await after.payments.findTransaction(transactionId)).toMatchObject({ state: 'completed' })
    expect(new Set(up.deliveries.map(({ event }) => event.event_id))).toEqual(new Set(after.sandbox.events().map(({ event_id }) => event_id)))
    const later = after.sandbox.events().at(-1)
    expect(later && later.event_id > (events.at(-1)?.event_id ?? '')).toBe(true)
    expect(Date.parse(later?.occurred_at ?? '')).toBeGreaterThan(now + 3500_000)
  })
})
