import { setTimeout as wait } from 'node:timers/promises'
import { after, DAY } from '../platform/clock.ts'
import { AppError, Unavailable } from '../platform/errors.ts'
import type { Viewer } from '../platform/viewer.ts'
import type { CheckoutDoor } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import type { Sale } from './queries.ts'
import { syncProduct } from './sync-product.ts'

/** How long one try to make a transaction may take before another may be made. */
const TRY = 20_000
/** How long a second click waits for what the first one makes. */
const PATIENCE = 8_000

export interface StartedCheckout {
  orderId: string
  /** Null: this was paid already, and is being confirmed. */
  door: CheckoutDoor | null
  /** This request made the transaction. */
  isNew: boolean
}

/**
 * Starts a purchase, or finds the one that this person started today: the second click, the second tab and the impatient
 * reload all end at the same transaction. Its items are fixed here, where the buyer cannot change them.
 * Throws `Unavailable` while Paddle cannot be asked, and when it refuses what we sell.
 */
export async function startCheckout(services: Services, sale: Sale, viewer: Viewer): Promise<StartedCheckout> {
  const orderId = await openOrder(services, sale, viewer)
  const turn = await takeTurn(services, orderId)
  if (turn.kind === 'paid') return { orderId, door: null, isNew: false }
  const transactionId = turn.kind === 'made' ? turn.transactionId : await makeTransaction(services, { orderId, sale, viewer, ...turn })
  const back = { successUrl: `${services.config.baseUrl}/thank-you/${orderId}`, closeUrl: `${services.config.baseUrl}/checkout?price=${sale.priceId}` }
  return { orderId, door: services.payments.openCheckout(transactionId, back), isNew: turn.kind === 'mine' }
}

/** Yesterday's order counts until it is a day old, so that midnight divides nobody's double click. */
async function openOrder({ db, clock }: Services, sale: Sale, viewer: Viewer): Promise<string> {
  const now = clock.now()
  const key = `${viewer.id}:${sale.priceId}:`
  const open = await db.order.findFirst({
    where: { accountId: viewer.id, checkoutKey: { startsWith: key }, createdAt: { gt: after(now, -DAY) } },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  })
  if (open !== null) return open.id
  const checkoutKey = key + now.toISOString().slice(0, 10)
  return db.$transaction(async (tx) => {
    const [created] = await tx.order.createManyAndReturn({ data: [{ accountId: viewer.id, checkoutKey }], skipDuplicates: true, select: { id: true } })
    if (created === undefined) return (await tx.order.findUniqueOrThrow({ where: { checkoutKey }, select: { id: true } })).id
    await tx.orderItem.create({ data: { orderId: created.id, priceId: sale.priceId } })
    return created.id
  })
}

type Turn = { kind: 'paid' } | { kind: 'made'; transactionId: string } | { kind: 'mine'; since: Date; triedAt: Date | null }

/** Either this request makes the transaction, or it waits for the one that does. No lock is held meanwhile. */
async function takeTurn({ db, clock }: Services, orderId: string): Promise<Turn> {
  const until = clock.now().getTime() + PATIENCE
  for (;;) {
    const order = await db.order.findUniqueOrThrow({ where: { id: orderId }, select: { state: true, createdAt: true, providerTransactionId: true, checkoutTriedAt: true } })
    if (order.state === 'paid' || order.state === 'completed') return { kind: 'paid' }
    if (order.providerTransactionId !== null) return { kind: 'made', transactionId: order.providerTransactionId }
    const now = clock.now()
    const free = order.checkoutTriedAt === null || now.getTime() - order.checkoutTriedAt.getTime() > TRY
    if (free) {
      const { count } = await db.order.updateMany({ where: { id: orderId, providerTransactionId: null, checkoutTriedAt: order.checkoutTriedAt }, data: { checkoutTriedAt: now } })
      // Any earlier try may have reached Paddle, so we look from the order's beginning.
      if (count === 1) return { kind: 'mine', since: now, triedAt: order.checkoutTriedAt === null ? null : order.createdAt }
    }
    if (now.getTime() > until) throw new Unavailable(NOT_NOW, { retryAfter: 10 })
    await wait(150)
  }
}

const NOT_NOW = 'Payment is slow just now. Nothing was charged; please try again in a moment.'

interface Attempt {
  orderId: string
  sale: Sale
  viewer: Viewer
  /** When this try began, as it stands in the order. */
  since: Date
  triedAt: Date | null
}

async function makeTransaction(services: Services, attempt: Attempt): Promise<string> {
  const { db, log } = services
  try {
    return await askForTransaction(services, attempt)
  } catch (error) {
    // The next click need not wait until this try is surely over; it looks before it repeats.
    await db.order.updateMany({ where: { id: attempt.orderId, checkoutTriedAt: attempt.since }, data: { checkoutTriedAt: after(attempt.since, -2 * TRY) } })
    if (!(error instanceof AppError)) throw error
    const level = error instanceof Unavailable ? 'warn' : 'error'
    log[level]({ err: error, orderId: attempt.orderId, priceId: attempt.sale.priceId }, 'a checkout could not be made')
    const retryAfter = error instanceof Unavailable ? Math.min(error.retryAfter, 30) : 30
    throw new Unavailable(error instanceof Unavailable ? NOT_NOW : 'This cannot be bought just now. Nothing was charged; we have been told.', { cause: error, retryAfter })
  }
}

async function askForTransaction(services: Services, { orderId, sale, viewer, triedAt }: Attempt): Promise<string> {
  const { db, payments } = services
  const made = await payments.createCheckout({
    reference: orderId,
    items: [{ priceId: await providerPriceOf(services, sale), quantity: 1 }],
    customerId: await customerOf(services, viewer),
    currency: null,
    back: { successUrl: '', closeUrl: '' },
    triedAt,
  })
  await db.order.updateMany({ where: { id: orderId, providerTransactionId: null }, data: { providerTransactionId: made.transactionId } })
  // A slower try may have been first: everybody goes to the one that the order knows.
  const order = await db.order.findUniqueOrThrow({ where: { id: orderId }, select: { providerTransactionId: true } })
  return order.providerTransactionId ?? made.transactionId
}

async function providerPriceOf(services: Services, sale: Sale): Promise<string> {
  if (sale.providerPriceId !== null) return sale.providerPriceId
  await syncProduct(services, sale.productId)
  const { providerPriceId } = await services.db.price.findUniqueOrThrow({ where: { id: sale.priceId }, select: { providerPriceId: true } })
  if (providerPriceId === null) throw new Unavailable('The price is not known to the payment provider yet.')
  return providerPriceId
}

/**
 * The person's identity at Paddle: one that we know, or the one that Paddle makes or finds for the confirmed address. Null
 * when there is none of their own: the buyer then gives an address at the checkout, and the order stays theirs by its id.
 */
async function customerOf({ db, payments }: Services, viewer: Viewer): Promise<string | null> {
  const known = await db.customer.findFirst({ where: { accountId: viewer.id }, orderBy: { createdAt: 'desc' }, select: { providerCustomerId: true } })
  if (known !== null) return known.providerCustomerId
  // Paddle finds customers by address, so an address that may be somebody else's must not lead to their purchases.
  if (!viewer.verified) return null
  const { customerId, email } = await payments.saveCustomer({ email: viewer.email, name: viewer.name })
  await db.customer.createMany({ data: [{ providerCustomerId: customerId, accountId: viewer.id, email }], skipDuplicates: true })
  const saved = await db.customer.findUnique({ where: { providerCustomerId: customerId }, select: { accountId: true } })
  return saved?.accountId === viewer.id ? customerId : null
}
