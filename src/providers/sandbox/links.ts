import { createHmac, timingSafeEqual } from 'node:crypto'
import { find, type Account } from './account.ts'
import { Failure, notFound } from './failure.ts'
import type { Subscription, Transaction } from './wire.ts'

const HOUR = 60 * 60_000

/** A signed link that lives for an hour, as Paddle's invoice and portal links do. */
function signedLink(account: Account, path: string, query: Record<string, string> = {}, until = account.real() + HOUR): string {
  const url = new URL(account.settings.publicUrl + path)
  const expires = String(until)
  for (const [name, value] of Object.entries({ ...query, expires, token: token(account, path, expires) })) url.searchParams.set(name, value)
  return url.href
}

const token = (account: Account, path: string, expires: string): string =>
  createHmac('sha256', `links ${account.settings.webhookSecrets.join(' ')}`).update(`${path} ${expires}`).digest('hex')

export function checkLink(account: Account, path: string, query: URLSearchParams): void {
  const given = Buffer.from(query.get('token') ?? '')
  const right = Buffer.from(token(account, path, query.get('expires') ?? ''))
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw new Failure(404, 'not_found', 'There is no such link.')
  if (Number(query.get('expires')) < account.real()) throw new Failure(404, 'expired', 'This link has expired. Ask for a new one.')
}

/** Nothing paid, no invoice. */
export const hasInvoice = ({ status, details }: Transaction): boolean => status === 'completed' && details.totals.grand_total !== '0'

export function invoiceLink(account: Account, id: string): { url: string } {
  if (!hasInvoice(find(account, 'transactions', id))) {
    throw new Failure(404, 'transaction_invoice_not_found', `transaction ${id} has no invoice`)
  }
  return { url: signedLink(account, `/invoices/${id}.pdf`) }
}

/** A credit note exists once the money has gone back. */
export function creditNoteLink(account: Account, id: string): { url: string } {
  const { status, action } = find(account, 'adjustments', id)
  if (status !== 'approved' || (action !== 'refund' && action !== 'credit')) {
    throw new Failure(404, 'adjustment_credit_note_not_found', `adjustment ${id} has no credit note`)
  }
  return { url: signedLink(account, `/credit-notes/${id}.pdf`) }
}

/** Where the buyer changes the card or cancels. In API answers only, never in webhooks; the same for about an hour. */
export function managementUrls(account: Account, { id, customer_id }: Subscription): object {
  const until = (Math.floor(account.real() / HOUR) + 2) * HOUR
  const link = (action: string): string => signedLink(account, `/portal/${customer_id}`, { action, subscription: id }, until)
  return { update_payment_method: link('update_payment_method'), cancel: link('cancel') }
}

export function createAuthToken(account: Account, customerId: string): object {
  find(account, 'customers', customerId)
  return { customer_auth_token: `pca_${account.ids.next('x').slice(2)}_sandbox`, expires_at: new Date(account.now().getTime() + HOUR / 2).toISOString() }
}

export function createPortalSession(account: Account, customerId: string, subscriptionIds: string[]): object {
  find(account, 'customers', customerId)
  for (const id of subscriptionIds) {
    if (find(account, 'subscriptions', id).customer_id !== customerId) throw notFound('subscription', id)
  }
  const path = `/portal/${customerId}`
  return {
    id: account.ids.next('cpls'), customer_id: customerId,
    urls: {
      general: { overview: signedLink(account, path) },
      subscriptions: subscriptionIds.map((id) => ({
        id, cancel_subscription: signedLink(account, path, { action: 'cancel', subscription: id }),
        update_subscription_payment_method: signedLink(account, path, { action: 'update_payment_method', subscription: id }),
      })),
    },
    created_at: account.stamp(),
  }
}
