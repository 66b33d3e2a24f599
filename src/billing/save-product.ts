import { z } from 'zod'
import { idField, plainText, slugField, tagsOf } from '../content/document.ts'
import type { Tx } from '../platform/db.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import * as jobs from './jobs.ts'

export const productInput = z.object({
  /** Its identity: a second save with the same slug changes the product. */
  slug: slugField,
  name: plainText(150).trim().min(1),
  description: plainText(1000).trim().default(''),
  state: z.enum(['active', 'archived']).default('active'),
  /** What it opens; null: everything marked "members". */
  documentIds: z.array(idField.nullable()).min(1).max(100),
  /** What it can be had for from now on, in minor units; `interval` null: paid once. */
  prices: z
    .array(z.object({ amount: z.bigint().min(1n).max(99_999_999n), currency: z.string().regex(/^[A-Z]{3}$/), interval: z.enum(['month', 'year']).nullable().default(null) }))
    .max(20),
})

export type ProductInput = z.input<typeof productInput>

/**
 * Puts something on sale, changes what is on sale, or takes it off (`archived`). The one way to change products and
 * prices: pages that show prices follow, and Paddle is told. May run twice.
 */
export async function saveProduct({ db, jobs: queue }: Services, input: ProductInput): Promise<{ productId: string }> {
  const productId = await db.$transaction((tx) => writeProduct(tx, input))
  await queue.enqueue(jobs.syncProduct, { productId }, { once: productId })
  return { productId }
}

/**
 * The same inside the caller's transaction; Paddle hears of it within a minute. A price is never changed, since somebody may
 * be paying it just now: it is switched off and another one takes its place.
 */
export async function writeProduct(tx: Tx, input: ProductInput): Promise<string> {
  const { slug, documentIds, prices, ...rest } = productInput.parse(input)
  const data = { ...rest, syncedAt: null }
  const { id } = await tx.product.upsert({ where: { slug }, create: { slug, ...data }, update: data, select: { id: true } })
  await tx.productGrant.deleteMany({ where: { productId: id } })
  await tx.productGrant.createMany({ data: [...new Set(documentIds)].map((documentId) => ({ productId: id, documentId })) })
  await tx.price.updateMany({ where: { productId: id }, data: { active: false } })
  for (const price of prices) {
    const same = await tx.price.findFirst({ where: { productId: id, ...price }, orderBy: { createdAt: 'asc' }, select: { id: true } })
    if (same === null) await tx.price.create({ data: { productId: id, ...price } })
    else await tx.price.update({ where: { id: same.id }, data: { active: true } })
  }
  await invalidate(tx, [tagsOf.offers])
  return id
}
