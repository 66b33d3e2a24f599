import { afterEach, describe, expect, it } from 'vitest'
import { saveProduct } from '../../src/billing/save-product.ts'
import { startCheckout } from '../../src/billing/start-checkout.ts'
import { findSale } from '../../src/billing/queries.ts'
import { syncProduct } from '../../src/billing/sync-product.ts'
import { mallory } from '../support/people.ts'
import { browser, browserOf, useSite } from '../support/site.ts'
import { sell, writeCourse } from '../support/content.ts'
import { buy, canOpen, learner, openShop, order, pay, settle } from './shop.ts'

const site = useSite({ payments: true, expectErrors: true })
const db = () => site.database.db

afterEach(() => {
  site.sandbox.clearFaults()
  site.sandbox.sendWebhooksTo(`${site.url}/webhooks/paddle`)
})

const made = async () => (await site.services.payments.listTransactions({ createdSince: new Date(Date.now() - 60_000) })).filter((one) => one.state === 'draft' || one.state === 'ready')
const madeBefore = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const before = (await made()).length
  const result = await work()
  return [result, (await made()).length - before]
}

describe('one purchase', () => {
  it('comes of fifty clicks at once: one order, one transaction at Paddle', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const [answers, transactions] = await madeBefore(() => Promise.all(Array.from({ length: 50 }, () => buyer.browser.post('/checkout', { price: shop.price }))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1)
    expect(transactions).toBe(1)
    expect(await db().order.count()).toBe(1)
    expect(await db().orderItem.count()).toBe(1)
    expect(await db().customer.count()).toBe(1)

    // Once more with the order already there, so that all fifty find it in the same moment.
    await db().order.updateMany({ data: { providerTransactionId: null, checkoutTriedAt: null } })
    const [again, one] = await madeBefore(() => Promise.all(Array.from({ length: 50 }, () => buyer.browser.post('/checkout', { price: shop.price }))))
    expect(new Set(again.map(({ headers }) => headers.location)).size).toBe(1)
    expect(one).toBe(1)
  })

  it('is found again in a second tab, and yesterday’s a minute after midnight', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const first = await order(site, buyer, shop.price)
    expect(await order(site, { browser: await browserOf(site, buyer.person) }, shop.price)).toEqual(first)
    const key = (await db().order.findFirstOrThrow()).checkoutKey ?? ''
    await db().order.updateMany({ data: { checkoutKey: key.replace(/\d{4}-\d\d-\d\d$/, '2020-01-01') } })
    expect(await order(site, buyer, shop.price)).toEqual(first)
    await db().order.updateMany({ data: { createdAt: new Date(Date.now() - 25 * 3_600_000) } })
    expect((await order(site, buyer, shop.price)).orderId).not.toBe(first.orderId)
  })

  it('is not begun again by whoever has paid and waits', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId, orderId } = await order(site, buyer, shop.price)
    await settle(site)
    site.sandbox.sendWebhooksTo(null)
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await site.sandbox.settled()
    const again = await buyer.browser.post('/checkout', { price: shop.price })
    expect(again.headers.location, 'no webhook came; we asked').toBe(`/thank-you/${orderId}`)
    await db().order.update({ where: { id: orderId }, data: { state: 'paid', checkoutKey: `${buyer.person.id}:${shop.price}:2026-01-01` } })
    await db().entitlement.deleteMany()
    expect((await buyer.browser.post('/checkout', { price: shop.price })).headers.location).toBe(`/thank-you/${orderId}`)
    expect((await buyer.browser.get(`/checkout/${orderId}`)).headers.location).toBe(`/thank-you/${orderId}`)
    expect(await db().order.count()).toBe(1)
  })

  it('is refused to its owner with a kind word', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    await buy(site, buyer, shop.price)
    for (const ask of [() => buyer.browser.get(`/checkout?price=${shop.price}`), () => buyer.browser.post('/checkout', { price: shop.price })]) {
      const answer = await ask()
      expect([answer.status, answer.headers.location]).toEqual([303, shop.course.path])
      expect((await buyer.browser.get(shop.course.path)).text).toContain('This is yours already.')
    }
    expect(await db().order.count()).toBe(1)
    expect((await buyer.browser.get('/pricing')).text).toContain('Yours')
    expect((await browser(site).get('/pricing')).text).not.toContain('Yours<')
  })
})

