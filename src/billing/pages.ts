import { pageMeta, type SiteInfo } from '../content/meta.ts'
import { courseCard } from '../courses/cards.ts'
import type { ListedCourse } from '../courses/queries.ts'
import { accountTabs } from '../account/tabs.ts'
import { address, pagination } from '../platform/paging.ts'
import type { Action, CourseCard, ErrorItem, Field, FilterGroup, Link, Moment, Notice, Pagination, PriceBox, Tab } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { counted, moment, moneyText } from '../platform/words.ts'
import { offerBox, offerPrice, type Offer } from './offer.ts'
import { documentsOf, openedBy, ORDERS_PER_PAGE, type PlacedOrder, type Sale } from './queries.ts'

export interface PricingPage {
  meta: Meta
  title: string
  lead: string
  notices: Notice[]
  periods: FilterGroup | null
  plans: PriceBox[]
  note: string
  courses: { title: string; cards: CourseCard[] } | null
  questions: { question: string; answer: string }[]
}

export const pricingView = view<PricingPage>('billing/pricing.njk')

export function pricingPage(shown: { memberships: Offer[]; courses: ListedCourse[]; member: boolean }, site: SiteInfo): PricingPage {
  const { memberships, member } = shown
  const cards = shown.courses.filter((course) => course.access !== 'free').map(courseCard)
  return {
    meta: pageMeta(site, { title: 'Pricing', description: 'What it costs, what you get, and how to get your money back.', path: '/pricing' }),
    title: 'Pricing',
    lead: memberships.length > 0 ? 'Become a member, or own a course for ever.' : 'Buy a course once and it is yours for ever, with every update.',
    notices: member ? [{ kind: 'good', title: null, text: 'You are a member: everything marked “for members” is open to you.', link: null }] : [],
    periods: null,
    plans: member ? [] : memberships.map((offer) => offerBox(offer, { title: offer.productName, label: 'Become a member', points: ['Everything marked “for members”', 'Cancel whenever you like'] })),
    note: 'Taxes are worked out at checkout for your country. If it is not for you, tell us within 30 days and you get your money back.',
    courses: cards.length === 0 ? null : { title: memberships.length > 0 ? 'Or own one course' : 'Courses', cards },
    questions: [
      { question: 'How can I pay?', answer: 'By card, PayPal, Apple Pay or Google Pay. The sale is made by Paddle.com, our reseller, who sends the invoice and takes care of taxes.' },
      { question: 'Do I get an invoice for my company?', answer: 'Yes. Add your company’s name and tax number at checkout; the invoice waits under “Purchases” at any time.' },
      { question: 'What if I do not like it?', answer: 'Write to us within 30 days. The whole amount goes back the way it came.' },
    ],
  }
}

export interface CheckoutPage {
  meta: Meta
  title: string
  errors: ErrorItem[]
  notices: Notice[]
  lines: { text: string; note: string | null; amount: string }[]
  totals: { text: string; amount: string; strong: boolean }[]
  taxNote: string
  action: string
  fields: { name: string; value: string }[]
  email: Field | null
  emailNote: string | null
  submit: string
  back: Link
}

export const checkoutView = view<CheckoutPage>('billing/checkout.njk')

export function checkoutPage(sale: Sale, viewer: Viewer, site: SiteInfo): CheckoutPage {
  const amount = offerPrice(sale)
  const home = sale.documents[0]
  return {
    meta: pageMeta(site, { title: 'Your order', description: 'What you are about to buy.', path: '/checkout', robots: 'noindex' }),
    title: 'Your order',
    errors: [],
    notices: [],
    lines: [{ text: sale.productName, note: sale.interval === null ? 'Yours for ever' : `Billed every ${sale.interval}`, amount }],
    totals: [{ text: 'Before tax', amount, strong: true }],
    taxNote: 'Tax depends on your country and is shown before you pay. The payment is handled by Paddle; we never see your card.',
    action: '/checkout',
    fields: [{ name: 'price', value: sale.priceId }],
    email: null,
    emailNote: `Bought for ${viewer.email}.`,
    submit: 'Go to payment',
    back: home === undefined ? { text: 'Back to pricing', href: '/pricing' } : { text: `Back to ${home.title}`, href: home.path },
  }
}

/** The page that opens Paddle's own checkout over itself. */
export interface PaymentPage {
  meta: Meta
  title: string
  text: string
  token: string
  environment: 'live' | 'sandbox'
  transactionId: string
  successUrl: string
  back: Link
}

export const paymentView = view<PaymentPage>('billing/payment.njk')

export function paymentPage(order: PlacedOrder, door: { clientToken: string; environment: 'live' | 'sandbox' }, site: SiteInfo): PaymentPage {
  return {
    meta: pageMeta(site, { title: 'Payment', description: 'Payment by Paddle.', path: `/checkout/${order.id}`, robots: 'noindex' }),
    title: 'Payment',
    text: 'The payment window of Paddle, our reseller, opens over this page.',
    token: door.clientToken,
    environment: door.environment,
    transactionId: order.providerTransactionId ?? '',
    successUrl: `${site.url}/thank-you/${order.id}`,
    back: { text: 'Back to the order', href: address('/checkout', { price: order.items[0]?.price.id }) },
  }
}

