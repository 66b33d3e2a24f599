import { z } from 'zod'
import { find, type Account } from './account.ts'
import { adjustmentCreate, createAdjustment } from './adjustments.ts'
import { businessCreate, businessUpdate, createBusiness, findBusiness, updateBusiness } from './businesses.ts'
import { createPrice, createProduct, priceCreate, priceUpdate, productCreate, productUpdate, updatePrice, updateProduct } from './catalogue.ts'
import {
  chargeSubscription, nextTransaction, previewCharge, previewUpdate, recurringDetails, subscriptionCharge, subscriptionUpdate, updateSubscription,
} from './changes.ts'
import {
  addressCreate, addressUpdate, createAddress, createCustomer, customerCreate, customerUpdate, findAddress, updateAddress, updateCustomer,
} from './customers.ts'
import { createDestination, destinationCreate, destinations, destinationUpdate, eventTypes, findDestination, removeDestination, updateDestination } from './destinations.ts'
import { createDiscount, discountCreate, discountUpdate, updateDiscount } from './discounts.ts'
import { keptEvents, keptNotifications, replay } from './events.ts'
import { Failure } from './failure.ts'
import { listPage, type ListRules, type Page } from './lists.ts'
import { createAuthToken, createPortalSession, creditNoteLink, invoiceLink, managementUrls } from './links.ts'
import { previewPrices, pricingPreview } from './previews.ts'
import {
  activateSubscription, cancelSubscription, cardTransaction, pauseSubscription, resumeSubscription, subscriptionCancel, subscriptionPause, subscriptionResume,
} from './lifecycle.ts'
import { asItWas } from './stale.ts'
import type { Table } from './store.ts'
import { createTransaction, transactionCreate, transactionUpdate, updateTransaction } from './transactions.ts'
import type { Subscription, Transaction } from './wire.ts'

export interface Call {
  method: string
  path: string
  query: URLSearchParams
  body: unknown
}

export type Reply = { status: number; data: unknown } | { status: 200; page: Page<unknown> }

type Handler = (account: Account, call: Call, ids: string[]) => Reply

interface Route {
  method: string
  pattern: RegExp
  handler: Handler
}

const ok = (data: unknown): Reply => ({ status: 200, data })
const created = (data: unknown): Reply => ({ status: 201, data })

const ID = '([a-z]+_[a-z\\d]{26})'
const route = (method: string, path: string, handler: Handler): Route => ({
  method, pattern: new RegExp(`^${path.replaceAll(':id', ID)}$`), handler,
})

/** A body that fits, or Paddle's validation error that names the fields. */
function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Failure(400, 'bad_request', 'Invalid request.',
    parsed.error.issues.map((issue) => ({ field: issue.path.join('.') || 'body', message: issue.message })))
}

const page = (data: Page<unknown>): Reply => ({ status: 200, page: data })

function list(path: string, table: Table, rules: ListRules, show: (account: Account, row: never) => unknown = (_, row) => row): Route {
  return route('GET', path, (account, { query }) => {
    const result = listPage(account.store.all(table) as { id: string }[], query, rules)
    return page({ ...result, data: result.data.map((row) => show(account, row as never)) })
  })
}

const one = (path: string, table: Table, show: (account: Account, row: never) => unknown = (_, row) => row): Route =>
  route('GET', path, (account, _, [id = '']) => ok(show(account, find(account, table, id) as never)))

/** Management links are in API answers only, never in webhooks. */
const shownSubscription = (account: Account, subscription: Subscription): object =>
  ({ ...subscription, management_urls: managementUrls(account, subscription) })

function oneSubscription(account: Account, subscription: Subscription, query: URLSearchParams): object {
  const include = (query.get('include') ?? '').split(',')
  return {
    ...shownSubscription(account, subscription),
    ...(include.includes('next_transaction') && { next_transaction: nextTransaction(account, subscription) }),
    ...(include.includes('recurring_transaction_details') && { recurring_transaction_details: recurringDetails(account, subscription) }),
  }
}

