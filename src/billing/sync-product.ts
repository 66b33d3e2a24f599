import type { Prisma } from '#prisma'
import type { Tx } from '../platform/db.ts'
import { found } from '../platform/errors.ts'
import type { Services } from '../services.ts'

const fields = {
  name: true, description: true, state: true, providerProductId: true,
  prices: { orderBy: { id: 'asc' }, select: { id: true, amount: true, currency: true, interval: true, active: true, providerPriceId: true } },
} satisfies Prisma.ProductSelect
type Product = Prisma.ProductGetPayload<{ select: typeof fields }>

/**
 * Creates a product and its prices at Paddle, or changes them there to what stands here. Paddle finds what it already
 * has by our ids, so a second run, or one after a lost answer, makes nothing twice. Throws as the port does.
 */
export async function syncProduct(services: Services, id: string): Promise<void> {
  const { db, clock } = services
  const product = found(await db.product.findUnique({ where: { id }, select: fields }), 'product')
  const productId = await saveAtProvider(services, id, product)
  for (const price of product.prices) await savePriceAtProvider(services, { product, productId, price })
  await db.$transaction(async (tx) => {
    // Whoever changed it meanwhile owes it again, and has rung.
    if (sent(await lockProduct(tx, id)) === sent(product)) await tx.product.update({ where: { id }, data: { syncedAt: clock.now() } })
  })
}

async function saveAtProvider({ db, payments }: Services, id: string, product: Product): Promise<string> {
  const { productId } = await payments.saveProduct({
    reference: id,
    productId: product.providerProductId,
    name: product.name,
    description: product.description || null,
    imageUrl: null,
    active: product.state === 'active',
  })
  // Two may have been here at once: the first one's counts for both.
  await db.product.updateMany({ where: { id, providerProductId: null }, data: { providerProductId: productId } })
  return (await db.product.findUniqueOrThrow({ where: { id }, select: { providerProductId: true } })).providerProductId ?? productId
}

async function savePriceAtProvider({ db, payments }: Services, { product, productId, price }: { product: Product; productId: string; price: Product['prices'][number] }): Promise<void> {
  const active = product.state === 'active' && price.active
  // Paddle never heard of it, and need not.
  if (!active && price.providerPriceId === null) return
  const { priceId } = await payments.savePrice({
    reference: price.id,
    priceId: price.providerPriceId,
    productId,
    description: product.name,
    name: null,
    price: { amount: price.amount, currency: price.currency },
    countryPrices: [],
    cycle: price.interval === null ? null : { every: 1, interval: price.interval },
    trial: null,
    taxIncluded: 'account-default',
    quantity: { minimum: 1, maximum: 1 },
    active,
  })
  await db.price.updateMany({ where: { id: price.id, providerPriceId: null }, data: { providerPriceId: priceId } })
}

async function lockProduct(tx: Tx, id: string): Promise<Product> {
  await tx.$queryRaw`SELECT 1 FROM product WHERE id = ${id}::uuid FOR UPDATE`
  return tx.product.findUniqueOrThrow({ where: { id }, select: fields })
}

/** Everything that Paddle is told, as text to compare. */
const sent = ({ name, description, state, prices }: Product): string =>
  JSON.stringify([name, description, state, prices.map(({ id, amount, currency, interval, active }) => [id, String(amount), currency, interval, active])])
