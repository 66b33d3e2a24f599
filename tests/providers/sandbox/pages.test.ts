import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sandboxPages } from '../../../src/providers/sandbox/proxy-pages.ts'
import { API_KEY, back, fillShop, lin, openShop, order, startReceiver } from './shop.ts'

const visit = async (url: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
  const response = await fetch(url, {
    redirect: 'manual', headers, ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  })
  return { status: response.status, to: response.headers.get('location'), csp: response.headers.get('content-security-policy') ?? '', text: await response.text() }
}

async function openCheckout(options: Parameters<typeof openShop>[0] = {}) {
  const shop = await openShop(options)
  const prices = await fillShop(shop)
  const { transactionId, door } = await shop.payments.createCheckout(order(prices.coursePrice))
  if (door.kind !== 'page') throw new Error('The stand-in has a page.')
  const action = `${shop.sandbox.url}/actions/checkouts/${transactionId}`
  const form = { email: lin.email, country: lin.country, success_url: back.successUrl, close_url: back.closeUrl }
  return { ...shop, ...prices, transactionId, url: door.url, action, form }
}

describe('the checkout page', () => {
  it('shows what is bought, says that it is a sandbox, and runs nothing', async () => {
    const { url } = await openCheckout()
    const page = await visit(url)
    expect(page.status).toBe(200)
    for (const words of ['Sandbox.', 'SQL', '€49.00', 'Pay (test)', 'Decline', 'Close', 'Germany']) expect(page.text).toContain(words)
    expect(page.text).not.toMatch(/<script|style=|\son[a-z]+=/i)
    expect(page.csp).toBe("default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:9; frame-ancestors 'none'; base-uri 'none'")
  })

  it('is paid and leads back to the shop', async () => {
    const { action, form, payments, transactionId, url } = await openCheckout()
    expect(await visit(action, { ...form, do: 'pay' })).toMatchObject({ status: 303, to: back.successUrl })
    expect(await payments.findTransaction(transactionId)).toMatchObject({ state: 'completed', countryCode: 'DE' })
    expect((await visit(url)).text).toContain('This is paid.')
    const again = await visit(action, { ...form, do: 'pay' })
    expect(again.status).toBe(400)
    expect(again.text).toContain('cannot be changed')
  })

  it('shows the price of a country before it is paid, and keeps what was typed when something is wrong', async () => {
    const { action, form, sandbox } = await openCheckout()
    const updated = await visit(action, { ...form, country: 'IN', do: 'update' })
    expect(updated.status).toBe(303)
    const page = await visit(sandbox.url + (updated.to ?? ''))
    expect(page.text).toContain('€19.00')
    expect(page.text).toContain('<option value="IN" selected>')
    expect(page.text).toContain('readonly')

    const wrong = await visit(action, { ...form, country: 'Mars', do: 'pay' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('Please choose a country.')
    expect(wrong.text).toContain(`value="${lin.email}"`)
  })

  it('takes a discount code, a quantity and a company, which the invoice names', async () => {
    const { action, form, call, sandbox, payments, transactionId } = await openCheckout()
    await call('POST', '/discounts', { description: 'Spring', type: 'percentage', amount: '10', code: 'SPRING' })
    const wrong = await visit(action, { ...form, discount_code: 'WINTER', quantity: '2', company: 'Lin & Söhne', do: 'update' })
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('Cannot find provided discount code/id')])
    expect(wrong.text).toContain('value="WINTER"')
    const full = { ...form, discount_code: 'spring', quantity: '2', company: 'Lin & Söhne', tax_number: 'DE 123', name: 'Lin', postal_code: '10115' }
    const updated = await visit(action, { ...full, do: 'update' })
    const page = (await visit(sandbox.url + (updated.to ?? ''))).text
    for (const words of ['€88.20', 'Discount (before tax)', 'value="Lin &#38; Söhne"', 'value="DE 123"', '<details open>']) expect(page).toContain(words)
    expect((await visit(action, { ...full, quantity: '11', do: 'pay' })).status).toBe(400)
    expect((await visit(action, { ...full, quantity: '1.5', do: 'pay' })).status).toBe(422)
    expect((await visit(action, { ...full, postal_code: '10117', do: 'pay' })).status).toBe(303)
    expect(sandbox.events().map(({ event_type }) => event_type)).toEqual(expect.arrayContaining(['customer.updated', 'address.updated', 'business.created']))
    const invoice = Buffer.from(await (await fetch(await payments.findInvoiceLink(transactionId) ?? '')).arrayBuffer()).toString('latin1')
    for (const words of ['Lin & Söhne', 'Tax number: DE 123', 'Address: 10117, DE', 'Customer: Lin, lin@example.com', 'Discount: -', 'Tax 19 %']) expect(invoice).toContain(words)
  })

  it('can be declined and closed', async () => {
    const { action, form, payments, transactionId } = await openCheckout()
    expect((await visit(action, { ...form, do: 'decline' })).text).toContain('The card was declined.')
    expect(await visit(action, { ...form, email: '', do: 'close' })).toMatchObject({ status: 303, to: back.closeUrl })
    expect(await payments.findTransaction(transactionId)).toMatchObject({ state: 'ready' })
  })

  it('leads nobody to a stranger’s site, and takes no form from one', async () => {
    const { action, form, url, payments, transactionId } = await openCheckout()
    const evil = 'https://evil.example/'
    expect((await visit(url.replace(/success_url=[^&]+/, `success_url=${encodeURIComponent(evil)}`))).text).not.toContain('evil')
    expect((await visit(action, { ...form, close_url: evil, do: 'close' })).to).toBe('/')
    expect((await visit(action, { ...form, success_url: 'javascript:alert(1)', do: 'update' })).status).toBe(303)
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: evil }, { origin: 'null' }]) {
      expect((await visit(action, { ...form, do: 'pay' }, headers as Record<string, string>)).status).toBe(403)
    }
    expect(await payments.findTransaction(transactionId)).toMatchObject({ state: 'ready' })
    expect((await visit(action, { ...form, success_url: evil, do: 'pay' })).to).toBe(`/checkout/${transactionId}`)
  })

  it('prints names as text', async () => {
    const shop = await openShop()
    const { productId } = await shop.payments.saveProduct({ reference: 'x', productId: null, name: '<b>"R&D\'</b>', description: null, imageUrl: null, active: true })
    const { call } = shop
    const price = (await call('POST', '/prices', { description: 'd', product_id: productId, unit_price: { amount: '100', currency_code: 'USD' } })).json.data as { id: string }
    const { door } = await shop.payments.createCheckout(order(price.id))
    const { text } = await visit(door.kind === 'page' ? door.url : '')
    expect(text).toContain('&#60;b&#62;&#34;R&#38;D&#39;&#60;/b&#62;')
  })
})

