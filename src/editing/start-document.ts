import { createDocument } from '../content/create-document.ts'
import type { Kind } from '../content/document.ts'
import type { Services } from '../services.ts'

/** Begins a tutorial, course or page: an empty draft at its address, under the name of the person who begins it. */
export async function startDocument({ db }: Services, document: { kind: Exclude<Kind, 'lesson'>; title: string; slug: string; startedById: string }): Promise<{ id: string }> {
  const { kind, title, slug, startedById } = document
  return db.$transaction(async (tx) => {
    const { id } = await createDocument(tx, { kind, title, slug, summary: '' })
    if (kind === 'course') await tx.course.create({ data: { documentId: id } })
    const author = await tx.author.findUnique({ where: { accountId: startedById }, select: { id: true } })
    if (author !== null && kind !== 'page') await tx.documentAuthor.create({ data: { documentId: id, authorId: author.id } })
    return { id }
  })
}
