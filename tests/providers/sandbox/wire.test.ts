import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, it } from 'vitest'
import { API_KEY, fillShop, lin, openShop, startReceiver, type Shop } from './shop.ts'

/** Trimmed from Paddle's OpenAPI document. There almost nothing is required; here every documented field is, apart from these. */
const OPTIONAL = new Set([
  'address', 'adjustments', 'adjustments_totals', 'business', 'customer', 'discount', 'available_payment_methods', 'product', 'prices',
  'next_transaction', 'recurring_transaction_details', 'errors', 'paypal', 'subscriptions', 'notification_id', 'proration',
  'external_id', 'imported_from', 'transaction_id', 'pagination', 'times_used', 'immediate_transaction', 'update_summary',
])

interface Schema {
  properties?: Record<string, unknown>
  required?: string[]
}

interface Schemas {
  responses: Record<string, { status: number; schema: Schema }>
  events: Record<string, Schema>
  definitions: Record<string, unknown>
}

const schemas = demanding(JSON.parse(readFileSync(new URL('./paddle-schemas.json', import.meta.url), 'utf8'))) as Schemas

function demanding(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(demanding)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, demanding(inner)])) as Schema
  const { properties } = value as Schema
  if (properties && typeof properties === 'object' && !('$ref' in properties)) {
    copy.required = Object.keys(properties).filter((name) => !OPTIONAL.has(name))
  }
  return copy
}

const ajv = new Ajv({
  strict: false, allErrors: true,
  formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/, uri: (text: string) => URL.canParse(text), email: /^[^@\s]+@[^@\s]+$/ },
})
const compiled = new Map<string, ValidateFunction>()

function conforms(name: string, schema: Schema | undefined, value: unknown): void {
  if (schema === undefined) throw new Error(`Paddle's document has no ${name}.`)
  const validate = compiled.get(name) ?? ajv.compile({ ...schema, definitions: schemas.definitions })
  compiled.set(name, validate)
  validate(value)
  expect(validate.errors?.map((error) => `${name} ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`) ?? []).toEqual([])
}

/** As a webhook carries it. */
const conformsEvent = (event: { event_type: string }): void =>
  conforms(`event ${event.event_type}`, schemas.events[event.event_type], { ...event, notification_id: 'ntf_01h00000000000000000000000' })

/** Calls the sandbox and holds its answer against Paddle's document. */
async function checked(shop: Shop, method: string, pattern: string, ids: string[] = [], body?: unknown, query = '') {
  const path = ids.reduce((text, id) => text.replace(/\{[a-z_]+\}/, id), pattern)
  const answer = await shop.call(method, path + query, body)
  const documented = schemas.responses[`${method} ${pattern}`]
  expect(answer.status).toBe(documented?.status)
  conforms(`${method} ${pattern}`, documented?.schema, answer.json)
  return answer.json.data as { id: string; status: string; [name: string]: unknown }
}