describe('while Paddle is not itself', () => {
  it.each([
    ['has a fault', { on: 'api', kind: 'error', times: 100 }],
    ['asks us to wait', { on: 'api', kind: 'rate-limit', seconds: 20, times: 100 }],
    ['answers with a page of its proxy', { on: 'api', kind: 'html', times: 100 }],
    ['breaks the line', { on: 'api', kind: 'lost', times: 100 }],
  ] as const)('and %s, buying says so calmly, charges nothing, and works at the next click', async (_name, fault) => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    site.sandbox.fault(fault)
    const answer = await buyer.browser.post('/checkout', { price: shop.price })
    expect(answer.status).toBe(503)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect(answer.text).toContain('Nothing was charged')
    expect(answer.text).not.toMatch(/stack|UnknownOutcome|paddle-node/i)
    site.sandbox.clearFaults()
    const [{ transactionId }, transactions] = await madeBefore(() => order(site, buyer, shop.price))
    expect(transactions).toBeLessThan(2)
    await pay(site, transactionId, buyer)
    expect(await canOpen(buyer, shop)).toBe(true)
    expect(await db().order.count()).toBe(1)
  })

  it('a lost answer leaves one transaction, which the next click finds', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const [, transactions] = await madeBefore(async () => {
      site.sandbox.fault({ on: 'api', kind: 'lost', method: 'POST', match: '/transactions' }, { on: 'api', kind: 'error', method: 'GET', match: '/transactions', times: 3 })
      expect((await buyer.browser.post('/checkout', { price: shop.price })).status).toBe(503)
      site.sandbox.clearFaults()
      await order(site, buyer, shop.price)
    })
    expect(transactions).toBe(1)
  })

  it('a price that Paddle refuses is our fault: calm for the buyer, loud in the log', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    await db().price.update({ where: { id: shop.price }, data: { providerPriceId: 'pri_01hv8xxw3etar07vaxsqbyqasy' } })
    const answer = await buyer.browser.post('/checkout', { price: shop.price })
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('Nothing was charged')
    expect(site.lines.some(({ level, msg }) => level === 50 && msg === 'a checkout could not be made')).toBe(true)
  })
})

