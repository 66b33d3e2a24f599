import type { Services } from '../services.ts'
import { invalidate } from '../platform/invalidation.ts'
import { tagsFor } from './change-tags.ts'

export const cardKey = (revisionId: string): string => `cards/${revisionId}.png`

const KICKERS = { tutorial: 'Tutorial', course: 'Course', lesson: 'Lesson', page: '' } as const

/** Draws the picture that social sites show for a published document, unless it is there already. */
export async function drawCard({ db, images, storage, config }: Services, documentId: string): Promise<void> {
  const document = await db.document.findUnique({
    where: { id: documentId, state: 'published' },
    select: { kind: true, title: true, publishedRevisionId: true, cardRevisionId: true },
  })
  if (document === null || document.publishedRevisionId === null || document.publishedRevisionId === document.cardRevisionId) return
  const revisionId = document.publishedRevisionId
  const picture = await images.drawCard({ title: document.title, kicker: KICKERS[document.kind], site: config.site.name, hue: config.site.hue })
  await storage.put(cardKey(revisionId), picture, { contentType: 'image/png', public: true })
  await db.$transaction(async (tx) => {
    await tx.document.updateMany({ where: { id: documentId, publishedRevisionId: revisionId }, data: { cardRevisionId: revisionId } })
    await invalidate(tx, await tagsFor(tx, documentId))
  })
}

/** Rings for published documents whose picture is still owed; draws at most a hundred at a time. */
export async function drawMissingCards(services: Services): Promise<number> {
  const owed = await services.db.$queryRaw<{ id: string }[]>`
    SELECT id FROM document WHERE state = 'published' AND card_revision_id IS DISTINCT FROM published_revision_id ORDER BY updated_at DESC LIMIT 100`
  for (const { id } of owed) await drawCard(services, id)
  return owed.length
}