/** `include` adds what belongs to the transaction. */
function shownTransaction(account: Account, transaction: Transaction, query: URLSearchParams): object {
  const include = (query.get('include') ?? '').split(',')
  const { store } = account
  return {
    ...transaction,
    ...(include.includes('customer') && { customer: transaction.customer_id && store.get('customers', transaction.customer_id) }),
    ...(include.includes('address') && { address: transaction.address_id && store.get('addresses', transaction.address_id) }),
    ...(include.includes('adjustment') && { adjustments: store.where('adjustments', 'transaction_id', transaction.id) }),
    ...(include.includes('business') && { business: transaction.business_id && store.get('businesses', transaction.business_id) }),
    ...(include.includes('discount') && { discount: transaction.discount_id && store.get('discounts', transaction.discount_id) }),
  }
}

const withLinks = (account: Account, id: string, preview: object): object =>
  ({ ...preview, management_urls: managementUrls(account, find(account, 'subscriptions', id)) })

const plain = { perPage: 50, maximum: 200 }
const shownEvent = (_: Account, { event_id, event_type, occurred_at, data }: { event_id: string; event_type: string; occurred_at: string; data: unknown }) =>
  ({ event_id, event_type, occurred_at, data })

export const ROUTES: Route[] = [
  list('/products', 'products', { ...plain, filters: { id: 'id', status: 'status', type: 'type', tax_category: 'tax_category' }, statuses: ['active'] }),
  route('POST', '/products', (account, { body }) => created(createProduct(account, read(productCreate, body)))),
  one('/products/:id', 'products'),
  route('PATCH', '/products/:id', (account, { body }, [id = '']) => ok(updateProduct(account, id, read(productUpdate, body)))),

  list('/prices', 'prices', {
    ...plain, filters: { id: 'id', status: 'status', type: 'type', product_id: 'product_id', recurring: 'billing_cycle' }, statuses: ['active'],
  }),
  route('POST', '/prices', (account, { body }) => created(createPrice(account, read(priceCreate, body)))),
  one('/prices/:id', 'prices'),
  route('PATCH', '/prices/:id', (account, { body }, [id = '']) => ok(updatePrice(account, id, read(priceUpdate, body)))),
  route('POST', '/pricing-preview', (account, { body }) => ok(previewPrices(account, read(pricingPreview, body)))),

  list('/discounts', 'discounts', { ...plain, filters: { id: 'id', status: 'status', code: 'code', mode: 'mode' }, statuses: ['active'] }),
  route('POST', '/discounts', (account, { body }) => created(createDiscount(account, read(discountCreate, body)))),
  one('/discounts/:id', 'discounts'),
  route('PATCH', '/discounts/:id', (account, { body }, [id = '']) => ok(updateDiscount(account, id, read(discountUpdate, body)))),

  list('/customers', 'customers', { ...plain, filters: { id: 'id', email: 'email', status: 'status' }, statuses: ['active'], search: ['id', 'name', 'email'] }),
  route('POST', '/customers', (account, { body }) => created(createCustomer(account, read(customerCreate, body)))),
  one('/customers/:id', 'customers'),
  route('PATCH', '/customers/:id', (account, { body }, [id = '']) => ok(updateCustomer(account, id, read(customerUpdate, body)))),
  route('GET', '/customers/:id/addresses', (account, { query }, [id = '']) => {
    find(account, 'customers', id)
    const mine = account.store.where('addresses', 'customer_id', id)
    return page(listPage(mine, query, { ...plain, filters: { id: 'id', status: 'status' }, statuses: ['active'], search: ['description', 'city'] }))
  }),
  route('POST', '/customers/:id/addresses', (account, { body }, [id = '']) => created(createAddress(account, id, read(addressCreate, body)))),
  route('GET', '/customers/:id/addresses/:id', (account, _, [customer = '', id = '']) => ok(findAddress(account, customer, id))),
  route('PATCH', '/customers/:id/addresses/:id', (account, { body }, [customer = '', id = '']) =>
    ok(updateAddress(account, customer, id, read(addressUpdate, body)))),
  route('GET', '/customers/:id/businesses', (account, { query }, [id = '']) => {
    find(account, 'customers', id)
    return page(listPage(account.store.where('businesses', 'customer_id', id), query, { ...plain, filters: { id: 'id', status: 'status' }, statuses: ['active'], search: ['name', 'tax_identifier'] }))
  }),
  route('POST', '/customers/:id/businesses', (account, { body }, [id = '']) => created(createBusiness(account, id, read(businessCreate, body)))),
  route('GET', '/customers/:id/businesses/:id', (account, _, [customer = '', id = '']) => ok(findBusiness(account, customer, id))),
  route('PATCH', '/customers/:id/businesses/:id', (account, { body }, [customer = '', id = '']) =>
    ok(updateBusiness(account, customer, id, read(businessUpdate, body)))),
  route('GET', '/customers/:id/credit-balances', (account, { query }, [id = '']) => {
    find(account, 'customers', id)
    const wanted = query.get('currency_code')?.split(',')
    return ok(account.store.where('balances', 'customer_id', id)
      .filter(({ currency_code }) => !wanted || wanted.includes(currency_code))
      .map(({ customer_id, currency_code, available, used }) => ({ customer_id, currency_code, balance: { available, reserved: '0', used } })))
  }),
  route('POST', '/customers/:id/auth-token', (account, _, [id = '']) => ok(createAuthToken(account, id))),
  route('POST', '/customers/:id/portal-sessions', (account, { body }, [id = '']) => {
    const input = read(z.object({ subscription_ids: z.array(z.string()).max(25).optional() }).nullish(), body)
    return created(createPortalSession(account, id, input?.subscription_ids ?? []))
  }),

  route('GET', '/transactions', (account, { query }) => {
    const subscription = query.get('subscription_id')
    const rows = subscription?.startsWith('sub_') && !subscription.includes(',')
      ? account.store.where('transactions', 'subscription_id', subscription) : account.store.all('transactions')
    const result = listPage(rows, query, {
      perPage: 30, maximum: 30,
      filters: {
        id: 'id', status: 'status', customer_id: 'customer_id', subscription_id: 'subscription_id', origin: 'origin',
        invoice_number: 'invoice_number', collection_mode: 'collection_mode',
      },
      moments: ['billed_at', 'created_at', 'updated_at'],
    })
    return page({ ...result, data: result.data.map((row) => shownTransaction(account, row, query)) })
  }),
  route('POST', '/transactions', (account, { body, query }) =>
    created(shownTransaction(account, createTransaction(account, read(transactionCreate, body)), query))),
  route('GET', '/transactions/:id', (account, { query }, [id = '']) => ok(shownTransaction(account, find(account, 'transactions', id), query))),
  route('PATCH', '/transactions/:id', (account, { body, query }, [id = '']) =>
    ok(shownTransaction(account, updateTransaction(account, id, read(transactionUpdate, body)), query))),
  route('GET', '/transactions/:id/invoice', (account, _, [id = '']) => ok(invoiceLink(account, id))),

  list('/adjustments', 'adjustments', {
    perPage: 10, maximum: 50,
    filters: { id: 'id', action: 'action', status: 'status', customer_id: 'customer_id', transaction_id: 'transaction_id', subscription_id: 'subscription_id' },
  }),
  route('POST', '/adjustments', (account, { body }) => created(createAdjustment(account, read(adjustmentCreate, body)))),

  route('GET', '/adjustments/:id/credit-note', (account, _, [id = '']) => ok(creditNoteLink(account, id))),

  route('GET', '/subscriptions', (account, { query }) => {
    const prices = query.get('price_id')?.split(',')
    const actions = query.get('scheduled_change_action')?.split(',')
    const rows = account.store.all('subscriptions').filter(({ items, scheduled_change }) =>
      (!prices || items.some(({ price }) => prices.includes(price.id))) && (!actions || actions.includes(scheduled_change?.action ?? '')))
    const result = listPage(rows, query, {
      ...plain, filters: { id: 'id', status: 'status', customer_id: 'customer_id', address_id: 'address_id', collection_mode: 'collection_mode' },
    })
    return page({ ...result, data: result.data.map((row) => shownSubscription(account, row)) })
  }),
  route('GET', '/subscriptions/:id', (account, { query }, [id = '']) => ok(oneSubscription(account, find(account, 'subscriptions', id), query))),
  route('PATCH', '/subscriptions/:id/preview', (account, { body }, [id = '']) =>
    ok(withLinks(account, id, previewUpdate(account, id, read(subscriptionUpdate, body))))),
  route('POST', '/subscriptions/:id/charge', (account, { body }, [id = '']) =>
    created(shownSubscription(account, chargeSubscription(account, id, read(subscriptionCharge, body))))),
  route('POST', '/subscriptions/:id/charge/preview', (account, { body }, [id = '']) =>
    ok(withLinks(account, id, previewCharge(account, id, read(subscriptionCharge, body))))),
  route('POST', '/subscriptions/:id/activate', (account, _, [id = '']) => ok(shownSubscription(account, activateSubscription(account, id)))),
  route('GET', '/subscriptions/:id/update-payment-method-transaction', (account, { query }, [id = '']) =>
    ok(shownTransaction(account, cardTransaction(account, id), query))),
  route('PATCH', '/subscriptions/:id', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, updateSubscription(account, id, read(subscriptionUpdate, body))))),
  route('POST', '/subscriptions/:id/cancel', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, cancelSubscription(account, id, read(subscriptionCancel, body))))),
  route('POST', '/subscriptions/:id/pause', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, pauseSubscription(account, id, read(subscriptionPause, body))))),
  route('POST', '/subscriptions/:id/resume', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, resumeSubscription(account, id, read(subscriptionResume, body))))),

  route('GET', '/events', (account, { query }) => {
    const result = listPage(keptEvents(account), query, { ...plain, filters: { event_type: 'event_type' } })
    return page({ ...result, data: result.data.map((row) => shownEvent(account, row)) })
  }),
  route('GET', '/event-types', () => ok(eventTypes())),
  route('GET', '/notification-settings', (account, { query }) =>
    page(listPage(destinations(account), query, { perPage: 200, maximum: 200, filters: { active: 'active', traffic_source: 'traffic_source' } }))),
  route('POST', '/notification-settings', (account, { body }) => created(createDestination(account, read(destinationCreate, body)))),
  route('GET', '/notification-settings/:id', (account, _, [id = '']) => ok(findDestination(account, id))),
  route('PATCH', '/notification-settings/:id', (account, { body }, [id = '']) => ok(updateDestination(account, id, read(destinationUpdate, body)))),
  route('DELETE', '/notification-settings/:id', (account, _, [id = '']) => {
    removeDestination(account, id)
    return { status: 204, data: null }
  }),
  route('GET', '/notifications', (account, { query }) =>
    page(listPage(keptNotifications(account, query.get('from'), query.get('to')), query, {
      ...plain, filters: { status: 'status', notification_setting_id: 'notification_setting_id' },
    }))),
  one('/notifications/:id', 'notifications'),
  route('GET', '/notifications/:id/logs', (account, { query }, [id = '']) => {
    find(account, 'notifications', id)
    const mine = account.store.where('logs', 'notification_id', id)
    const result = listPage(mine, query, { ...plain, filters: {} })
    return page({ ...result, data: result.data.map(({ notification_id: _, ...log }) => log) })
  }),
  route('POST', '/notifications/:id/replay', (account, _, [id = '']) => ({ status: 202, data: { notification_id: replay(account, id) } })),
]

/** Finds the handler and runs it as one unit. `lag`: reads answer as things stood so many milliseconds ago. */
export function answer(account: Account, call: Call, lag = 0): Reply {
  const here = ROUTES.flatMap((entry) => {
    const match = entry.pattern.exec(call.path)
    return match ? [{ ...entry, ids: match.slice(1) }] : []
  })
  const hit = here.find(({ method }) => method === call.method)
  if (hit && lag > 0 && call.method === 'GET' && !call.path.endsWith('update-payment-method-transaction')) return hit.handler(asItWas(account, lag), call, hit.ids)
  if (hit) return account.store.change(() => hit.handler(account, call, hit.ids))
  if (here.length > 0) throw new Failure(405, 'method_not_allowed', `${call.method} is not supported here.`)
  throw new Failure(404, 'invalid_url', `${call.path} is not an endpoint of the sandbox.`)
}