describe('after paying', () => {
  it('the thank-you page asks Paddle itself when no webhook comes', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId, orderId } = await order(site, buyer, shop.price)
    await site.sandbox.settled()
    site.sandbox.sendWebhooksTo(null)
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await site.sandbox.settled()
    expect((await buyer.browser.get(`/thank-you/${orderId}`)).text).toContain('Thank you. It is yours.')
    expect(await canOpen(buyer, shop)).toBe(true)
    await site.work()
    expect(await db().mail.count({ where: { template: 'receipt', state: 'sent' } })).toBe(1)
  })

  it('it keeps waiting while Paddle is away, and asks it once in a while only', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { orderId } = await order(site, buyer, shop.price)
    site.sandbox.fault({ on: 'api', kind: 'error', times: 1_000 })
    const page = await buyer.browser.get(`/thank-you/${orderId}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain(`data-poll="/thank-you/${orderId}/status"`)
    let asked = 0
    const { payments } = site.services
    const find = payments.findTransaction
    payments.findTransaction = (id) => ((asked += 1), find(id))
    for (let poll = 0; poll < 5; poll++) expect((await buyer.browser.get(`/thank-you/${orderId}/status`)).body).toEqual({ state: 'confirming' })
    payments.findTransaction = find
    expect(asked).toBeLessThan(2)
    expect(await db().entitlement.count()).toBe(0)
  })
})

describe('nobody', () => {
  it('sees another’s order, thank-you page, its state or invoice', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { orderId } = await buy(site, buyer, shop.price)
    const stranger = await browserOf(site, await mallory(db()))
    const paths = [`/checkout/${orderId}`, `/thank-you/${orderId}`, `/thank-you/${orderId}/status`, `/account/purchases/${orderId}/invoice`]
    for (const path of paths) {
      expect((await stranger.get(path)).status, path).toBe(404)
      const guest = await browser(site).get(path)
      expect([guest.status, guest.headers.location], path).toEqual([303, `/sign-in?next=${encodeURIComponent(path)}`])
    }
    expect((await stranger.get('/account/purchases')).text).toContain('Nothing bought yet')
  })

  it('gets anywhere with nonsense', async () => {
    const { browser: reader } = await learner(site)
    const uuid = '019aa000-0000-7000-8000-000000000000'
    for (const id of ['nonsense', uuid, "1'--"]) {
      for (const path of [`/checkout/${encodeURIComponent(id)}`, `/thank-you/${encodeURIComponent(id)}`, `/thank-you/${encodeURIComponent(id)}/status`, `/account/purchases/${encodeURIComponent(id)}/invoice`]) expect((await reader.get(path)).status, path).toBe(404)
    }
    for (const query of ['', '?price=', '?price=nonsense', `?price=${uuid}`, '?price=%00']) expect((await reader.get(`/checkout${query}`)).headers.location, query).toBe('/pricing')
    expect((await reader.post('/checkout', { price: 'nonsense' })).status).toBe(422)
    expect((await reader.post('/checkout', { price: [uuid, uuid] })).status).toBe(422)
    expect((await reader.post('/checkout', {})).status).toBe(422)
    expect((await reader.post('/checkout', { price: uuid })).headers.location).toBe('/pricing')
    expect((await reader.post('/checkout', { price: uuid }, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect(await db().order.count()).toBe(0)
  })

  it('buys what is archived, has a new price, opens nothing or is no longer published', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const offered = async () => (await findSale(site.database.sql, shop.price, buyer.person.id)) !== null
    expect(await offered()).toBe(true)
    await db().document.update({ where: { id: shop.course.id }, data: { state: 'draft' } })
    expect(await offered()).toBe(false)
    await db().document.update({ where: { id: shop.course.id }, data: { state: 'published' } })
    await saveProduct(site.services, { slug: 'sql', name: 'Course sql', documentIds: [shop.course.id], prices: [{ amount: 5900n, currency: 'USD' }] })
    expect(await offered()).toBe(false)
    const answer = await buyer.browser.post('/checkout', { price: shop.price })
    expect(answer.headers.location).toBe('/pricing')
    expect((await buyer.browser.get('/pricing')).text).toContain('That offer is not there any more')
    await db().productGrant.deleteMany()
    const [active] = await db().price.findMany({ where: { active: true } })
    expect(await findSale(site.database.sql, active?.id ?? '', buyer.person.id)).toBeNull()
  })
})

describe('the purchases', () => {
  it('are listed with their states, twenty to a page, newest first', async () => {
    const shop = await openShop(site)
    const { person, browser: reader } = await learner(site)
    for (let number = 1; number <= 21; number++) {
      await db().order.create({ data: { accountId: person.id, state: 'completed', total: BigInt(number * 100), currency: 'USD', createdAt: new Date(Date.UTC(2026, 0, number)), completedAt: new Date(Date.UTC(2026, 0, number)), items: { create: [{ priceId: shop.price }] } } })
    }
    await db().order.create({ data: { accountId: person.id, state: 'open', total: 777_700n, currency: 'USD', items: { create: [{ priceId: shop.price }] } } })
    const first = await reader.get('/account/purchases')
    expect(first.text).toContain('21 orders')
    expect([first.text.includes('$21<'), first.text.includes('$1<'), first.text.includes('$7,777')]).toEqual([true, false, false])
    expect((await reader.get('/account/purchases?page=2')).text).toContain('$1<')
    expect((await reader.get('/account/purchases?page=3')).status).toBe(404)
    expect((await reader.get('/account/purchases?page=x')).status).toBe(200)
  })
})

describe('products', () => {
  it('change the pages that show their prices, also those that were kept', async () => {
    const shop = await openShop(site)
    const pages = [shop.course.path, shop.lesson.path, '/courses/', '/pricing']
    const shows = async (text: string) => Promise.all(pages.map(async (path) => (await browser(site).get(path)).text.includes(text)))
    expect(await shows('$49')).toEqual([true, true, true, true])
    expect(await shows('$49'), 'and from the cache').toEqual([true, true, true, true])
    await saveProduct(site.services, { slug: 'sql', name: 'Course sql', documentIds: [shop.course.id], prices: [{ amount: 3900n, currency: 'USD' }] })
    await eventually(async () => expect(await shows('$39')).toEqual([true, true, true, true]))
    expect(await shows('$49')).toEqual([false, false, false, false])
  })

  it('are saved twice as well as once, and a price that comes back is the same price', async () => {
    const shop = await openShop(site)
    const input = { slug: 'sql', name: 'Course sql', documentIds: [shop.course.id, shop.course.id, null], prices: [{ amount: 4900n, currency: 'USD' }, { amount: 900n, currency: 'EUR', interval: 'month' as const }] }
    for (let round = 0; round < 2; round++) expect(await saveProduct(site.services, input)).toEqual({ productId: shop.productId })
    await saveProduct(site.services, { ...input, prices: [] })
    await saveProduct(site.services, input)
    expect(await db().price.count()).toBe(2)
    expect(await db().price.findUniqueOrThrow({ where: { id: shop.price } })).toMatchObject({ active: true })
    expect(await db().productGrant.count()).toBe(2)
    for (const bad of [{ prices: [{ amount: 0n, currency: 'USD' }] }, { prices: [{ amount: 1n, currency: 'usd' }] }, { documentIds: [] }, { slug: 'Not A Slug' }]) await expect(saveProduct(site.services, { ...input, ...bad })).rejects.toThrow()
  })

  it('are at Paddle once, however many sell them first', async () => {
    const course = await writeCourse(site.services, { slug: 'new', access: 'paid', sections: [] })
    const price = await sell(site.services, course.id)
    const { productId } = await db().price.findUniqueOrThrow({ where: { id: price } })
    await Promise.all([syncProduct(site.services, productId), syncProduct(site.services, productId)])
    const buyer = await learner(site)
    const stranger = await browserOf(site, await mallory(db()))
    const answers = await Promise.all([buyer.browser.post('/checkout', { price }), stranger.post('/checkout', { price })])
    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    const product = await db().product.findUniqueOrThrow({ where: { id: productId }, include: { prices: true } })
    expect(product).toMatchObject({ providerProductId: expect.stringMatching(/^pro_/) as string, syncedAt: expect.any(Date) as Date, prices: [{ providerPriceId: expect.stringMatching(/^pri_/) as string }] })
  })

  it('that were never told to Paddle are told at the first sale', async () => {
    const course = await writeCourse(site.services, { slug: 'new', access: 'paid', sections: [] })
    const price = await sell(site.services, course.id)
    const buyer = await learner(site)
    const { orderId } = await order(site, buyer, price)
    expect(orderId).toMatch(/^[\da-f-]{36}$/)
  })

  it('owe Paddle another word when they change while it is told', async () => {
    const shop = await openShop(site)
    const { payments } = site.services
    const input = { slug: 'sql', documentIds: [shop.course.id], prices: [{ amount: 4900n, currency: 'USD' }] }
    const slow = { ...payments, saveProduct: async (product: Parameters<typeof payments.saveProduct>[0]) => {
      const answer = await payments.saveProduct(product)
      await saveProduct(site.services, { ...input, name: 'Renamed meanwhile' })
      return answer
    } }
    await saveProduct(site.services, { ...input, name: 'Renamed' })
    await syncProduct({ ...site.services, payments: slow }, shop.productId)
    expect(await db().product.findUniqueOrThrow({ where: { id: shop.productId } })).toMatchObject({ name: 'Renamed meanwhile', syncedAt: null })
    await site.work()
    expect((await db().product.findUniqueOrThrow({ where: { id: shop.productId } })).syncedAt).not.toBeNull()
  })
})

describe('the payment page of Paddle’s own checkout', () => {
  it('lets Paddle’s script and frames in, on this page only, and carries the transaction', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { orderId, transactionId } = await order(site, buyer, shop.price)
    const { payments } = site.services
    const real = payments.openCheckout
    payments.openCheckout = () => ({ kind: 'overlay', clientToken: 'test_token', environment: 'sandbox' })
    try {
      expect((await buyer.browser.post('/checkout', { price: shop.price })).headers.location).toBe(`/checkout/${orderId}`)
      const page = await buyer.browser.get(`/checkout/${orderId}`)
      for (const text of [`data-transaction="${transactionId}"`, 'data-token="test_token"', 'data-environment="sandbox"', `data-success="http://localhost:3000/thank-you/${orderId}"`]) expect(page.text).toContain(text)
      const policy = String(page.headers['content-security-policy'])
      expect(policy).toContain('script-src \'self\' https://cdn.paddle.com')
      expect(policy).toContain('https://sandbox-buy.paddle.com')
      expect(policy).not.toMatch(/script-src[^;]*unsafe/)
      expect(page.headers['cross-origin-opener-policy']).toBe('same-origin-allow-popups')
      expect(page.headers['cache-control']).toContain('no-store')
      const other = await buyer.browser.get(`/checkout?price=${shop.price}`)
      expect(String(other.headers['content-security-policy'])).not.toContain('paddle')
    } finally {
      payments.openCheckout = real
    }
  })
})

it('a checkout that was begun before payments were changed still says where it leads', async () => {
  const shop = await openShop(site)
  const buyer = await learner(site)
  const waiting = await db().order.create({ data: { accountId: buyer.person.id, items: { create: [{ priceId: shop.price }] } } })
  for (const path of [`/checkout/${waiting.id}`, `/thank-you/${waiting.id}`]) expect((await buyer.browser.get(path)).headers.location).toBe(`/checkout?price=${shop.price}`)
  const sale = await findSale(site.database.sql, shop.price, buyer.person.id)
  if (sale === null) throw new Error('It is on sale.')
  const viewer = { id: buyer.person.id, name: 'Lin', email: buyer.person.email, role: 'member' as const, verified: true, sessionId: '' }
  const started = await startCheckout(site.services, sale, viewer)
  expect(started).toMatchObject({ isNew: true, door: { kind: 'page' } })
})

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      return await check()
    } catch (error) {
      if (round > 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