describe('the sandbox answers as Paddle documents it', () => {
  it('and a missing or misspelt field would be seen', async () => {
    const { call } = await openShop()
    const { json } = await call('POST', '/products', { name: 'SQL', tax_category: 'standard' })
    const schema = schemas.responses['POST /products']?.schema
    for (const broken of [{ image_url: undefined }, { status: 'gone' }, { id: 'pro_1' }, { created_at: '2026-11-21 10:00:00Z' }]) {
      expect(() => conforms('POST /products', schema, { ...json, data: { ...(json.data as object), ...broken } }), JSON.stringify(broken)).toThrow()
    }
  })

  it('for catalogue, customers and prices', async () => {
    const shop = await openShop()
    const product = await checked(shop, 'POST', '/products', [], { name: 'SQL', tax_category: 'training-services', custom_data: { a: 1 } })
    await checked(shop, 'PATCH', '/products/{product_id}', [product.id], { description: 'All of it' })
    await checked(shop, 'GET', '/products/{product_id}', [product.id])
    await checked(shop, 'GET', '/products')
    const price = await checked(shop, 'POST', '/prices', [], {
      description: 'once', product_id: product.id, unit_price: { amount: '4900', currency_code: 'EUR' },
      unit_price_overrides: [{ country_codes: ['IN'], unit_price: { amount: '1900', currency_code: 'EUR' } }], quantity: { minimum: 1, maximum: 500 },
    })
    await checked(shop, 'PATCH', '/prices/{price_id}', [price.id], { name: 'Once' })
    await checked(shop, 'GET', '/prices/{price_id}', [price.id])
    await checked(shop, 'GET', '/prices')
    await checked(shop, 'POST', '/pricing-preview', [], { items: [{ price_id: price.id, quantity: 2 }], address: { country_code: 'DE' } })
    const customer = await checked(shop, 'POST', '/customers', [], { email: 'lin@example.com', name: 'Lin' })
    await checked(shop, 'PATCH', '/customers/{customer_id}', [customer.id], { name: 'Lin Li' })
    await checked(shop, 'GET', '/customers/{customer_id}', [customer.id])
    await checked(shop, 'GET', '/customers')
    await checked(shop, 'POST', '/customers/{customer_id}/addresses', [customer.id], { country_code: 'DE' })
    await checked(shop, 'GET', '/customers/{customer_id}/addresses', [customer.id])
    await checked(shop, 'POST', '/customers/{customer_id}/portal-sessions', [customer.id])
  })

  it('for the life of a purchase, its subscription and its refund, and for every event and notification on the way', async () => {
    const receiver = await startReceiver()
    const shop = await openShop({ webhookUrl: receiver.url })
    const { coursePrice, monthPrice } = await fillShop(shop)
    const { id } = await checked(shop, 'POST', '/transactions', [], {
      items: [{ price_id: coursePrice, quantity: 1 }, { price_id: monthPrice, quantity: 1 }], custom_data: { reference: 'order-1' },
    })
    await checked(shop, 'PATCH', '/transactions/{transaction_id}', [id], { items: [{ price_id: monthPrice, quantity: 2 }, { price_id: coursePrice, quantity: 1 }] })
    shop.sandbox.decline(id, lin)
    shop.sandbox.pay(id, lin)
    const done = await checked(shop, 'GET', '/transactions/{transaction_id}', [id], undefined, '?include=address,customer,adjustment')
    expect(done.status).toBe('completed')
    await checked(shop, 'GET', '/transactions')
    await checked(shop, 'GET', '/transactions/{transaction_id}/invoice', [id])

    const refund = await checked(shop, 'POST', '/adjustments', [], { action: 'refund', type: 'full', transaction_id: id, reason: 'asked' })
    shop.sandbox.approveRefund(refund.id)
    await checked(shop, 'GET', '/adjustments')

    const subscription = String(done['subscription_id'])
    await checked(shop, 'GET', '/subscriptions')
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/pause', [subscription], { effective_from: 'immediately' })
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/resume', [subscription], { effective_from: 'immediately' })
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/cancel', [subscription], {})
    await checked(shop, 'PATCH', '/subscriptions/{subscription_id}', [subscription], { scheduled_change: null })
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/cancel', [subscription], { effective_from: 'immediately' })
    await checked(shop, 'GET', '/subscriptions/{subscription_id}', [subscription])

    await shop.sandbox.settled()
    for (const { event } of receiver.deliveries) conforms(`event ${event.event_type}`, schemas.events[event.event_type], event)
    expect(new Set(receiver.types())).toEqual(new Set(shop.sandbox.events().map((event) => event.event_type)))
    await checked(shop, 'GET', '/events')
    await checked(shop, 'GET', '/notifications')
    const first = receiver.deliveries[0]?.event.notification_id ?? ''
    await checked(shop, 'GET', '/notifications/{notification_id}', [first])
    await checked(shop, 'GET', '/notifications/{notification_id}/logs', [first])
    await checked(shop, 'POST', '/notifications/{notification_id}/replay', [first])
  })

  it('for discounts, companies and where webhooks go', async () => {
    const shop = await openShop()
    const { coursePrice } = await fillShop(shop)
    const discount = await checked(shop, 'POST', '/discounts', [], {
      description: 'Spring', type: 'percentage', amount: '12.5', code: 'SPRING', recur: true, maximum_recurring_intervals: 3, usage_limit: 10,
      restrict_to: [coursePrice], expires_at: '2099-01-01T00:00:00Z', custom_data: { reference: 'd1' },
    })
    await checked(shop, 'POST', '/discounts', [], { description: 'Five off', type: 'flat', amount: '500', currency_code: 'EUR' })
    await checked(shop, 'PATCH', '/discounts/{discount_id}', [discount.id], { usage_limit: null })
    await checked(shop, 'GET', '/discounts/{discount_id}', [discount.id])
    await checked(shop, 'GET', '/discounts', [], undefined, '?code=spring')
    await checked(shop, 'POST', '/pricing-preview', [], { items: [{ price_id: coursePrice, quantity: 2 }], discount_id: discount.id, address: { country_code: 'DE' } })
    const { payments } = shop
    const { customerId } = await payments.saveCustomer({ email: 'lin@example.com', name: null })
    const business = await checked(shop, 'POST', '/customers/{customer_id}/businesses', [customerId], { name: 'Lin & Co', tax_identifier: 'DE123' })
    await checked(shop, 'PATCH', '/customers/{customer_id}/businesses/{business_id}', [customerId, business.id], { company_number: '7' })
    await checked(shop, 'GET', '/customers/{customer_id}/businesses/{business_id}', [customerId, business.id])
    await checked(shop, 'GET', '/customers/{customer_id}/businesses', [customerId])
    const address = await checked(shop, 'POST', '/customers/{customer_id}/addresses', [customerId], { country_code: 'DE' })
    await checked(shop, 'PATCH', '/customers/{customer_id}/addresses/{address_id}', [customerId, address.id], { city: 'Berlin' })
    await checked(shop, 'POST', '/customers/{customer_id}/auth-token', [customerId])
    const full = { items: [{ price_id: coursePrice, quantity: 1 }], customer_id: customerId, address_id: address.id, business_id: business.id, discount_id: discount.id }
    const { id } = await checked(shop, 'POST', '/transactions', [], full)
    expect(await checked(shop, 'GET', '/transactions/{transaction_id}', [id], undefined, '?include=business,discount')).toMatchObject({
      business: { tax_identifier: 'DE123' }, discount: { code: 'SPRING' }, status: 'ready',
    })
    const setting = await checked(shop, 'POST', '/notification-settings', [], {
      type: 'url', description: 'shop', destination: 'https://shop.example/webhooks', subscribed_events: ['transaction.completed', 'transaction.revised'],
    })
    await checked(shop, 'PATCH', '/notification-settings/{notification_setting_id}', [setting.id], { subscribed_events: ['transaction.completed'] })
    await checked(shop, 'GET', '/notification-settings/{notification_setting_id}', [setting.id])
    await checked(shop, 'GET', '/notification-settings')
    await checked(shop, 'GET', '/event-types')
    const types = shop.sandbox.events().filter(({ event_type }) => /^(discount|business|address)/.test(event_type))
    expect(new Set(types.map(({ event_type }) => event_type)).size).toBe(6)
    for (const event of types) conformsEvent(event)
  })

  it('for renewals, changes, charges, failing cards and what comes of them', async () => {
    const shop = await openShop()
    const { sandbox } = shop
    const { coursePrice, monthPrice, membershipProduct } = await fillShop(shop)
    const yearly = await checked(shop, 'POST', '/prices', [], {
      description: 'yearly', product_id: membershipProduct, unit_price: { amount: '15000', currency_code: 'EUR' }, billing_cycle: { interval: 'year', frequency: 1 },
      trial_period: { interval: 'day', frequency: 7 },
    })
    const { id } = await checked(shop, 'POST', '/transactions', [], { items: [{ price_id: monthPrice, quantity: 5 }] })
    const { subscription_id: subscription, customer_id: customer } = sandbox.pay(id, lin) as { subscription_id: string; customer_id: string }
    const ids = [subscription]
    const fewer = { items: [{ price_id: monthPrice, quantity: 2 }], proration_billing_mode: 'prorated_immediately' }
    await checked(shop, 'PATCH', '/subscriptions/{subscription_id}/preview', ids, fewer)
    await checked(shop, 'PATCH', '/subscriptions/{subscription_id}', ids, fewer)
    await checked(shop, 'GET', '/customers/{customer_id}/credit-balances', [customer])
    await checked(shop, 'PATCH', '/subscriptions/{subscription_id}/preview', ids, { items: [{ price_id: yearly.id, quantity: 2 }], proration_billing_mode: 'full_next_billing_period' })
    const charge = { effective_from: 'immediately', items: [{ price_id: coursePrice, quantity: 1 }] }
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/charge/preview', ids, charge)
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/charge', ids, charge)
    await checked(shop, 'GET', '/subscriptions/{subscription_id}', ids, undefined, '?include=next_transaction,recurring_transaction_details')
    await checked(shop, 'GET', '/subscriptions/{subscription_id}/update-payment-method-transaction', ids)
    sandbox.advance(32 * 24 * 3600_000)
    sandbox.failCard(customer)
    sandbox.advance(32 * 24 * 3600_000)
    await checked(shop, 'GET', '/subscriptions/{subscription_id}/update-payment-method-transaction', ids)
    sandbox.fixCard(customer)
    sandbox.advance(31 * 24 * 3600_000)
    await checked(shop, 'GET', '/transactions', [], undefined, `?subscription_id=${subscription}`)
    const refund = await checked(shop, 'POST', '/adjustments', [], { action: 'refund', type: 'full', transaction_id: id, reason: 'asked' })
    sandbox.approveRefund(refund.id)
    await checked(shop, 'GET', '/adjustments/{adjustment_id}/credit-note', [refund.id])

    const trial = await checked(shop, 'POST', '/transactions', [], { items: [{ price_id: yearly.id, quantity: 1 }] })
    const second = sandbox.pay(trial.id, { email: 'ada@example.com', country: 'FR' }).subscription_id ?? ''
    await checked(shop, 'POST', '/subscriptions/{subscription_id}/activate', [second])
    const events = sandbox.events().filter(({ event_type }) => /^(subscription|transaction)/.test(event_type))
    for (const event of events) conformsEvent(event)
    const seen = new Set(events.map(({ event_type }) => event_type))
    for (const type of ['subscription.past_due', 'transaction.past_due', 'transaction.payment_failed', 'transaction.billed', 'subscription.activated']) expect(seen).toContain(type)
  })

  it('when it refuses', async () => {
    const shop = await openShop()
    const refused = async (status: number, code: string, ...args: Parameters<Shop['call']>) => {
      const answer = await shop.call(...args)
      expect([answer.status, (answer.json.error as { code: string }).code]).toEqual([status, code])
      conforms('error', schemas.responses['error']?.schema, answer.json)
      return answer.json.error as { errors: { field: string }[] }
    }
    await refused(401, 'authentication_missing', 'GET', '/products', undefined, null)
    await refused(401, 'invalid_token', 'GET', '/products', undefined, `${API_KEY}x`)
    await refused(404, 'not_found', 'GET', '/products/pro_01h00000000000000000000000')
    await refused(404, 'invalid_url', 'GET', '/nonsense')
    const { errors } = await refused(400, 'bad_request', 'POST', '/products', { name: '', tax_category: 'bread' })
    expect(errors.map(({ field }) => field)).toEqual(['name', 'tax_category'])
    const { coursePrice } = await fillShop(shop)
    const discounted = { items: [{ price_id: coursePrice, quantity: 1 }], discount_id: 'dsc_01h00000000000000000000000' }
    await refused(400, 'transaction_discount_not_found', 'POST', '/transactions', discounted)
    await shop.call('POST', '/customers', { email: 'lin@example.com' })
    await refused(409, 'customer_already_exists', 'POST', '/customers', { email: 'LIN@example.com' })
  })
})

