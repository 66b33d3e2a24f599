import type { Prisma } from '#prisma'
import { RENDERER_VERSION, type Section } from '../markdown/render.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import { tagsFor } from './change-tags.ts'
import { renderSource } from './render-source.ts'

/** Renders again every current text that shows this picture, now that its sizes are known. */
export async function renderDocumentsWith(services: Services, assetId: string): Promise<number> {
  const documents = await services.db.document.findMany({
    where: { OR: [{ assets: { some: { assetId } } }, { coverId: assetId }] },
    select: { id: true, publishedRevisionId: true, latestRevisionId: true },
  })
  for (const document of documents) await renderDocument(services, document)
  return documents.length
}

/** Renders again what an older renderer made. Returns how many documents were done. */
export async function renderOutdated(services: Services, onProgress: (done: number, total: number) => void = () => undefined): Promise<number> {
  const outdated = { rendererVersion: { lt: RENDERER_VERSION } }
  const documents = await services.db.document.findMany({
    where: { OR: [{ publishedRevision: outdated }, { latestRevision: outdated }] },
    select: { id: true, publishedRevisionId: true, latestRevisionId: true },
  })
  for (const [index, document] of documents.entries()) {
    await renderDocument(services, document)
    onProgress(index + 1, documents.length)
  }
  return documents.length
}

async function renderDocument({ db, config }: Services, document: { id: string; publishedRevisionId: string | null; latestRevisionId: string | null }): Promise<void> {
  const ids = [...new Set([document.publishedRevisionId, document.latestRevisionId])].filter((id) => id !== null)
  for (const id of ids) {
    const { source } = await db.revision.findUniqueOrThrow({ where: { id }, select: { source: true } })
    const { html, excerpt, words, minutes, problems, outline, sections } = await renderSource(db, source, config.baseUrl)
    await db.revision.update({
      where: { id },
      data: {
        html, excerpt, words, minutes, problems,
        outline: outline as unknown as Prisma.InputJsonValue,
        sections: sections satisfies Section[] as unknown as Prisma.InputJsonValue,
        rendererVersion: RENDERER_VERSION,
      },
    })
  }
  await db.$transaction(async (tx) => invalidate(tx, await tagsFor(tx, document.id)))
}
