import { z } from 'zod'
import { find, type Account } from './account.ts'
import { chargeBack, chargebackCreate, createAdjustment, decideRefund } from './adjustments.ts'
import { replay } from './events.ts'
import { Failure } from './failure.ts'
import { creditNotePdf, invoicePdf } from './invoice.ts'
import { checkLink } from './links.ts'
import { checkoutPage, messagePage, overviewPage, portalPage } from './pages.ts'
import { stylesheet } from './stylesheet.ts'
import { advanceClock, buy, isBill, switchCard } from './control.ts'
import { cancelSubscription } from './lifecycle.ts'
import { save } from './subscriptions.ts'
import { identify, type Buyer } from './transactions.ts'

export interface Screen {
  status: number
  type: string
  body: string | Buffer
  /** Another origin that the page's form may lead to. */
  formTarget?: string | null
}

export type ScreenReply = Screen | { redirect: string }

export interface Visit {
  method: string
  path: string
  query: URLSearchParams
  form: URLSearchParams
  prefix: string
}

const page = (body: string, formTarget: string | null = null, status = 200): Screen => ({ status, type: 'text/html; charset=utf-8', body, formTarget })

export const problemPage = (prefix: string, status: number, words: string): Screen =>
  page(messagePage(prefix, status === 404 ? 'Not found' : 'That did not work', words), null, status)

/** The pages for people. Null: not one of them. */
export function visit(account: Account, request: Visit): ScreenReply | null {
  const { method, path } = request
  if (method === 'GET') return show(account, request)
  if (method === 'POST' && path.startsWith('/actions/')) return act(account, request)
  return null
}

function show(account: Account, { path, query, prefix }: Visit): ScreenReply | null {
  const [, area = '', id = ''] = path.split('/')
  if (path === '/') return page(overviewPage(account, prefix))
  if (path === '/sandbox.css') return { status: 200, type: 'text/css; charset=utf-8', body: stylesheet }
  if (path === '/checkout') return { redirect: `${prefix}/checkout/${encodeURIComponent(query.get('_ptxn') ?? '')}` }
  if (area === 'checkout') return checkout(account, {
    id, prefix, successUrl: query.get('success_url'), closeUrl: query.get('close_url'), problem: null, ...(query.get('country') && { country: query.get('country') ?? '' }),
  })
  if (area === 'invoices') {
    checkLink(account, path, query)
    return { status: 200, type: 'application/pdf', body: invoicePdf(account, id.replace(/\.pdf$/, '')) }
  }
  if (area === 'credit-notes') {
    checkLink(account, path, query)
    return { status: 200, type: 'application/pdf', body: creditNotePdf(account, id.replace(/\.pdf$/, '')) }
  }
  if (area === 'portal') {
    checkLink(account, path, query)
    return page(portalPage(account, prefix, id, `?${new URLSearchParams({ expires: query.get('expires') ?? '', token: query.get('token') ?? '' })}`))
  }
  return null
}

interface CheckoutVisit {
  id: string
  prefix: string
  successUrl: string | null
  closeUrl: string | null
  problem: string | null
  email?: string
  country?: string
  /** As typed, to be shown again. */
  typed?: Record<string, string>
}

function checkout(account: Account, visiting: CheckoutVisit, status = 200): Screen {
  const transaction = find(account, 'transactions', visiting.id)
  const customer = transaction.customer_id === null ? undefined : account.store.get('customers', transaction.customer_id)
  const address = transaction.address_id === null ? undefined : account.store.get('addresses', transaction.address_id)
  const business = transaction.business_id === null ? undefined : account.store.get('businesses', transaction.business_id)
  const successUrl = ours(account, transaction.checkout?.url ?? null, visiting.successUrl)
  const closeUrl = ours(account, transaction.checkout?.url ?? null, visiting.closeUrl)
  return page(checkoutPage({
    prefix: visiting.prefix, transaction, known: customer !== undefined, problem: visiting.problem, successUrl, closeUrl,
    email: customer?.email ?? visiting.email ?? null, country: visiting.country ?? address?.country_code ?? null, bill: isBill(transaction),
    discount: visiting.typed?.['discount_code'] ?? (transaction.discount_id && account.store.get('discounts', transaction.discount_id)?.code) ?? null,
    name: visiting.typed?.['name'] ?? customer?.name ?? null, postalCode: visiting.typed?.['postal_code'] ?? address?.postal_code ?? null,
    company: visiting.typed?.['company'] ?? business?.name ?? null, taxNumber: visiting.typed?.['tax_number'] ?? business?.tax_identifier ?? null,
  }), successUrl === null ? null : new URL(successUrl).origin, status)
}

/** An address on the shop's site, and no other: a link to this page must not lead strangers anywhere. */
function ours(account: Account, checkoutUrl: string | null, url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null
  const shops = [checkoutUrl, account.settings.publicUrl, account.settings.webhookUrl, ...account.settings.shopUrls]
  return shops.some((shop) => shop !== null && new URL(shop).origin === new URL(url).origin) ? url : null
}

