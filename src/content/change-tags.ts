import type { Tx } from '../platform/db.ts'
import { tagsOf } from './document.ts'

/** The cache tags of every page that shows this document: its own, its kind's lists, and a lesson's course. */
export async function tagsFor(tx: Tx, documentId: string): Promise<string[]> {
  const document = await tx.document.findUnique({
    where: { id: documentId },
    select: { kind: true, lesson: { select: { courseId: true } } },
  })
  if (document === null) return [tagsOf.document(documentId)]
  const course = document.lesson === null ? [] : [tagsOf.document(document.lesson.courseId), tagsOf.list('course')]
  return [tagsOf.document(documentId), tagsOf.list(document.kind), ...course]
}
