import { z } from 'zod'
import { find, type Account } from './account.ts'
import { decideRefund } from './adjustments.ts'
import { replay } from './events.ts'
import { Failure } from './failure.ts'
import { invoicePdf } from './invoice.ts'
import { checkLink } from './links.ts'
import { checkoutPage, messagePage, overviewPage, portalPage } from './pages.ts'
import { stylesheet } from './stylesheet.ts'
import { cancelSubscription } from './subscriptions.ts'
import { decline, identify, pay } from './transactions.ts'

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
  if (area === 'checkout') return checkout(account, { id, prefix, successUrl: query.get('success_url'), closeUrl: query.get('close_url'), problem: null })
  if (area === 'invoices') {
    checkLink(account, path, query)
    return { status: 200, type: 'application/pdf', body: invoicePdf(account, id.replace(/\.pdf$/, '')) }
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
}

function checkout(account: Account, visiting: CheckoutVisit, status = 200): Screen {
  const transaction = find(account, 'transactions', visiting.id)
  const customer = transaction.customer_id === null ? undefined : account.store.get('customers', transaction.customer_id)
  const address = transaction.address_id === null ? undefined : account.store.get('addresses', transaction.address_id)
  const successUrl = ours(account, transaction.checkout?.url ?? null, visiting.successUrl)
  const closeUrl = ours(account, transaction.checkout?.url ?? null, visiting.closeUrl)
  return page(checkoutPage({
    prefix: visiting.prefix, transaction, known: customer !== undefined, problem: visiting.problem, successUrl, closeUrl,
    email: customer?.email ?? visiting.email ?? null, country: visiting.country ?? address?.country_code ?? null,
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
})

function act(account: Account, request: Visit): ScreenReply {
  const { path, prefix, query } = request
  const [, , area = '', id = '', verb = '', more = ''] = path.split('/')
  if (area === 'checkouts') return leaveCheckout(account, request, id)
  if (area === 'portal') {
    checkLink(account, `/portal/${id}`, query)
    if (find(account, 'subscriptions', verb).customer_id !== id || more !== 'cancellation') throw new Failure(404, 'not_found', 'There is no such subscription.')
    account.store.change(() => cancelSubscription(account, verb, null))
    return { redirect: `${prefix}/portal/${id}?${query}` }
  }
  const known = area === 'refunds' ? decideFor(account, id, verb) : area === 'notifications' && verb === 'delivery' && again(account, id)
  if (!known) throw new Failure(404, 'not_found', 'There is no such button.')
  return { redirect: `${prefix}/` }
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
  const typed = { email: form.get('email') ?? '', country: form.get('country') ?? '' }
  const links = { success_url: form.get('success_url'), close_url: form.get('close_url') }
  const back = (url: string | null) => ours(account, transaction.checkout?.url ?? null, url)
  const visiting: CheckoutVisit = { id, prefix, successUrl: links.success_url, closeUrl: links.close_url, problem: null, ...typed }

  if (form.get('do') === 'close') return { redirect: back(links.close_url) ?? `${prefix}/` }
  const who = buyer.safeParse(typed)
  if (!who.success) return checkout(account, { ...visiting, problem: who.error.issues[0]?.message ?? 'Please check the form.' }, 422)
  try {
    if (form.get('do') === 'pay') {
      account.store.change(() => (identify(account, id, who.data), pay(account, id)))
      return { redirect: back(links.success_url) ?? `${prefix}/checkout/${id}` }
    }
    if (form.get('do') === 'decline') {
      account.store.change(() => (identify(account, id, who.data), decline(account, id)))
      return checkout(account, { ...visiting, problem: 'The card was declined. Nothing was charged.' })
    }
    account.store.change(() => identify(account, id, who.data))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return checkout(account, { ...visiting, problem: error.message }, error.status)
  }
  const query = new URLSearchParams(Object.entries(links).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
  return { redirect: `${prefix}/checkout/${id}?${query}` }
}