/** Paths of fields that the SDK expects and the sandbox left out. */
function undefinedFields(value: unknown, path = ''): string[] {
  if (value === undefined) return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => undefinedFields(inner, `${path}.${key}`))
}

describe("Paddle's own SDK", () => {
  it('finds every field that its entities have', async () => {
    const shop = await openShop()
    const { sdk, sandbox } = shop
    const { coursePrice, monthPrice } = await fillShop(shop)
    const { id } = await sdk.transactions.create({ items: [{ priceId: coursePrice, quantity: 1 }, { priceId: monthPrice, quantity: 1 }] })
    sandbox.pay(id, lin)
    const transaction = await sdk.transactions.get(id)
    const adjustment = await sdk.adjustments.create({ action: 'refund', type: 'full', transactionId: id, reason: 'asked' })
    const subscriptionId = transaction.subscriptionId ?? ''
    const change = { items: [{ priceId: monthPrice, quantity: 2 }], prorationBillingMode: 'prorated_immediately' as const }
    const preview = await sdk.subscriptions.previewUpdate(subscriptionId, change)
    await sdk.subscriptions.update(subscriptionId, change)
    sandbox.advance(32 * 24 * 3600_000)
    const found = {
      transaction, adjustment, change: preview,
      discount: await sdk.discounts.create({ description: 'd', type: 'percentage', amount: '10' }),
      business: await sdk.businesses.create(transaction.customerId ?? '', { name: 'Lin & Co' }),
      renewals: await sdk.transactions.list({ subscriptionId: [subscriptionId] }).next(),
      withNext: await sdk.subscriptions.get(subscriptionId, { include: ['next_transaction', 'recurring_transaction_details'] }),

      product: await sdk.products.list().next(),
      price: await sdk.prices.get(coursePrice),
      customer: await sdk.customers.get(transaction.customerId ?? ''),
      subscription: await sdk.subscriptions.get(transaction.subscriptionId ?? ''),
      prices: await sdk.pricingPreview.preview({ items: [{ priceId: coursePrice, quantity: 1 }] }),
      events: await sdk.events.list({ perPage: 200 }).next(),
    }
    expect(undefinedFields(found)).toEqual([])
    expect(transaction.status).toBe('completed')
    expect(transaction.checkout?.url).toContain(`_ptxn=${id}`)
  })

  it('walks the events page by page in the asked order, and newest first unless asked', async () => {
    const shop = await openShop()
    const { sdk, sandbox, call } = shop
    for (let i = 0; i < 7; i += 1) await sdk.customers.create({ email: `p${i}@example.com` })
    const walked: string[] = []
    for await (const event of sdk.events.list({ orderBy: 'id[ASC]', perPage: 3 })) walked.push(event.eventId)
    const all = sandbox.events().map(({ event_id }) => event_id)
    expect(walked).toEqual(all)
    expect(walked).toEqual([...walked].sort())

    const newest = await sdk.events.list().next()
    expect(newest.map(({ eventId }) => eventId)).toEqual([...all].reverse())
    const rest = await sdk.events.list({ orderBy: 'id[ASC]', after: all[4] ?? '' }).next()
    expect(rest.map(({ eventId }) => eventId)).toEqual(all.slice(5))

    const last = await call('GET', '/events?per_page=1000&order_by=id[ASC]')
    expect((last.json.meta as { pagination: object }).pagination).toMatchObject({ per_page: 200, has_more: false, next: expect.stringContaining(`after=${all.at(-1)}`) })
  })

  it('is held to the page sizes of Paddle without being told', async () => {
    const { call } = await openShop()
    const size = async (path: string) => ((await call('GET', path)).json.meta as { pagination: { per_page: number } }).pagination.per_page
    expect(await size('/transactions?per_page=200')).toBe(30)
    expect(await size('/adjustments')).toBe(10)
    expect(await size('/adjustments?per_page=200')).toBe(50)
    expect(await size('/products')).toBe(50)
    expect(await size('/customers?per_page=999')).toBe(200)
  })
})
