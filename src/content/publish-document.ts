import type { Section } from '../markdown/render.ts'
import type { Tx } from '../platform/db.ts'
import { found, Invalid } from '../platform/errors.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import { tagsFor } from './change-tags.ts'
import { notePictures } from './note-pictures.ts'

/** Puts the latest revision before readers. Doing it twice changes nothing but the date of change. */
export async function publishDocument({ db, clock }: Services, documentId: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const document = found(await tx.document.findUnique({ where: { id: documentId }, select: { latestRevisionId: true } }), 'document')
    if (document.latestRevisionId === null) throw new Invalid('There is no text to publish yet.')
    await publishRevision(tx, { documentId, revisionId: document.latestRevisionId, at: clock.now() })
    await notePictures(tx, documentId)
  })
}

/** Makes one revision the published one: copies what lists show, and writes its sections for search. */
export async function publishRevision(tx: Tx, publication: { documentId: string; revisionId: string; at: Date }): Promise<void> {
  const { documentId, revisionId, at } = publication
  const revision = await tx.revision.findUniqueOrThrow({
    where: { id: revisionId, documentId },
    select: { title: true, summary: true, words: true, minutes: true, sections: true },
  })
  const before = await tx.document.findUniqueOrThrow({ where: { id: documentId }, select: { publishedAt: true, publishedRevisionId: true, state: true } })
  if (before.publishedRevisionId === revisionId && before.state === 'published') return

  const { title, summary, words, minutes } = revision
  await tx.document.update({
    where: { id: documentId },
    data: { title, summary, words, minutes, state: 'published', publishedRevisionId: revisionId, publishedAt: before.publishedAt ?? at, updatedAt: at },
  })
  await writeSearchSections(tx, documentId, title, summary, revision.sections as unknown as Section[])
  await invalidate(tx, await tagsFor(tx, documentId))
}

/** The first section stands for the document itself: its title, found with the weight of a heading. */
async function writeSearchSections(tx: Tx, documentId: string, title: string, summary: string, sections: Section[]): Promise<void> {
  await tx.searchSection.deleteMany({ where: { documentId } })
  const [opening, ...rest] = sections[0]?.id === null ? sections : [null, ...sections]
  const first = { anchor: null, heading: title, text: [summary, opening?.text].filter(Boolean).join('\n'), code: opening?.code ?? '' }
  const rows = [first, ...rest.map((section) => ({ anchor: section?.id ?? null, heading: section?.heading ?? '', text: section?.text ?? '', code: section?.code ?? '' }))]
  await tx.searchSection.createMany({ data: rows.map((row, position) => ({ documentId, position, ...row })) })
}