describe('the overview', () => {
  it('lists what there is and has the buttons that Paddle’s people have', async () => {
    const receiver = await startReceiver()
    const { sandbox, action, form, payments, transactionId } = await openCheckout({ webhookUrl: receiver.url })
    await visit(action, { ...form, do: 'pay' })
    const refund = await payments.refund({ reference: 'r1', transactionId, reason: 'asked', lines: 'all' })
    await sandbox.settled()
    const page = await visit(`${sandbox.url}/`)
    for (const words of [transactionId, 'completed', 'lin@example.com', 'pending_approval', 'Approve refund', 'Reject refund', 'Deliver again', 'transaction.completed']) expect(page.text).toContain(words)

    const before = receiver.deliveries.length
    const notification = receiver.deliveries[0]?.event.notification_id ?? ''
    expect((await visit(`${sandbox.url}/actions/notifications/${notification}/delivery`, {})).status).toBe(303)
    await sandbox.settled()
    expect(receiver.deliveries).toHaveLength(before + 1)
    expect(receiver.deliveries.at(-1)?.event.event_id).toBe(receiver.deliveries[0]?.event.event_id)

    expect((await visit(`${sandbox.url}/actions/refunds/${refund.adjustmentId}/approval`, {})).status).toBe(303)
    expect(await payments.listAdjustments(transactionId)).toMatchObject([{ state: 'approved' }])
    expect((await visit(`${sandbox.url}/actions/transactions/${transactionId}/refund`, {})).status).toBe(400)
    expect((await visit(`${sandbox.url}/actions/refunds/adj_01h00000000000000000000000/approval`, {})).status).toBe(404)
    expect((await visit(`${sandbox.url}/actions/everything/x/now`, {})).status).toBe(404)
  })

  it('asks for a refund, once, and hands it to whoever approves', async () => {
    const { sandbox, action, form, payments, transactionId } = await openCheckout()
    await visit(action, { ...form, do: 'pay' })
    expect((await visit(`${sandbox.url}/`)).text).toContain(`/actions/transactions/${transactionId}/refund`)
    const ask = () => visit(`${sandbox.url}/actions/transactions/${transactionId}/refund`, {})
    expect((await ask()).status).toBe(303)
    expect((await ask()).status).toBe(400)
    expect(await payments.listAdjustments(transactionId)).toMatchObject([{ state: 'pending' }])
  })

  it('lets a customer cancel in the portal, by a link that ends', async () => {
    let now = Date.now()
    const shop = await openShop({ clock: { now: () => new Date(now) } })
    const { monthPrice } = await fillShop(shop)
    const { transactionId } = await shop.payments.createCheckout(order(monthPrice))
    shop.sandbox.pay(transactionId, lin)
    const { customerId, subscriptionId } = await shop.payments.findTransaction(transactionId)
    const link = await shop.payments.createPortalLink(customerId ?? '', [subscriptionId ?? ''])
    const page = await visit(link)
    const action = /action="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&#38;', '&') ?? ''
    expect((await visit(shop.sandbox.url + action, {})).status).toBe(303)
    expect(await shop.payments.findSubscription(subscriptionId ?? '')).toMatchObject({ scheduledChange: { action: 'cancel' } })
    expect((await visit(shop.sandbox.url + action.replace(/token=.../, 'token=000'), {})).status).toBe(404)
    now += 3_601_000
    expect((await visit(link)).status).toBe(404)
  })
})

