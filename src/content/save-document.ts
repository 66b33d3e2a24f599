import type { Prisma } from '#prisma'
import { RENDERER_VERSION } from '../markdown/render.ts'
import type { Tx } from '../platform/db.ts'
import { Conflict, found } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import type { Draft } from './draft.ts'
import { notePictures } from './note-pictures.ts'
import { publishRevision } from './publish-document.ts'
import { renderSource, type RenderedSource } from './render-source.ts'

interface Save {
  documentId: string
  draft: Draft
  savedById: string | null
  /** The revision the writer started from. A newer one means that somebody else saved meanwhile. */
  basedOn?: number | undefined
  publish: boolean
  /** What is changed in the same breath (settings): all of it is kept or nothing. */
  alongside?: ((tx: Tx) => Promise<void>) | undefined
  /** When the text changed, if not now: an import knows. */
  updatedAt?: Date | undefined
}

export interface Saved {
  number: number
  problems: string[]
  /** False when the text was the same as before. */
  changed: boolean
}

/**
 * Keeps a text as the document's next revision, rendered; publishes it too if asked. Saving the same text twice
 * changes nothing. Throws `Conflict` when the writer's copy was not the latest.
 */
export async function saveDocument({ db, config, clock }: Services, save: Save): Promise<Saved> {
  const rendered = await renderSource(db, save.draft.source, config.baseUrl)
  return db.$transaction(async (tx) => {
    const latest = await lockDocument(tx, save.documentId)
    const changed = latest === null || !sameText(latest, save.draft)
    if (changed && save.basedOn !== undefined && latest !== null && latest.number !== save.basedOn) {
      throw new Conflict('Somebody else saved this text while you were writing. Your text is kept here; compare before you save again.')
    }
    await save.alongside?.(tx)
    const revision = changed ? await addRevision(tx, save, (latest?.number ?? 0) + 1, rendered) : latest
    const at = save.updatedAt ?? clock.now()
    if (changed) await showRevision(tx, save, revision.id, rendered, at)
    if (save.publish) await publishRevision(tx, { documentId: save.documentId, revisionId: revision.id, at })
    if (changed || save.publish) await notePictures(tx, save.documentId)
    return { number: revision.number, problems: rendered.problems, changed }
  })
}

const latestFields = { id: true, number: true, title: true, summary: true, source: true } satisfies Prisma.RevisionSelect
type Latest = Prisma.RevisionGetPayload<{ select: typeof latestFields }>

/** Writers of one document take turns. */
async function lockDocument(tx: Tx, documentId: string): Promise<Latest | null> {
  const locked = await tx.$queryRaw<unknown[]>`SELECT 1 FROM document WHERE id = ${documentId}::uuid FOR UPDATE`
  found(locked[0], 'document')
  return tx.revision.findFirst({ where: { documentId }, orderBy: { number: 'desc' }, select: latestFields })
}

const sameText = (one: Draft, other: Draft): boolean => one.title === other.title && one.summary === other.summary && one.source === other.source

async function addRevision(tx: Tx, save: Save, number: number, rendered: RenderedSource): Promise<Latest> {
  const { html, excerpt, words, minutes, problems } = rendered
  return tx.revision.create({
    data: {
      documentId: save.documentId,
      number,
      ...save.draft,
      savedById: save.savedById,
      html,
      excerpt,
      words,
      minutes,
      problems,
      outline: rendered.outline as unknown as Prisma.InputJsonValue,
      sections: rendered.sections as unknown as Prisma.InputJsonValue,
      rendererVersion: RENDERER_VERSION,
    },
    select: latestFields,
  })
}

/** The document points to its latest text; one that was never published also shows it in the admin's lists. */
async function showRevision(tx: Tx, { documentId, draft }: Save, revisionId: string, rendered: RenderedSource, at: Date): Promise<void> {
  await tx.document.update({ where: { id: documentId }, data: { latestRevisionId: revisionId } })
  await tx.document.updateMany({
    where: { id: documentId, publishedRevisionId: null },
    data: { title: draft.title, summary: draft.summary, minutes: rendered.minutes, words: rendered.words, updatedAt: at },
  })
}
