import { tagsFor } from '../content/change-tags.ts'
import { renderDocuments } from '../content/jobs.ts'
import { Invalid, Unavailable } from '../platform/errors.ts'
import type { Db } from '../platform/db.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Variant } from '../ports/images.ts'
import type { Services } from '../services.ts'
import { fileName, MOST_ATTEMPTS, mediaKey, type StoredVariant } from './media.ts'

/**
 * Makes every size of a picture and publishes them, then has the texts that show it rendered again. Safe to repeat: the
 * same bytes go to the same keys, and the row says "ready" only when all of them are there.
 */
export async function processAsset(services: Services, { id }: { id: string }): Promise<void> {
  const { db, images } = services
  const asset = await claim(db, id)
  if (asset === null) return
  // Counted before the decoder starts: a picture that ends the process is not tried for ever.
  if (asset.attempts > MOST_ATTEMPTS) return refuse(services, id, 'The picture could not be processed.')
  try {
    const original = await readOriginal(services, asset.originalKey)
    if (original === null) return await refuse(services, id, 'The original file is lost. Please upload it again.')
    const { width, height, variants } = await images.makeVariants(original)
    await publish(services, id, { width, height, variants: await store(services, id, variants) })
  } catch (error) {
    if (error instanceof Invalid) return await refuse(services, id, error.message)
    // Not the picture's fault.
    if (error instanceof Unavailable) await db.asset.updateMany({ where: { id, state: 'pending', attempts: { gt: 0 } }, data: { attempts: { decrement: 1 } } })
    throw error
  }
}

async function claim(db: Db, id: string): Promise<{ originalKey: string; attempts: number } | null> {
  const [asset] = await db.asset.updateManyAndReturn({
    where: { id, state: 'pending' },
    data: { attempts: { increment: 1 } },
    select: { originalKey: true, attempts: true },
  })
  return asset ?? null
}

const readOriginal = ({ storage }: Services, key: string): Promise<Buffer | null> => storage.read(key)

async function store({ storage }: Services, id: string, made: Variant[]): Promise<StoredVariant[]> {
  const stored: StoredVariant[] = []
  for (const { type, width, height, body } of made) {
    const key = mediaKey(id, fileName({ type, width }))
    await storage.put(key, body, { contentType: type, public: true })
    stored.push({ type, width, height, key, bytes: body.length })
  }
  return stored.sort((a, b) => a.width - b.width)
}

async function publish(services: Services, id: string, made: { width: number; height: number; variants: StoredVariant[] }): Promise<void> {
  const { db, clock } = services
  await db.$transaction(async (tx) => {
    await tx.asset.updateMany({ where: { id, state: 'pending' }, data: { ...made, state: 'ready', problem: null, processedAt: clock.now() } })
    // Pages that show it as a cover need no new text, only to be printed again.
    const covered = await tx.document.findMany({ where: { coverId: id }, select: { id: true } })
    const tags = await Promise.all(covered.map((document) => tagsFor(tx, document.id)))
    await invalidate(tx, [...new Set(tags.flat())])
  })
  await ringDocuments(services, id)
}

async function refuse(services: Services, id: string, problem: string): Promise<void> {
  const { db, clock, log } = services
  await db.asset.updateMany({ where: { id, state: 'pending' }, data: { state: 'refused', problem, processedAt: clock.now() } })
  log.warn({ asset: id, problem }, 'A picture was refused.')
  await ringDocuments(services, id)
}

const ringDocuments = ({ jobs }: Services, assetId: string): Promise<void> => jobs.enqueue(renderDocuments, { assetId }, { once: assetId })
