import { createHash } from 'node:crypto'
import type { AssetState } from '#prisma'
import { Invalid } from '../platform/errors.ts'
import { pictureFormat } from '../ports/images.ts'
import type { Services } from '../services.ts'
import { processAssetJob } from './jobs.ts'
import { MOST_BYTES, originalKey } from './media.ts'

export interface Upload {
  body: Buffer
  /** The file's name as the uploader calls it: shown in lists, used for nothing else. */
  name: string
  alt: string
  uploadedById: string | null
}

/**
 * Takes a picture in: keeps the original where nobody can fetch it, and owes its sizes. The same bytes are kept once:
 * a second upload answers the first one's asset. Throws `Invalid` with a sentence for the uploader.
 */
export async function uploadAsset(services: Services, { body, name, alt, uploadedById }: Upload): Promise<{ id: string; state: AssetState }> {
  const { db, jobs, storage } = services
  check(body)
  const sha256 = createHash('sha256').update(body).digest('hex')
  const key = originalKey(sha256)
  // The file first: a row always has its original. A file without a row is found by nobody, and the next upload uses it.
  await storage.put(key, body, { contentType: 'application/octet-stream', public: false })
  await db.asset.createMany({
    data: [{ name: shownName(name), sha256, bytes: body.length, originalKey: key, alt: clean(alt).slice(0, 1_000), uploadedById }],
    skipDuplicates: true,
  })
  const asset = await db.asset.findUniqueOrThrow({ where: { sha256 }, select: { id: true, state: true } })
  if (asset.state === 'pending') await jobs.enqueue(processAssetJob, { id: asset.id }, { once: asset.id })
  return asset
}

function check(body: Buffer): void {
  if (body.length === 0) throw new Invalid('The file is empty.')
  if (body.length > MOST_BYTES) throw new Invalid(`The file is too large: at most ${MOST_BYTES / 1024 / 1024} MB.`)
  if (pictureFormat(body) === null) throw new Invalid('This is not a JPEG, PNG, WebP, AVIF or GIF picture.')
}

const clean = (text: string): string => text.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ').trim()

/** Without the folders that some browsers send along. */
const shownName = (name: string): string => (clean(name).split(/[/\\]/).at(-1) ?? '').slice(0, 200) || 'picture'