describe('time and cards', () => {
  it('have buttons: the clock moves, the card fails and works again, the customer gives a new one or stays', async () => {
    const shop = await openShop()
    const { sandbox, payments } = shop
    const { monthPrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(monthPrice))
    const { customer_id: customer, subscription_id: id } = sandbox.pay(transactionId, lin) as { customer_id: string; subscription_id: string }
    const press = async (path: string, form: Record<string, string> = {}) => expect((await visit(`${sandbox.url}/actions/${path}`, form)).status, path).toBe(303)
    const state = async () => (await payments.findSubscription(id)).state

    expect((await visit(`${sandbox.url}/`)).text).toContain('Card fails from now on')
    await press(`cards/${customer}/failure`)
    expect((await visit(`${sandbox.url}/`)).text).toContain('Card works again')
    await press('clock/advance', { days: '32' })
    expect(await state()).toBe('past-due')
    const link = new URL(await payments.createPortalLink(customer))
    const portal = (await visit(link.href)).text
    expect(portal).toContain('Use a new card (test)')
    const invoice = /href="([^"]+invoices[^"]+)"/.exec(portal)?.[1]?.replaceAll('&#38;', '&') ?? ''
    expect((await fetch(invoice)).headers.get('content-type')).toBe('application/pdf')
    await press(`portal/${customer}/card${link.search}`)
    expect(await state()).toBe('active')

    await payments.cancelSubscription(id, 'period-end')
    expect((await visit(link.href)).text).toContain('Do not cancel')
    await press(`portal/${customer}/${id}/continuation${link.search}`)
    expect(await payments.findSubscription(id)).toMatchObject({ scheduledChange: null })
    await press(`transactions/${transactionId}/chargeback`, { action: 'chargeback' })
    expect((await payments.findTransaction(transactionId)).remaining?.total).toBe(0n)
    expect((await visit(`${sandbox.url}/actions/portal/${customer}/card`, {})).status).toBe(404)
    expect((await visit(`${sandbox.url}/actions/clock/advance`, { days: '-1' })).status).toBe(400)
    const shown = (await shop.call('GET', `/subscriptions/${id}`)).json.data as { management_urls: { cancel: string } }
    expect((await visit(shown.management_urls.cancel)).status).toBe(200)
  })
})

