import { setTimeout as wait } from 'node:timers/promises'
import type { Prisma } from '#prisma'
import { Unavailable } from '../platform/errors.ts'
import type { Viewer } from '../platform/viewer.ts'
import type { CheckoutDoor } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import type { Sale } from './queries.ts'
import { syncProduct } from './sync-product.ts'

/** How long one try to make a transaction may take before another may be made. */
const TRY = 20_000
/** How long a second click waits for what the first one makes. */
const PATIENCE = 8_000

/**
 * Starts a purchase, or finds the one that this person started today: the second click, the second tab and the impatient
 * reload all end at the same transaction. Its items are fixed here, where the buyer cannot change them.
 */
export async function startCheckout(services: Services, sale: Sale, viewer: Viewer): Promise<{ orderId: string; door: CheckoutDoor }> {
  if (sale.providerPriceId === null) await syncProduct(services, sale.productId)
  const orderId = await openOrder(services, sale, viewer)
  const back = returnUrls(services, orderId, sale)
  const known = await claim(services, orderId)
  if (known.transactionId !== null) return { orderId, door: services.payments.openCheckout(known.transactionId, back) }
  return { orderId, door: await createTransaction(services, { orderId, sale, viewer, back, triedAt: known.triedAt }) }
}

const returnUrls = ({ config }: Services, orderId: string, sale: Sale) => ({
  successUrl: `${config.baseUrl}/thank-you/${orderId}`,
  closeUrl: `${config.baseUrl}/checkout?price=${sale.priceId}`,
})

async function openOrder({ db, clock }: Services, sale: Sale, viewer: Viewer): Promise<string> {
  const checkoutKey = `${viewer.id}:${sale.priceId}:${clock.now().toISOString().slice(0, 10)}`
  return db.$transaction(async (tx) => {
    const data: Prisma.OrderCreateManyInput = { accountId: viewer.id, checkoutKey }
    const [created] = await tx.order.createManyAndReturn({ data: [data], skipDuplicates: true, select: { id: true } })
    if (created === undefined) return (await tx.order.findUniqueOrThrow({ where: { checkoutKey }, select: { id: true } })).id
    await tx.orderItem.create({ data: { orderId: created.id, priceId: sale.priceId } })
    return created.id
  })
}

/** Either this request makes the transaction, or it waits for the one that does. No lock is held meanwhile. */
async function claim({ db, clock }: Services, orderId: string): Promise<{ transactionId: string | null; triedAt: Date | null }> {
  const until = clock.now().getTime() + PATIENCE
  for (;;) {
    const order = await db.order.findUniqueOrThrow({ where: { id: orderId }, select: { providerTransactionId: true, checkoutTriedAt: true } })
    if (order.providerTransactionId !== null) return { transactionId: order.providerTransactionId, triedAt: null }
    const now = clock.now()
    const free = order.checkoutTriedAt === null || now.getTime() - order.checkoutTriedAt.getTime() > TRY
    if (free) {
      const { count } = await db.order.updateMany({ where: { id: orderId, providerTransactionId: null, checkoutTriedAt: order.checkoutTriedAt }, data: { checkoutTriedAt: now } })
      if (count === 1) return { transactionId: null, triedAt: order.checkoutTriedAt }
    }
    if (now.getTime() > until) throw new Unavailable('Payment is slow just now. Nothing was charged; please try again.', { retryAfter: 10 })
    await wait(150)
  }
}

interface Attempt {
  orderId: string
  sale: Sale
  viewer: Viewer
  back: { successUrl: string; closeUrl: string }
  triedAt: Date | null
}

async function createTransaction(services: Services, { orderId, sale, viewer, back, triedAt }: Attempt): Promise<CheckoutDoor> {
  const { db, payments } = services
  const price = await db.price.findUniqueOrThrow({ where: { id: sale.priceId }, select: { providerPriceId: true } })
  if (price.providerPriceId === null) throw new Unavailable('This is not ready to be sold yet. Please try again in a minute.')
  const customerId = await customerOf(services, viewer)
  const { transactionId, door } = await payments.createCheckout({
    reference: orderId,
    items: [{ priceId: price.providerPriceId, quantity: 1 }],
    customerId,
    currency: null,
    back,
    triedAt,
  })
  await db.order.updateMany({ where: { id: orderId, providerTransactionId: null }, data: { providerTransactionId: transactionId } })
  return door
}

/** The person's identity at Paddle: one that we know, or the one that Paddle makes or finds for the confirmed address. */
async function customerOf({ db, payments }: Services, viewer: Viewer): Promise<string> {
  const known = await db.customer.findFirst({ where: { accountId: viewer.id }, orderBy: { createdAt: 'desc' }, select: { providerCustomerId: true } })
  if (known !== null) return known.providerCustomerId
  const customer = await payments.saveCustomer({ email: viewer.email, name: viewer.name })
  await db.customer.createMany({ data: [{ providerCustomerId: customer.customerId, accountId: viewer.id, email: customer.email }], skipDuplicates: true })
  return customer.customerId
}
