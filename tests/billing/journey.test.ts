import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { browser, useSite } from '../support/site.ts'
import { buy, CANARY, canOpen, learner, openShop, order, pay, refund, settle } from './shop.ts'

const site = useSite({ payments: true })

describe('buying a course', () => {
  it('leads from the course page over the payment to the open lesson, the receipt and the invoice; a refund closes it again', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)

    const course = await buyer.browser.get(shop.course.path)
    expect(course.text).toContain('$49')
    expect(course.text).toContain(`href="/checkout?price=${shop.price}"`)
    expect(await canOpen(buyer, shop)).toBe(false)

    const checkout = await buyer.browser.get(`/checkout?price=${shop.price}`)
    expect(checkout.status).toBe(200)
    for (const text of ['Course sql', '$49', 'Bought for lin@example.org', `value="${shop.price}"`]) expect(checkout.text).toContain(text)

    const { orderId, transactionId } = await order(site, buyer, shop.price)
    const thanks = `/thank-you/${orderId}`
    expect((await buyer.browser.get(thanks)).text).toContain('We are confirming your payment')
    expect(await canOpen(buyer, shop)).toBe(false)

    await pay(site, transactionId, buyer)
    expect(await canOpen(buyer, shop)).toBe(true)
    expect((await buyer.browser.get(thanks)).text).toContain(`href="${shop.course.path}"`)
    expect((await buyer.browser.get(`${thanks}/status`)).body).toEqual({ state: 'done' })
    expect((await buyer.browser.get(shop.course.path)).text).not.toContain('/checkout?price=')

    const [receipt, ...more] = await site.database.db.mail.findMany({ where: { template: 'receipt' } })
    expect(more).toEqual([])
    expect(receipt).toMatchObject({ recipient: 'lin@example.org', state: 'sent' })
    for (const part of [receipt?.html, receipt?.text]) {
      expect(part).toContain('$49')
      expect(part).toContain('Course sql')
      expect(part).toContain(`http://localhost:3000${shop.course.path}`)
      expect(part).toContain('SANDBOX-00001')
      expect(part).not.toContain(CANARY)
    }

    const purchases = await buyer.browser.get('/account/purchases')
    for (const text of ['Course sql', '$49', '1 order', `/account/purchases/${orderId}/invoice`]) expect(purchases.text).toContain(text)
    const invoice = await buyer.browser.get(`/account/purchases/${orderId}/invoice`)
    expect(invoice.status).toBe(303)
    const pdf = await request(invoice.headers.location ?? '').get('')
    expect([pdf.status, pdf.headers['content-type']]).toEqual([200, 'application/pdf'])

    await buyer.browser.post(`/documents/${shop.lesson.id}/completion`, { wanted: 'on' })
    const adjustment = await refund(site, transactionId)
    await settle(site)
    expect(await canOpen(buyer, shop), 'it is not decided yet').toBe(true)
    site.sandbox.approveRefund(adjustment.adjustmentId)
    await settle(site)

    expect(await canOpen(buyer, shop)).toBe(false)
    expect((await buyer.browser.get(shop.course.path)).text).toContain('/checkout?price=')
    expect(await site.database.db.completion.count(), 'progress is kept').toBe(1)
    expect((await buyer.browser.get('/account/purchases')).text).toContain('Refunded')
    expect((await buyer.browser.get(thanks)).headers.location).toBe('/account/purchases')
    const refunds = await site.database.db.mail.findMany({ where: { template: 'refund' } })
    expect(refunds).toHaveLength(1)
    for (const part of [refunds[0]?.html, refunds[0]?.text]) for (const text of ['$49', 'Course sql', 'progress is kept']) expect(part).toContain(text)

    const again = await buy(site, buyer, shop.price)
    expect(again.orderId).not.toBe(orderId)
    expect(await canOpen(buyer, shop), 'she may buy it again').toBe(true)
    expect(await site.database.db.mail.count({ where: { template: 'receipt' } })).toBe(2)
  })

  it('works through the pages of the sandbox alone, as a person goes', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { orderId, transactionId } = await order(site, buyer, shop.price)
    const page = await buyer.browser.get(`/dev/payments/checkout/${transactionId}?success_url=${encodeURIComponent(`${site.url}/thank-you/${orderId}`)}`)
    expect(page.text).toContain('lin@example.org')
    const declined = await buyer.browser.post(`/dev/payments/actions/checkouts/${transactionId}`, { email: 'lin@example.org', country: 'DE', do: 'decline' })
    expect(declined.text).toContain('The card was declined')
    const paid = await buyer.browser.post(`/dev/payments/actions/checkouts/${transactionId}`, { email: 'lin@example.org', country: 'DE', do: 'pay', success_url: `${site.url}/thank-you/${orderId}` })
    expect(paid.headers.location).toBe(`${site.url}/thank-you/${orderId}`)
    await settle(site)
    expect(await canOpen(buyer, shop)).toBe(true)
  })

  it.each([
    ['yen have no cents', { amount: 5000n, currency: 'JPY' }, '¥5,000'],
    ['cents are shown', { amount: 4950n, currency: 'EUR' }, '€49.50'],
  ])('%s', async (_name, price, shown) => {
    const shop = await openShop(site, price)
    const buyer = await learner(site)
    for (const path of [shop.course.path, '/courses/', '/pricing', `/checkout?price=${shop.price}`]) expect((await buyer.browser.get(path)).text, path).toContain(shown)
    const { transactionId } = await buy(site, buyer, shop.price)
    expect((await buyer.browser.get('/account/purchases')).text).toContain(shown)
    const { adjustmentId } = await refund(site, transactionId)
    site.sandbox.approveRefund(adjustmentId)
    await settle(site)
    for (const mail of await site.database.db.mail.findMany()) expect(mail.text).toContain(shown)
  })

  it('sends a guest to sign in and back to the order', async () => {
    const shop = await openShop(site)
    const address = `/checkout?price=${shop.price}`
    const next = `/sign-in?next=${encodeURIComponent(address)}`
    expect((await browser(site).get(address)).headers.location).toBe(next)
    const post = await browser(site).post('/checkout', { price: shop.price }, { Referer: `${site.url}${address}` })
    expect([post.status, post.headers.location]).toEqual([303, next])
    expect(await site.database.db.order.count()).toBe(0)
  })
})
