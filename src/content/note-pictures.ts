import type { Tx } from '../platform/db.ts'
import { referencedPictures } from './render-source.ts'

/** Notes which of our pictures a document's latest and published texts show, so that a library can say where each is used. */
export async function notePictures(tx: Tx, documentId: string): Promise<void> {
  const revision = { select: { source: true } }
  const document = await tx.document.findUniqueOrThrow({ where: { id: documentId }, select: { latestRevision: revision, publishedRevision: revision } })
  const written = referencedPictures([document.latestRevision?.source, document.publishedRevision?.source].join('\n'))
  const assets = written.length === 0 ? [] : await tx.asset.findMany({ where: { id: { in: written } }, select: { id: true } })
  const assetIds = assets.map((asset) => asset.id)
  await tx.documentAsset.deleteMany({ where: { documentId, assetId: { notIn: assetIds } } })
  await tx.documentAsset.createMany({ data: assetIds.map((assetId) => ({ documentId, assetId })), skipDuplicates: true })
}