export interface ThankYouPage {
  meta: Meta
  state: 'confirming' | 'done'
  title: string
  text: string
  statusHref: string | null
  reloadHref: string
  late: string
  items: Link[]
  receipt: Link | null
  account: { text: string; link: Link } | null
}

export const thankYouView = view<ThankYouPage>('billing/thank-you.njk')

export function thankYouPage(order: PlacedOrder, site: SiteInfo): ThankYouPage {
  const done = order.state === 'completed'
  return {
    meta: pageMeta(site, { title: done ? 'Thank you' : 'One moment', description: 'Your purchase.', path: `/thank-you/${order.id}`, robots: 'noindex' }),
    state: done ? 'done' : 'confirming',
    title: done ? 'Thank you. It is yours.' : 'We are confirming your payment',
    text: done ? 'The receipt is on its way to your inbox.' : 'This usually takes a few seconds.',
    statusHref: done ? null : `/thank-you/${order.id}/status`,
    reloadHref: `/thank-you/${order.id}`,
    late: 'It takes longer than usual. You can leave this page: as soon as the payment is confirmed, everything opens by itself and a mail tells you so.',
    items: openedBy(order).map((document) => ({ text: `Open ${document.title}`, href: document.path })),
    receipt: done ? { text: 'Your purchases and invoices', href: '/account/purchases' } : null,
    account: null,
  }
}

/** A checkout that was closed for good before anything was paid. */
export interface PaymentFailedPage {
  meta: Meta
  title: string
  text: string
  reasons: string[]
  retry: Action
  support: Link
}

export const paymentFailedView = view<PaymentFailedPage>('billing/payment-failed.njk')

export function paymentFailedPage(order: PlacedOrder, site: SiteInfo): PaymentFailedPage {
  const price = order.items[0]?.price.id
  return {
    meta: pageMeta(site, { title: 'Nothing was bought', description: 'A checkout that was closed.', path: `/thank-you/${order.id}`, robots: 'noindex' }),
    title: 'Nothing was bought',
    text: 'This checkout was closed before it was paid. No money was taken.',
    reasons: [],
    retry: { label: 'Begin again', href: price === undefined ? '/pricing' : address('/checkout', { price }), method: 'get', fields: [] },
    support: { text: 'What you bought so far', href: '/account/purchases' },
  }
}

export interface PurchasesPage {
  meta: Meta
  tabs: Tab[]
  notices: Notice[]
  membership: { title: string; text: string; facts: { term: string; text: string; href: string | null }[]; actions: Action[] } | null
  count: string
  orders: { number: string; date: Moment; lines: { text: string; href: string | null }[]; total: string; state: { text: string; kind: 'good' | 'warn' | 'bad' } | null; links: Link[] }[]
  pagination: Pagination | null
  empty: { title: string; text: string; action: Link | null } | null
}

export const purchasesView = view<PurchasesPage>('account/purchases.njk')

export function purchasesPage(list: { orders: PlacedOrder[]; total: number; page: number }, site: SiteInfo): PurchasesPage {
  return {
    meta: pageMeta(site, { title: 'Purchases', description: 'What you bought.', path: '/account/purchases', robots: 'noindex' }),
    tabs: accountTabs('/account/purchases'),
    notices: [],
    membership: null,
    count: counted(list.total, 'order'),
    orders: list.orders.map(orderShown),
    pagination: pagination({ label: 'Orders, pages', page: list.page, perPage: ORDERS_PER_PAGE, total: list.total, href: (page) => address('/account/purchases', { page: page === 1 ? null : page }) }),
    empty: list.orders.length > 0 ? null : { title: 'Nothing bought yet', text: 'What you buy stands here, with its invoice.', action: { text: 'See the courses', href: '/courses/' } },
  }
}

function orderShown(order: PlacedOrder): PurchasesPage['orders'][number] {
  return {
    number: `Order ${order.id.slice(-8)}`,
    date: moment(order.completedAt ?? order.createdAt),
    lines: order.items.map((item) => ({ text: item.price.product.name, href: documentsOf(item)[0]?.path ?? null })),
    total: order.total === null || order.currency === null ? '' : moneyText(order.total, order.currency),
    state: stateShown(order),
    links: order.state === 'completed' ? [{ text: 'Invoice (PDF)', href: `/account/purchases/${order.id}/invoice` }] : [],
  }
}

function stateShown(order: PlacedOrder): { text: string; kind: 'good' | 'warn' | 'bad' } | null {
  if (order.state === 'paid') return { text: 'Being confirmed', kind: 'warn' }
  if (order.refunded === 0n || order.total === null) return null
  return order.refunded >= order.total ? { text: 'Refunded', kind: 'warn' } : { text: 'Partly refunded', kind: 'warn' }
}
