import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import { tagsFor } from './change-tags.ts'

/** Takes a document away from readers. Its text, revisions, progress and date of first publication stay. */
export async function unpublishDocument({ db }: Services, documentId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.document.updateMany({ where: { id: documentId, state: 'published' }, data: { state: 'draft' } })
    await tx.searchSection.deleteMany({ where: { documentId } })
    await invalidate(tx, await tagsFor(tx, documentId))
  })
}
