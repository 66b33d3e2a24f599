import { found } from '../platform/errors.ts'
import type { Services } from '../services.ts'

/**
 * Creates a product and its prices at Paddle, or changes them there to what stands here. Paddle finds what it already
 * has by our ids, so a second run, or one after a lost answer, makes nothing twice.
 */
export async function syncProduct({ db, payments, clock }: Services, id: string): Promise<void> {
  const began = clock.now()
  const product = found(await db.product.findUnique({ where: { id }, include: { prices: true } }), 'product')
  const active = product.state === 'active'
  const { productId } = await payments.saveProduct({
    reference: product.id,
    productId: product.providerProductId,
    name: product.name,
    description: product.description || null,
    imageUrl: null,
    active,
  })
  await db.product.update({ where: { id }, data: { providerProductId: productId } })
  for (const price of product.prices) {
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
      active: active && price.active,
    })
    await db.price.update({ where: { id: price.id }, data: { providerPriceId: priceId } })
  }
  await db.product.update({ where: { id }, data: { syncedAt: began } })
}
