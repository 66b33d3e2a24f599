import { isForeignKeyViolation } from '../platform/db.ts'
import { Conflict } from '../platform/errors.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import { tagsFor } from './change-tags.ts'

/**
 * Removes a document for good; its addresses answer 410 from then on. What somebody has paid for cannot be removed.
 */
export async function deleteDocument({ db }: Services, documentId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const document = await tx.document.findUnique({ where: { id: documentId }, select: { path: true } })
    if (document === null) return
    const tags = await tagsFor(tx, documentId)
    const lessons = await tx.lesson.findMany({ where: { courseId: documentId }, select: { documentId: true, document: { select: { path: true } } } })
    const paths = [document.path, ...lessons.map((lesson) => lesson.document.path)]
    try {
      await tx.lesson.deleteMany({ where: { courseId: documentId } })
      await tx.document.deleteMany({ where: { id: { in: [documentId, ...lessons.map((lesson) => lesson.documentId)] } } })
    } catch (error) {
      if (isForeignKeyViolation(error)) {
        throw new Conflict('Somebody bought this, or it is for sale. Take it off sale and unpublish it instead.')
      }
      throw error
    }
    for (const fromPath of paths) await tx.redirect.upsert({ where: { fromPath }, create: { fromPath }, update: { documentId: null } })
    await invalidate(tx, [...tags, ...lessons.map((lesson) => `document:${lesson.documentId}`)])
  })
}
