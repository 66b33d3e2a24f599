import { applySettings, type Settings } from '../content/change-settings.ts'
import { saveDocument, type Saved } from '../content/save-document.ts'
import type { Tx } from '../platform/db.ts'
import type { Services } from '../services.ts'
import { hasAccess, type EditorInput } from './editor.ts'
import type { Edited } from './queries.ts'

/** Keeps everything the editor's form holds, or nothing: text, settings, and what a course or lesson has of its own. */
export async function saveText(services: Services, document: Edited, input: EditorInput, options: { savedById: string; publish: boolean }): Promise<Saved> {
  const { title, summary, source } = input
  return saveDocument(services, {
    documentId: document.id,
    draft: { title, summary, source },
    basedOn: input.overwrite ?? input.basedOn,
    ...options,
    alongside: async (tx) => {
      await applySettings(tx, document.id, settingsOf(document, input))
      await writeOwn(tx, document, input)
    },
  })
}

function settingsOf({ kind, publishedAt }: Edited, input: EditorInput): Partial<Settings> {
  const { slug, level, access, featured, coverId, coverAlt, canonicalUrl, topicIds, authorIds } = input
  // The form knows the day only; the hour of the first publication stays unless the day was changed.
  const sameDay = publishedAt?.toISOString().slice(0, 10) === input.publishedAt?.toISOString().slice(0, 10)
  if (kind === 'page') return { slug, canonicalUrl }
  if (kind === 'lesson') return { slug, authorIds }
  return { slug, level, ...(hasAccess(kind) ? { access } : {}), featured, coverId, coverAlt, canonicalUrl, topicIds, authorIds, ...(sameDay ? {} : { publishedAt: input.publishedAt }) }
}

async function writeOwn(tx: Tx, { id, kind }: Edited, { outcomes, audience, preview }: EditorInput): Promise<void> {
  if (kind === 'course') await tx.course.update({ where: { documentId: id }, data: { outcomes, audience } })
  if (kind === 'lesson') await tx.lesson.update({ where: { documentId: id }, data: { preview } })
}