const buyer = z.object({
  email: z.email('Please enter an e-mail address.').max(320),
  country: z.string().regex(/^[A-Z]{2}$/, 'Please choose a country.'),
  discount_code: z.string().trim().max(32, 'This is no discount code.').optional(),
  quantity: z.coerce.number('Please enter a number.').int('Please enter a whole number.').min(1, 'Please enter at least one.').optional(),
  company: z.string().trim().max(1024).optional(),
  tax_number: z.string().trim().max(1024).optional(),
  name: z.string().trim().max(1024).optional(),
  postal_code: z.string().trim().max(200).optional(),
})

function act(account: Account, request: Visit): ScreenReply {
  const { path, prefix, query } = request
  const [, , area = '', id = '', verb = '', more = ''] = path.split('/')
  if (area === 'checkouts') return leaveCheckout(account, request, id)
  if (area === 'portal') {
    checkLink(account, `/portal/${id}`, query)
    actForCustomer(account, id, verb, more)
    return { redirect: `${prefix}/portal/${id}?${query}` }
  }
  if (!actForPaddle(account, { area, id, verb, form: request.form })) throw new Failure(404, 'not_found', 'There is no such button.')
  return { redirect: `${prefix}/` }
}

/** What a customer does in the portal. */
function actForCustomer(account: Account, customerId: string, subscriptionId: string, what: string): void {
  if (what === '' && subscriptionId === 'card') return switchCard(account, customerId, true, true)
  const subscription = find(account, 'subscriptions', subscriptionId)
  if (subscription.customer_id !== customerId) throw new Failure(404, 'not_found', 'There is no such subscription.')
  account.store.change(() => {
    if (what === 'cancellation') cancelSubscription(account, subscriptionId, null)
    else if (what === 'continuation' && subscription.scheduled_change) save(account, subscription, { scheduled_change: null }, 'subscription.updated')
    else throw new Failure(404, 'not_found', 'There is no such button.')
  })
}

/** What Paddle's people, the bank or time would do. */
function actForPaddle(account: Account, { area, id, verb, form }: { area: string; id: string; verb: string; form: URLSearchParams }): boolean {
  if (area === 'refunds') return decideFor(account, id, verb)
  if (area === 'notifications') return verb === 'delivery' && again(account, id)
  if (area === 'cards' && (verb === 'failure' || verb === 'repair')) {
    switchCard(account, id, verb === 'repair')
    return true
  }
  if (area === 'transactions' && verb === 'chargeback') {
    account.store.change(() => chargeBack(account, chargebackCreate.parse({ transaction_id: id, action: form.get('action') })))
    return true
  }
  if (area === 'transactions' && verb === 'refund') {
    account.store.change(() => createAdjustment(account, { action: 'refund', type: 'full', transaction_id: id, reason: 'requested by the customer' }))
    return true
  }
  if (area !== 'clock' || id !== 'advance') return false
  advanceClock(account, z.coerce.number().int().min(1).max(400).parse(form.get('days')) * 24 * 3600_000)
  return true
}

function decideFor(account: Account, id: string, verb: string): boolean {
  if (verb !== 'approval' && verb !== 'rejection') return false
  account.store.change(() => decideRefund(account, id, verb === 'approval' ? 'approved' : 'rejected'))
  return true
}

function again(account: Account, id: string): boolean {
  account.store.change(() => replay(account, id))
  return true
}

/** Update, pay, decline or close. What was typed stays when something is wrong with it. */
function leaveCheckout(account: Account, { form, prefix }: Visit, id: string): ScreenReply {
  const transaction = find(account, 'transactions', id)
  const typed = Object.fromEntries(form)
  const links = { success_url: form.get('success_url'), close_url: form.get('close_url') }
  const back = (url: string | null) => ours(account, transaction.checkout?.url ?? null, url)
  const visiting: CheckoutVisit = {
    id, prefix, successUrl: links.success_url, closeUrl: links.close_url, problem: null, email: form.get('email') ?? '', country: form.get('country') ?? '', typed,
  }

  if (form.get('do') === 'close') return { redirect: back(links.close_url) ?? `${prefix}/` }
  const who = buyer.safeParse(typed)
  if (!who.success && !isBill(transaction)) return checkout(account, { ...visiting, problem: who.error.issues[0]?.message ?? 'Please check the form.' }, 422)
  const person = buyerOf(who.data)
  try {
    if (form.get('do') === 'pay') {
      buy(account, id, person)
      return { redirect: back(links.success_url) ?? `${prefix}/checkout/${id}` }
    }
    if (form.get('do') === 'decline') {
      buy(account, id, person, 'decline')
      return checkout(account, { ...visiting, problem: 'The card was declined. Nothing was charged.' })
    }
    account.store.change(() => identify(account, id, person))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return checkout(account, { ...visiting, problem: error.message }, error.status)
  }
  const query = new URLSearchParams(Object.entries(links).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
  return { redirect: `${prefix}/checkout/${id}?${query}` }
}

/** Fields that the form did not have leave things as they are. */
function buyerOf(form: z.infer<typeof buyer> | undefined): Buyer {
  return {
    email: form?.email ?? '', country: form?.country ?? '',
    ...(form?.discount_code !== undefined && { discountCode: form.discount_code }),
    ...(form?.quantity !== undefined && { quantity: form.quantity }),
    ...(form?.name && { name: form.name }),
    ...(form?.postal_code && { postalCode: form.postal_code }),
    ...(form?.company && { company: { name: form.company, taxNumber: form.tax_number || null } }),
  }
}
