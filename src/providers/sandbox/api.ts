import { z } from 'zod'
import { find, type Account } from './account.ts'
import { adjustmentCreate, createAdjustment } from './adjustments.ts'
import { createPrice, createProduct, priceCreate, priceUpdate, productCreate, productUpdate, updatePrice, updateProduct } from './catalogue.ts'
import {
  addressCreate, addressUpdate, createAddress, createCustomer, customerCreate, customerUpdate, findAddress, updateAddress, updateCustomer,
} from './customers.ts'
import { replay } from './events.ts'
import { Failure } from './failure.ts'
import { listPage, type ListRules, type Page } from './lists.ts'
import { createPortalSession, invoiceLink } from './links.ts'
import { previewPrices, pricingPreview } from './previews.ts'
import {
  cancelSubscription, pauseSubscription, resumeSubscription, subscriptionCancel, subscriptionPause, subscriptionResume, subscriptionUpdate,
  updateSubscription,
} from './subscriptions.ts'
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
const shownSubscription = (account: Account, subscription: Subscription): object => ({
  ...subscription,
  management_urls: {
    update_payment_method: `${account.settings.publicUrl}/subscriptions/${subscription.id}/payment-method`,
    cancel: `${account.settings.publicUrl}/subscriptions/${subscription.id}/cancel`,
  },
})

/** `include` adds what belongs to the transaction. */
function shownTransaction(account: Account, transaction: Transaction, query: URLSearchParams): object {
  const include = (query.get('include') ?? '').split(',')
  const { store } = account
  return {
    ...transaction,
    ...(include.includes('customer') && { customer: transaction.customer_id && store.get('customers', transaction.customer_id) }),
    ...(include.includes('address') && { address: transaction.address_id && store.get('addresses', transaction.address_id) }),
    ...(include.includes('adjustment') && { adjustments: store.all('adjustments').filter((one) => one.transaction_id === transaction.id) }),
  }
}

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

  list('/customers', 'customers', { ...plain, filters: { id: 'id', email: 'email', status: 'status' }, statuses: ['active'], search: ['id', 'name', 'email'] }),
  route('POST', '/customers', (account, { body }) => created(createCustomer(account, read(customerCreate, body)))),
  one('/customers/:id', 'customers'),
  route('PATCH', '/customers/:id', (account, { body }, [id = '']) => ok(updateCustomer(account, id, read(customerUpdate, body)))),
  route('GET', '/customers/:id/addresses', (account, { query }, [id = '']) => {
    find(account, 'customers', id)
    const mine = account.store.all('addresses').filter((address) => address.customer_id === id)
    return page(listPage(mine, query, { ...plain, filters: { id: 'id', status: 'status' }, statuses: ['active'], search: ['description', 'city'] }))
  }),
  route('POST', '/customers/:id/addresses', (account, { body }, [id = '']) => created(createAddress(account, id, read(addressCreate, body)))),
  route('GET', '/customers/:id/addresses/:id', (account, _, [customer = '', id = '']) => ok(findAddress(account, customer, id))),
  route('PATCH', '/customers/:id/addresses/:id', (account, { body }, [customer = '', id = '']) =>
    ok(updateAddress(account, customer, id, read(addressUpdate, body)))),
  route('POST', '/customers/:id/portal-sessions', (account, { body }, [id = '']) => {
    const input = read(z.object({ subscription_ids: z.array(z.string()).max(25).optional() }).nullish(), body)
    return created(createPortalSession(account, id, input?.subscription_ids ?? []))
  }),

  route('GET', '/transactions', (account, { query }) => {
    const result = listPage(account.store.all('transactions'), query, {
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

  list('/subscriptions', 'subscriptions', { ...plain, filters: { id: 'id', status: 'status', customer_id: 'customer_id', address_id: 'address_id' } }, shownSubscription),
  one('/subscriptions/:id', 'subscriptions', shownSubscription),
  route('PATCH', '/subscriptions/:id', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, updateSubscription(account, id, read(subscriptionUpdate, body))))),
  route('POST', '/subscriptions/:id/cancel', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, cancelSubscription(account, id, read(subscriptionCancel, body))))),
  route('POST', '/subscriptions/:id/pause', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, pauseSubscription(account, id, read(subscriptionPause, body))))),
  route('POST', '/subscriptions/:id/resume', (account, { body }, [id = '']) =>
    ok(shownSubscription(account, resumeSubscription(account, id, read(subscriptionResume, body))))),

  list('/events', 'events', { ...plain, filters: { event_type: 'event_type' } }, shownEvent),
  list('/notifications', 'notifications', { ...plain, filters: { status: 'status', notification_setting_id: 'notification_setting_id' } }),
  one('/notifications/:id', 'notifications'),
  route('GET', '/notifications/:id/logs', (account, { query }, [id = '']) => {
    find(account, 'notifications', id)
    const mine = account.store.all('logs').filter((log) => log.notification_id === id)
    const result = listPage(mine, query, { ...plain, filters: {} })
    return page({ ...result, data: result.data.map(({ notification_id: _, ...log }) => log) })
  }),
  route('POST', '/notifications/:id/replay', (account, _, [id = '']) => ({ status: 202, data: { notification_id: replay(account, id) } })),
]

/** Finds the handler and runs it as one unit. */
export function answer(account: Account, call: Call): Reply {
  const here = ROUTES.flatMap((entry) => {
    const match = entry.pattern.exec(call.path)
    return match ? [{ ...entry, ids: match.slice(1) }] : []
  })
  const hit = here.find(({ method }) => method === call.method)
  if (hit) return account.store.change(() => hit.handler(account, call, hit.ids))
  if (here.length > 0) throw new Failure(405, 'method_not_allowed', `${call.method} is not supported here.`)
  throw new Failure(404, 'invalid_url', `${call.path} is not an endpoint of the sandbox.`)
}
