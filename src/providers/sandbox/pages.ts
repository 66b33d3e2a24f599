import type { Account } from './account.ts'
import { html, type Html } from './html.ts'
import { hasInvoice, invoiceLink } from './links.ts'
import { formatMoney } from './money.ts'
import type { Adjustment, Notification, Subscription, Transaction } from './wire.ts'

/** `prefix` is where the pages are mounted, e.g. '/dev/payments'; '' on the sandbox's own port. */
export function layout(prefix: string, title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Payments sandbox</title>
<link rel="stylesheet" href="${prefix}/sandbox.css">
</head>
<body>
<header class="banner"><p><strong>Sandbox.</strong> No money moves and no card is asked for. This stands in for Paddle on this machine.</p></header>
<main>
${content}
</main>
</body>
</html>
`.text
}

const COUNTRIES = (
  'AR AT AU BE BG BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GR HK HR HU IE IL IN IS IT JP KE KR LT LU LV MT MX MY NG NL NO NZ PE PH ' +
  'PK PL PT RO SE SG SI SK TH TR TW UA US VN ZA'
).split(' ')
const countryName = new Intl.DisplayNames('en', { type: 'region' })
const SORTED = COUNTRIES.map((code) => ({ code, name: countryName.of(code) ?? code })).sort((a, b) => a.name.localeCompare(b.name, 'en'))

export interface CheckoutView {
  prefix: string
  transaction: Transaction
  email: string | null
  country: string | null
  name: string | null
  postalCode: string | null
  discount: string | null
  company: string | null
  taxNumber: string | null
  /** A bill of a subscription: a card is asked for, nothing else. */
  bill: boolean
  /** The e-mail address comes from the shop and cannot be changed here. */
  known: boolean
  successUrl: string | null
  closeUrl: string | null
  problem: string | null
}

export function checkoutPage(view: CheckoutView): string {
  const { transaction, prefix } = view
  const open = transaction.status === 'draft' || transaction.status === 'ready' || view.bill
  return layout(prefix, 'Checkout', html`
<h1>Checkout</h1>
${view.problem === null ? null : html`<p class="problem" role="alert">${view.problem}</p>`}
${summary(transaction, view.country === null && open)}
${view.bill ? cardForm(view) : open ? form(view) : closed(view)}
<p class="fine"><a href="${prefix}/">All test payments</a> · <code>${transaction.id}</code></p>`)
}

function summary({ details, currency_code: currency }: Transaction, beforeTax: boolean): Html {
  const { totals } = details
  return html`<table>
<caption>Your order</caption>
<thead><tr><th scope="col">Item</th><th scope="col" class="number">Quantity</th><th scope="col" class="number">Price</th></tr></thead>
<tbody>${details.line_items.map((line) => html`
<tr><td>${line.product.name}</td><td class="number">${line.quantity}</td><td class="number">${formatMoney(line.totals.total, currency)}</td></tr>`)}
</tbody>
<tfoot>${totals.discount === '0' ? null : html`
<tr><th scope="row" colspan="2">Discount (before tax), taken off already</th><td class="number">−${formatMoney(totals.discount, currency)}</td></tr>`}
<tr><th scope="row" colspan="2">${beforeTax ? 'Tax (choose a country)' : 'of which tax'}</th><td class="number">${formatMoney(totals.tax, currency)}</td></tr>
<tr class="total"><th scope="row" colspan="2">Total</th><td class="number">${formatMoney(totals.grand_total, currency)}</td></tr>
</tfoot>
</table>`
}

function form(view: CheckoutView): Html {
  const { prefix, transaction, email, country, known, successUrl, closeUrl } = view
  return html`<form method="post" action="${prefix}/actions/checkouts/${transaction.id}">
${hidden('success_url', successUrl)}${hidden('close_url', closeUrl)}
<p><label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required maxlength="320" value="${email ?? ''}"${known ? html` readonly` : null}></p>
<p><label for="country">Country</label>
<select id="country" name="country" autocomplete="country" required>
<option value="">Choose a country</option>${SORTED.map(({ code, name }) => html`
<option value="${code}"${code === country ? html` selected` : null}>${name}</option>`)}
</select></p>
<p><label for="name">Name (optional)</label>
<input id="name" name="name" autocomplete="name" maxlength="1024" value="${view.name ?? ''}"></p>
<p><label for="postal_code">Postal code (optional)</label>
<input id="postal_code" name="postal_code" autocomplete="postal-code" maxlength="200" value="${view.postalCode ?? ''}"></p>
${quantityField(transaction)}<p><label for="discount_code">Discount code (optional)</label>
<input id="discount_code" name="discount_code" autocomplete="off" maxlength="32" value="${view.discount ?? ''}"></p>
<details${view.company === null || view.company === '' ? null : html` open`}><summary>Buying for a company</summary>
<p><label for="company">Company</label>
<input id="company" name="company" autocomplete="organization" maxlength="1024" value="${view.company ?? ''}"></p>
<p><label for="tax_number">Tax number</label>
<input id="tax_number" name="tax_number" autocomplete="off" maxlength="1024" value="${view.taxNumber ?? ''}"></p>
</details>
<p class="buttons">
<button name="do" value="pay" class="main">Pay (test)</button>
<button name="do" value="update">Update prices</button>
<button name="do" value="decline">Decline</button>
<button name="do" value="close" formnovalidate>Close</button>
</p>
</form>`
}

/** One item may be bought several times, if its price says so. */
function quantityField({ items }: Transaction): Html | null {
  const [only] = items
  if (only === undefined || items.length > 1 || only.price.quantity.maximum === only.price.quantity.minimum) return null
  const { minimum, maximum } = only.price.quantity
  return html`<p><label for="quantity">Quantity</label>
<input id="quantity" name="quantity" type="number" min="${minimum}" max="${maximum}" value="${only.quantity}" required></p>
`
}

function cardForm({ prefix, transaction, successUrl, closeUrl }: CheckoutView): Html {
  return html`<form method="post" action="${prefix}/actions/checkouts/${transaction.id}">
${hidden('success_url', successUrl)}${hidden('close_url', closeUrl)}
<p>${transaction.status === 'past_due' ? 'This bill could not be taken from your card.' : 'Nothing is charged now: this only changes your card.'}</p>
<p class="buttons">
<button name="do" value="pay" class="main">${transaction.status === 'past_due' ? 'Pay with a new card (test)' : 'Use a new card (test)'}</button>
<button name="do" value="close" formnovalidate>Close</button>
</p>
</form>`
}

const hidden = (name: string, value: string | null): Html | null =>
  value === null ? null : html`<input type="hidden" name="${name}" value="${value}">`

function closed({ transaction, successUrl }: CheckoutView): Html {
  const words = transaction.status === 'canceled' ? 'This checkout was cancelled.' : 'This is paid. Thank you for testing.'
  return html`<p>${words}</p>${successUrl === null || transaction.status === 'canceled' ? null : html`<p><a href="${successUrl}">Back to the shop</a></p>`}`
}

/** Newest first, and not more than a person reads. */
const recent = <T extends { id: string }>(rows: T[]): T[] => rows.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, 50)

const button = (action: string, label: string, extra: Html | null = null): Html =>
  html`<form method="post" action="${action}">${extra}<button>${label}</button></form>`

const time = (at: string | null): Html | string => (at === null ? '' : html`<time datetime="${at.slice(0, 19)}Z">${at.slice(0, 19).replace('T', ' ')}</time>`)

function table(title: string, heads: string[], rows: Html[], empty: string): Html {
  return html`<section><h2>${title}</h2>
${rows.length === 0 ? html`<p>${empty}</p>` : html`<div class="scroll" role="region" aria-label="${title}" tabindex="0"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`}
</section>`
}

export function overviewPage({ store, settings, now }: Account, prefix: string): string {
  const works = (customerId: string): boolean => store.get('cards', customerId)?.works ?? true
  const email = (id: string | null): string => (id === null ? '' : (store.get('customers', id)?.email ?? ''))
  return layout(prefix, 'Overview', html`
<h1>Payments sandbox</h1>
<p>Webhooks go to ${settings.webhookUrl === null ? 'nobody' : html`<code>${settings.webhookUrl}</code>`}. The sandbox's clock says ${time(now().toISOString())} (UTC).</p>
<form method="post" action="${prefix}/actions/clock/advance" class="buttons"><label for="days">Days</label>
<input id="days" name="days" type="number" min="1" max="400" value="31" required> <button>Move the clock ahead</button></form>
${table('Transactions', ['Transaction', 'State', 'Customer', 'Total', 'Changed', 'Actions'],
  recent(store.all('transactions')).map((row) => transactionRow(row, email(row.customer_id), prefix)), 'Nobody has started a purchase yet.')}
${table('Subscriptions', ['Subscription', 'State', 'Customer', 'Next bill', 'Scheduled', 'Card'],
  recent(store.all('subscriptions')).map((row) => subscriptionRow(row, email(row.customer_id), works(row.customer_id), prefix)), 'No subscriptions yet.')}
${table('Refunds and chargebacks', ['Adjustment', 'Kind', 'State', 'Total', 'Reason', 'Actions'],
  recent(store.all('adjustments')).map((row) => adjustmentRow(row, prefix)), 'Nothing has been refunded.')}
${table('Notifications', ['Notification', 'Event', 'State', 'Attempts', 'Last', 'Actions'],
  recent(store.all('notifications')).map((row) => notificationRow(row, prefix)), 'Nothing has been sent.')}
${table('Events', ['Event', 'Type', 'Occurred'],
  recent(store.all('events')).map((row) => html`<tr><td><code>${row.id}</code></td><td>${row.event_type}</td><td>${time(row.occurred_at)}</td></tr>`), 'Nothing has happened.')}`)
}

const transactionRow = (row: Transaction, email: string, prefix: string): Html => html`
<tr><td><code>${row.id}</code></td><td>${row.status}</td><td>${email}</td>
<td class="number">${formatMoney(row.details.totals.grand_total, row.currency_code)}</td><td>${time(row.updated_at)}</td>
<td>${['draft', 'ready', 'past_due'].includes(row.status) ? html`<a href="${prefix}/checkout/${row.id}">Open checkout</a>` : null}${row.status === 'completed'
  ? html`<div class="buttons">${button(`${prefix}/actions/transactions/${row.id}/refund`, 'Ask for a refund')}
${button(`${prefix}/actions/transactions/${row.id}/chargeback`, 'Charge back', html`<input type="hidden" name="action" value="chargeback">`)}</div>` : null}</td></tr>`

const subscriptionRow = (row: Subscription, email: string, works: boolean, prefix: string): Html => html`
<tr><td><code>${row.id}</code></td><td>${row.status}</td><td>${email}</td><td>${time(row.next_billed_at)}</td>
<td>${row.scheduled_change === null ? null : html`${row.scheduled_change.action} ${time(row.scheduled_change.effective_at)}`}</td>
<td>${works ? button(`${prefix}/actions/cards/${row.customer_id}/failure`, 'Card fails from now on')
  : button(`${prefix}/actions/cards/${row.customer_id}/repair`, 'Card works again')}</td></tr>`

const adjustmentRow = (row: Adjustment, prefix: string): Html => html`
<tr><td><code>${row.id}</code></td><td>${row.action} (${row.type})</td><td>${row.status}</td>
<td class="number">${formatMoney(row.totals.total, row.currency_code)}</td><td>${row.reason}</td>
<td>${row.status !== 'pending_approval' ? null : html`<div class="buttons">${button(`${prefix}/actions/refunds/${row.id}/approval`, 'Approve refund')}
${button(`${prefix}/actions/refunds/${row.id}/rejection`, 'Reject refund')}</div>`}</td></tr>`

const notificationRow = (row: Notification, prefix: string): Html => html`
<tr><td><code>${row.id}</code></td><td>${row.type}</td><td>${row.status}</td><td class="number">${row.times_attempted}</td>
<td>${time(row.last_attempt_at)}</td><td>${button(`${prefix}/actions/notifications/${row.id}/delivery`, 'Deliver again')}</td></tr>`

export function portalPage(account: Account, prefix: string, customerId: string, link: string): string {
  const { store } = account
  const customer = store.get('customers', customerId)
  const mine = <T extends { customer_id: string | null }>(rows: T[]): T[] => rows.filter((row) => row.customer_id === customerId)
  return layout(prefix, 'Customer portal', html`
<h1>Customer portal</h1>
<p>${customer?.email ?? ''}</p>
${table('Subscriptions', ['Subscription', 'State', 'Next bill', 'Scheduled', 'Actions'], recent(mine(store.all('subscriptions'))).map((row) => html`
<tr><td>${row.items.map(({ product }) => product.name).join(', ')}</td><td>${row.status}</td><td>${time(row.next_billed_at)}</td>
<td>${row.scheduled_change === null ? null : html`${row.scheduled_change.action} ${time(row.scheduled_change.effective_at)}`}</td>
<td>${row.status === 'canceled' ? null : row.scheduled_change !== null
  ? button(`${prefix}/actions/portal/${customerId}/${row.id}/continuation${link}`, `Do not ${row.scheduled_change.action}`)
  : button(`${prefix}/actions/portal/${customerId}/${row.id}/cancellation${link}`, 'Cancel subscription')}</td></tr>`), 'No subscriptions.')}
<section><h2>Card</h2>
${button(`${prefix}/actions/portal/${customerId}/card${link}`, 'Use a new card (test)')}
</section>
${table('Payments', ['Invoice', 'State', 'Total', 'Date'], recent(mine(store.all('transactions'))).map((row) => html`
<tr><td>${hasInvoice(row) ? html`<a href="${invoiceLink(account, row.id).url}">${row.invoice_number}</a>` : row.invoice_number}</td><td>${row.status}</td><td class="number">${formatMoney(row.details.totals.grand_total, row.currency_code)}</td>
<td>${time(row.billed_at)}</td></tr>`), 'No payments.')}`)
}

export const messagePage = (prefix: string, title: string, words: string): string =>
  layout(prefix, title, html`<h1>${title}</h1><p>${words}</p><p><a href="${prefix}/">All test payments</a></p>`)
