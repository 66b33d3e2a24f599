import type { Prisma } from '#prisma'
import { assetIdOf, pictureOf } from '../media/media.ts'
import { renderMarkdown, type Rendered } from '../markdown/render.ts'
import type { Reader } from '../platform/db.ts'

const MEDIA_REFERENCE = /\/media\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g

export interface RenderedSource extends Rendered {
  /** The pictures of ours that the text shows. */
  assetIds: string[]
}

/** Markdown as stored, with our own pictures looked up. `origin` is the site's own. */
export async function renderSource(db: Reader, source: string, origin: string): Promise<RenderedSource> {
  const assets = await findPictures(db, source)
  const rendered = await renderMarkdown(source, {
    origin,
    link: () => null,
    picture(src) {
      const id = assetIdOf(src)
      const asset = id === null ? undefined : assets.get(id)
      return asset === undefined ? null : pictureOf(asset)
    },
  })
  return { ...rendered, assetIds: [...assets.keys()] }
}

const pictureFields = { id: true, state: true, width: true, height: true, variants: true } satisfies Prisma.AssetSelect
type AssetPicture = Prisma.AssetGetPayload<{ select: typeof pictureFields }>

/** The ids in a text's addresses of our pictures, each once. */
export const referencedPictures = (source: string): string[] => [...new Set([...source.matchAll(MEDIA_REFERENCE)].map((match) => match[1] ?? ''))]

async function findPictures(db: Reader, source: string): Promise<Map<string, AssetPicture>> {
  const ids = referencedPictures(source)
  if (ids.length === 0) return new Map()
  const assets = await db.asset.findMany({ where: { id: { in: ids } }, select: pictureFields })
  return new Map(assets.map((asset) => [asset.id, asset]))
}
