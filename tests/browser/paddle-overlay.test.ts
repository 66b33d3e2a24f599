import { chromium, type Browser, type BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signInAs } from '../support/people.ts'
import { chromiumPath, hasChromium } from '../support/machine.ts'
import { useSite } from '../support/site.ts'
import { learner, openShop, order, settle } from '../billing/shop.ts'

/** What Paddle's script leaves in a page, as far as ours uses it; it writes down what it was asked. */
const PADDLE = `
  window.asked = []
  window.Paddle = {
    Environment: { set: (name) => asked.push(['environment', name]) },
    Initialize: (options) => { window.tell = options.eventCallback; asked.push(['initialize', options.token]) },
    Checkout: { open: (options) => asked.push(['open', options.transactionId, options.settings.successUrl]) },
  }`

describe.skipIf(!hasChromium)('Paddle’s checkout over our payment page', { timeout: 60_000 }, () => {
  const site = useSite({ payments: true })
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  })
  afterAll(() => browser.close())

  async function begin(script: string | null) {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const made = await order(site, buyer, shop.price)
    site.services.payments.openCheckout = () => ({ kind: 'overlay', clientToken: 'test_token', environment: 'sandbox' })
    const context: BrowserContext = await browser.newContext({ baseURL: site.url })
    const [name = '', value = ''] = (await signInAs(site.database.db, buyer.person)).split('=')
    await context.addCookies([{ name, value, url: site.url }])
    const outside: string[] = []
    await context.route((url) => url.origin !== site.url, (route) => {
      outside.push(route.request().url())
      return script === null ? route.abort() : route.fulfill({ contentType: 'text/javascript', body: script })
    })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => message.type() === 'error' && /policy|refused/i.test(message.text()) && problems.push(message.text()))
    await page.goto(`/checkout/${made.orderId}`)
    return { page, context, problems, outside, buyer, ...made }
  }

  it('opens for the transaction that the server made, opens again by the button, and leads on when it is paid', async () => {
    const real = site.services.payments.openCheckout
    const { page, context, problems, outside, transactionId, orderId, buyer } = await begin(PADDLE)
    const asked = () => page.evaluate('window.asked') as Promise<unknown[]>
    const opened = ['open', transactionId, `http://localhost:3000/thank-you/${orderId}`]
    await page.waitForFunction('window.asked?.length === 3')
    expect(await asked()).toEqual([['environment', 'sandbox'], ['initialize', 'test_token'], opened])
    await page.getByRole('button', { name: 'Open the payment window' }).click()
    expect((await asked()).at(-1)).toEqual(opened)
    expect(outside).toEqual(['https://cdn.paddle.com/paddle/v2/paddle.js'])
    await expect(page.locator('[data-paddle-problem]').isHidden()).resolves.toBe(true)

    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await settle(site)
    await context.route('http://localhost:3000/**', (route) => route.fulfill({ status: 303, headers: { Location: route.request().url().replace('http://localhost:3000', site.url) } }))
    const went = page.waitForRequest((request) => request.url() === `http://localhost:3000/thank-you/${orderId}`)
    await page.evaluate(`window.tell({ name: 'checkout.completed' })`)
    await went
    expect(problems).toEqual([])
    await context.close()
    site.services.payments.openCheckout = real
  })

  it('says what to do when Paddle’s script is blocked', async () => {
    const real = site.services.payments.openCheckout
    const { page, context } = await begin(null)
    await page.getByText('The payment window did not load.').waitFor()
    expect(await page.locator('[data-paddle-problem]').textContent()).toContain('Nothing was charged')
    await context.close()
    site.services.payments.openCheckout = real
  })
})
