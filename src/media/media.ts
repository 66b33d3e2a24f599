import { z } from 'zod'
import type { Picture } from '../markdown/render.ts'

export const MOST_BYTES = 20 * 1024 * 1024

/** A picture whose processing ended the worker this often is not tried again. */
export const MOST_ATTEMPTS = 3

const EXTENSIONS = { 'image/avif': 'avif', 'image/webp': 'webp', 'image/jpeg': 'jpg', 'image/png': 'png' } as const
export type MediaType = keyof typeof EXTENSIONS

/** What `Asset.variants` holds, widest last within each type. */
export const variants = z.array(
  z.object({ type: z.enum(['image/avif', 'image/webp', 'image/jpeg', 'image/png']), width: z.int().positive(), height: z.int().positive(), key: z.string(), bytes: z.int() }),
)
export type StoredVariant = z.infer<typeof variants>[number]

export interface ShownAsset {
  id: string
  state: 'pending' | 'ready' | 'refused'
  variants: unknown
}

/** The file's name within its asset: `640.avif`. */
export const fileName = ({ type, width }: Pick<StoredVariant, 'type' | 'width'>): string => `${width}.${EXTENSIONS[type]}`

export const mediaKey = (assetId: string, file: string): string => `media/${assetId}/${file}`
export const mediaUrl = (assetId: string, file: string): string => `/${mediaKey(assetId, file)}`
export const originalKey = (sha256: string): string => `originals/${sha256}`

/** Shown by browsers that cannot choose: wide enough for a column of text on a sharp screen. */
const FALLBACK_WIDTH = 1280

/** How a page shows it; 'pending' while it is being prepared, null when it was refused. */
export function pictureOf(asset: ShownAsset): Picture | 'pending' | null {
  if (asset.state !== 'ready') return asset.state === 'pending' ? 'pending' : null
  const all = variants.parse(asset.variants).toSorted((a, b) => a.width - b.width)
  const plain = all.filter(({ type }) => type === 'image/jpeg' || type === 'image/png')
  const widest = plain.at(-1)
  if (widest === undefined) return null
  const fallback = plain.findLast(({ width }) => width <= FALLBACK_WIDTH) ?? widest
  return {
    src: mediaUrl(asset.id, fileName(fallback)),
    width: widest.width,
    height: widest.height,
    sources: (['image/avif', 'image/webp'] as const).flatMap((type) => {
      const sizes = all.filter((variant) => variant.type === type)
      return sizes.length === 0 ? [] : [{ type, srcset: sizes.map((size) => `${mediaUrl(asset.id, fileName(size))} ${size.width}w`).join(', ') }]
    }),
  }
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const REFERENCE = new RegExp(`^/media/(${UUID})(?:/|$)`)
const SERVED = new RegExp(`^(${UUID})/(\\d{1,4})\\.(avif|webp|jpg|png)$`)

/** Which picture of ours an address in a text means, or null. */
export function assetIdOf(src: string): string | null {
  return REFERENCE.exec(src)?.[1] ?? null
}

/** The type of a variant that may be asked for, or null: whatever is not exactly a variant's name is not there. */
export function servedType(assetId: string, file: string): MediaType | null {
  const extension = SERVED.exec(`${assetId}/${file}`)?.[3]
  return (Object.keys(EXTENSIONS) as MediaType[]).find((type) => EXTENSIONS[type] === extension) ?? null
}
