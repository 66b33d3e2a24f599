import { describe, expect, it } from 'vitest'
import { createDriver } from '../../../src/providers/sandbox/driver.ts'
import { fillShop, lin, openShop, order, SECRET, startReceiver } from './shop.ts'

const DAY = 24 * 3600_000

describe('what goes wrong on purpose', () => {
  it('drops every webhook between two moments, and sends the rest', async () => {
    const receiver = await startReceiver()
    const { sandbox, payments } = await openShop({ webhookUrl: receiver.url })
    const now = Date.now()
    sandbox.fault({ on: 'webhook', kind: 'drop', from: new Date(now + DAY), to: new Date(now + 2 * DAY) })
    for (let day = 0; day < 3; day += 1) {
      await payments.saveCustomer({ email: `day${day}a@example.com`, name: null })
      await payments.saveCustomer({ email: `day${day}b@example.com`, name: null })
      sandbox.advance(DAY)
    }
    await sandbox.settled()
    expect(receiver.deliveries.map(({ event }) => (event.data as unknown as { email: string }).email.slice(0, 5)).sort()).toEqual(['day0a', 'day0b', 'day2a', 'day2b'])
    expect(sandbox.events()).toHaveLength(6)
  })

  it('reads what was a while ago, as an API that lags behind its webhooks', async () => {
    const shop = await openShop()
    const { payments, sandbox } = shop
    const { monthPrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(monthPrice))
    sandbox.advance(60_000)
    sandbox.pay(transactionId, lin)
    sandbox.fault({ on: 'api', kind: 'stale', ms: 30_000, match: '/transactions' })
    expect(await payments.findTransaction(transactionId)).toMatchObject({ state: 'draft', subscriptionId: null })
    const fresh = await payments.findTransaction(transactionId)
    expect(fresh.state).toBe('completed')
    sandbox.fault({ on: 'api', kind: 'stale', ms: 30_000, match: '/subscriptions' })
    expect(await payments.listSubscriptions({})).toEqual([])
    expect(await payments.listSubscriptions({})).toHaveLength(1)
  })

  it('forgets events after ninety days of its own clock', async () => {
    const { sandbox, payments, call } = await openShop()
    await payments.saveCustomer({ email: 'old@example.com', name: null })
    const first = (await payments.listEvents({ after: null })).last
    sandbox.advance(89 * DAY)
    await payments.saveCustomer({ email: 'new@example.com', name: null })
    expect((await payments.listEvents({ after: null })).events).toHaveLength(2)
    sandbox.advance(2 * DAY)
    expect((await payments.listEvents({ after: null })).events).toHaveLength(1)
    expect((await payments.listEvents({ after: first })).events).toHaveLength(1)
    expect((await call('GET', '/events?event_type=customer.updated,product.created')).json.data).toEqual([])
  })
})

describe('where webhooks go', () => {
  it('is registered over the API, with events and a secret of its own, and changed and taken away', async () => {
    const [receiver, other] = [await startReceiver(), await startReceiver()]
    const { payments, sandbox, call } = await openShop({ webhookUrl: other.url })
    const webhook = { url: receiver.url, description: 'the shop', events: ['customer.created'] }
    const { webhookId, secret } = await payments.saveWebhook(webhook)
    expect(secret).toMatch(/^pdl_ntfset_[a-z\d]{26}_[a-zA-Z\d]{32}$/)
    expect(await payments.saveWebhook(webhook)).toEqual({ webhookId, secret })

    const { customerId } = await payments.saveCustomer({ email: 'a@example.com', name: null })
    await payments.updateCustomer(customerId, { name: 'A' })
    await sandbox.settled()
    expect(receiver.types()).toEqual(['customer.created'])
    expect(other.types().sort()).toEqual(['customer.created', 'customer.updated'])
    const [{ body, headers }] = receiver.deliveries as [typeof receiver.deliveries[number]]
    expect(() => payments.readEvent(body, String(headers['paddle-signature']))).toThrow('signature')
    expect(SECRET).not.toBe(secret)

    const all = (await call('GET', '/notifications?per_page=200')).json.data as { notification_setting_id: string }[]
    expect(all).toHaveLength(3)
    const future = new Date(Date.now() + DAY).toISOString()
    expect((await call('GET', `/notifications?from=${future}`)).json.data).toEqual([])
    expect((await call('GET', `/notifications?to=${future}&notification_setting_id=${webhookId}`)).json.data).toHaveLength(1)

    await payments.saveWebhook({ ...webhook, events: ['customer.updated'] })
    await call('PATCH', `/notification-settings/${webhookId}`, { active: false })
    await payments.updateCustomer(customerId, { name: 'B' })
    await sandbox.settled()
    expect(receiver.deliveries).toHaveLength(1)
    const gone = await fetch(`${sandbox.url}/notification-settings/${webhookId}`, { method: 'DELETE', headers: { authorization: 'Bearer pdl_sdbx_apikey_test' } })
    expect(gone.status).toBe(204)
    expect((await call('GET', `/notification-settings/${webhookId}`)).status).toBe(404)
  })
})

describe('the driver’s API without a wire', () => {
  it('fails as the server does', async () => {
    const driver = createDriver()
    const ask = (path: string) => driver.fetch(`http://x.invalid${path}`)
    expect((await ask('/customers')).status).toBe(200)
    expect((await ask('/customers/ctm_01h00000000000000000000000')).status).toBe(404)
    driver.fault({ on: 'api', kind: 'error' })
    expect((await ask('/customers')).status).toBe(500)
    driver.fault({ on: 'api', kind: 'rate-limit', seconds: 7 })
    expect((await ask('/customers')).headers.get('retry-after')).toBe('7')
    driver.fault({ on: 'api', kind: 'lost' })
    await expect(driver.fetch('http://x.invalid/customers', { method: 'POST', body: '{"email":"a@example.com"}' })).rejects.toThrow('lost')
    expect((await (await ask('/customers')).json() as { data: object[] }).data).toHaveLength(1)
  })
})
