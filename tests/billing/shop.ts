import { createHmac } from 'node:crypto'
import request from 'supertest'
import { saveProduct } from '../../src/billing/save-product.ts'
import { lin, type Person } from '../support/people.ts'
import { browserOf, type Browser, type Site } from '../support/site.ts'
import { writeCourse, type Written } from '../support/content.ts'

/** Stands in a paid lesson's text and nowhere else: whoever reads it has paid. */
export const CANARY = 'The zibeline quokka unlocks everything.'

export interface Shop {
  course: Written & { lessons: Written[] }
  /** A lesson that has to be paid for. */
  lesson: Written
  preview: Written
  price: string
  productId: string
}

/** A course for 49 dollars with a free first lesson, known to Paddle. */
export async function openShop(site: Site, given: { slug?: string; amount?: bigint; currency?: string; interval?: 'month' | 'year' | null; access?: 'paid' | 'members' } = {}): Promise<Shop> {
  const { slug = 'sql', amount = 4900n, currency = 'USD', interval = null, access = 'paid' } = given
  const course = await writeCourse(site.services, {
    slug, title: `Course ${slug}`, summary: 'From tables to windows.', source: 'What the course is about.', access, topics: ['data'],
    sections: [{ title: 'Basics', lessons: [
      { slug: 'hello', title: 'Hello', preview: true, source: 'Free to read.' },
      { slug: 'joins', title: 'Joins', summary: 'How tables meet.', source: `## Inner\n\n${CANARY}` },
    ] }],
  })
  const { productId } = await saveProduct(site.services, { slug, name: `Course ${slug}`, documentIds: [course.id], prices: [{ amount, currency, interval }] })
  await site.work()
  const { id: price } = await site.database.db.price.findFirstOrThrow({ where: { productId } })
  const [preview, lesson] = course.lessons
  if (preview === undefined || lesson === undefined) throw new Error('The course has two lessons.')
  return { course, lesson, preview, price, productId }
}

export interface Buyer {
  person: Person
  browser: Browser
}

export async function learner(site: Site): Promise<Buyer> {
  const person = await lin(site.database.db)
  return { person, browser: await browserOf(site, person) }
}

/** Goes through our checkout; answers the order and Paddle's transaction. */
export async function order(site: Site, { browser }: Pick<Buyer, 'browser'>, price: string): Promise<{ orderId: string; transactionId: string }> {
  const answer = await browser.post('/checkout', { price })
  if (answer.status !== 303) throw new Error(`The checkout answered ${answer.status}.`)
  const door = new URL(answer.headers.location ?? '')
  const transactionId = door.pathname.split('/').at(-1) ?? ''
  const { id } = await site.database.db.order.findUniqueOrThrow({ where: { providerTransactionId: transactionId } })
  return { orderId: id, transactionId }
}

/** Pays on the sandbox and lets every webhook and job run. */
export async function pay(site: Site, transactionId: string, { person }: Pick<Buyer, 'person'>): Promise<void> {
  site.sandbox.pay(transactionId, { email: person.email, country: 'DE' })
  await settle(site)
}

export async function settle(site: Site): Promise<void> {
  await site.sandbox.settled()
  await site.work()
}

export async function buy(site: Site, buyer: Buyer, price: string): Promise<{ orderId: string; transactionId: string }> {
  const made = await order(site, buyer, price)
  await pay(site, made.transactionId, buyer)
  return made
}

/** Asks for money back as the owner will; Paddle has not decided yet. */
export function refund(site: Site, transactionId: string, lines: 'all' | { lineId: string; amount: bigint | null }[] = 'all', reference = crypto.randomUUID()) {
  return site.services.payments.refund({ reference, transactionId, reason: 'asked for', lines })
}

export const canOpen = async ({ browser }: Pick<Buyer, 'browser'>, { lesson }: Shop): Promise<boolean> => (await browser.get(lesson.path)).text.includes(CANARY)

export const SECRET = 'pdl_ntfset_secret'

export function signature(body: string | Buffer, { secret = SECRET, ts = Math.floor(Date.now() / 1000) }: { secret?: string; ts?: number | string } = {}): string {
  return `ts=${ts};h1=${createHmac('sha256', secret).update(`${ts}:`).update(body).digest('hex')}`
}

/** Posts bytes to the webhook as Paddle would. */
export function deliver(site: Site, body: string | Buffer, headers: Record<string, string> = { 'Paddle-Signature': signature(body) }) {
  return request(site.url).post('/webhooks/paddle').set({ 'Content-Type': 'application/json', ...headers }).send(body)
}

/** What people and Paddle would see of the money: all that must be the same whatever happened on the way. */
export async function books(site: Site) {
  const { db } = site.database
  const [orders, rights, mails] = await Promise.all([
    db.order.findMany({ orderBy: { id: 'asc' }, select: { state: true, total: true, tax: true, currency: true, refunded: true, items: { orderBy: { id: 'asc' }, select: { priceId: true, quantity: true, total: true, refunded: true } } } }),
    db.$queryRaw<{ live: boolean }[]>`SELECT account_id, document_id, source::text, (ends_at IS NULL OR ends_at > now()) AS live FROM entitlement ORDER BY account_id, document_id, source_id`,
    db.mail.findMany({ orderBy: { key: 'asc' }, select: { template: true, subject: true } }),
  ])
  return { orders, rights, mails }
}