describe('mounted in another server', () => {
  it('shows the pages under its own path and keeps the API out of reach', async () => {
    const shop = await openShop()
    const pages = sandboxPages(shop.sandbox.url, '/dev/payments')
    const server = createServer((req, res) => {
      if (!req.url?.startsWith('/dev/payments')) return void res.writeHead(404).end()
      req.url = req.url.slice('/dev/payments'.length) || '/'
      pages(req, res)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { coursePrice } = await fillShop(shop)
    const { transactionId } = await shop.payments.createCheckout(order(coursePrice))

    const page = await visit(`${origin}/dev/payments/checkout/${transactionId}`)
    expect(page.text).toContain('href="/dev/payments/sandbox.css"')
    expect((await visit(`${origin}/dev/payments/sandbox.css`)).status).toBe(200)
    const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? ''
    const paid = await visit(origin + action, { ...lin, do: 'pay' }, { origin })
    expect(paid).toMatchObject({ status: 303, to: `/dev/payments/checkout/${transactionId}` })

    const authorization = { authorization: `Bearer ${API_KEY}` }
    expect((await visit(`${origin}/dev/payments/transactions`, undefined, authorization)).status).toBe(401)
    expect((await visit(`${origin}/dev/payments/sandbox/faults`, {}, authorization)).status).toBe(401)
    await shop.stop()
    expect((await visit(`${origin}/dev/payments/`)).status).toBe(502)
  })
})

describe('the switches', () => {
  it('work over HTTP with the key, and say what is wrong with them', async () => {
    const shop = await openShop()
    const { call, payments } = shop
    const { coursePrice } = await fillShop(shop)
    const { transactionId } = await payments.createCheckout(order(coursePrice))
    expect((await call('POST', '/sandbox/faults', [{ on: 'api', kind: 'html', match: '/events', times: 2 }])).json.data).toEqual([{ on: 'api', kind: 'html', match: '/events', times: 2 }])
    expect((await call('POST', '/sandbox/faults', { clear: true })).json.data).toEqual([])
    expect((await call('POST', '/sandbox/faults', [{ on: 'moon', kind: 'full' }])).status).toBe(400)
    expect((await call('POST', `/sandbox/transactions/${transactionId}/payment`, lin)).json.data).toMatchObject({ status: 'completed' })
    const refund = await payments.refund({ reference: 'r', transactionId, reason: 'r', lines: 'all' })
    expect((await call('POST', `/sandbox/adjustments/${refund.adjustmentId}/approval`)).json.data).toMatchObject({ status: 'approved' })
    const { now } = (await call('POST', '/sandbox/clock', { advance_seconds: 86_400 })).json.data as { now: string }
    expect(Date.parse(now)).toBeGreaterThan(Date.now() + 86_000_000)
    expect((await call('POST', '/sandbox/clock', { advance_seconds: -1 })).status).toBe(400)
    const { customerId } = await payments.findTransaction(transactionId)
    expect((await call('POST', `/sandbox/customers/${customerId ?? ''}/card`, { works: false })).json.data).toEqual({ works: false })
    expect((await call('POST', `/sandbox/customers/${customerId ?? ''}/card`, { works: true, retry: true })).status).toBe(200)
    expect((await call('POST', '/sandbox/faults', [{ on: 'webhook', kind: 'drop', from: '2026-01-01T00:00:00Z' }, { on: 'api', kind: 'stale', ms: 1000 }])).status).toBe(200)
    expect((await call('POST', '/sandbox/nonsense', {})).status).toBe(404)
    expect((await call('POST', '/sandbox/clock', { advance_seconds: 1 }, null)).status).toBe(401)
  })
})
