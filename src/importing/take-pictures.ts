import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { processAsset } from '../media/process-asset.ts'
import { MOST_BYTES, pictureOf, type ShownAsset } from '../media/media.ts'
import { uploadAsset } from '../media/upload-asset.ts'
import { Invalid } from '../platform/errors.ts'
import { pictureFormat } from '../ports/images.ts'
import type { Services } from '../services.ts'

const AT_ONCE = 2

export interface Prepared {
  /** SHA-256 of the file as it is. */
  fingerprint: string
  /** What is kept: the file, or a drawing's pixels. Null when it cannot be taken. */
  body: Buffer | null
  problem: string | null
}

export interface Taken {
  id: string
  /** The address of the picture itself, for links that open it. */
  address: string
}

/** Reads pictures and finds those that cannot be taken: no pictures at all, damaged drawings, or refused before. */
export async function preparePictures({ db, images }: Services, files: Map<string, string>): Promise<Map<string, Prepared>> {
  const prepared = new Map<string, Prepared>()
  await inTurns([...files], async ([path, file]) => {
    const original = await readFile(file)
    const fingerprint = sha256(original)
    prepared.set(path, await readable(images, path, original).then((body) => ({ fingerprint, body, problem: null }), (error: unknown) => {
      if (error instanceof Invalid) return { fingerprint, body: null, problem: sentence(error.message) }
      throw error
    }))
  })
  const hashes = new Map([...prepared].flatMap(([path, { body }]) => (body === null ? [] : [[path, sha256(body)] as const])))
  const refused = await db.asset.findMany({ where: { sha256: { in: [...hashes.values()] }, state: 'refused' }, select: { sha256: true, problem: true } })
  for (const { sha256: hash, problem } of refused) {
    for (const [path, own] of hashes) if (own === hash) Object.assign(prepared.get(path) ?? {}, { body: null, problem: sentence(problem ?? 'It was refused before.') })
  }
  return prepared
}

/** Keeps pictures and makes their sizes at once, so that pages are whole when the command ends. */
export async function takePictures(services: Services, wanted: Map<string, { body: Buffer; alt: string }>, onDone: () => void): Promise<{ taken: Map<string, Taken>; refused: Map<string, string> }> {
  // We do the work ourselves, so nobody needs to ring for it; and somebody waits for us.
  const images: Services['images'] = { ...services.images, makeVariants: (original) => services.images.makeVariants(original, { quickly: true }) }
  const quiet: Services = { ...services, images, jobs: { enqueue: async () => undefined } }
  const taken = new Map<string, Taken>()
  const refused = new Map<string, string>()
  await inTurns([...wanted], async ([path, { body, alt }]) => {
    const { id } = await uploadAsset(quiet, { body, name: path, alt, uploadedById: null })
    await processAsset(quiet, { id })
    const asset = await services.db.asset.findUniqueOrThrow({ where: { id }, select: { id: true, state: true, variants: true, problem: true } })
    const address = addressOf(asset)
    if (address === null) refused.set(path, sentence(asset.problem ?? 'It could not be processed.'))
    else taken.set(path, { id, address })
    onDone()
  })
  return { taken, refused }
}

/** Would it be taken? For a dry run: looks, and keeps nothing. */
export async function tryPictures({ images, db }: Services, wanted: Map<string, { body: Buffer }>, onDone: () => void): Promise<Map<string, string>> {
  const refused = new Map<string, string>()
  await inTurns([...wanted], async ([path, { body }]) => {
    const known = await db.asset.findUnique({ where: { sha256: sha256(body) }, select: { state: true } })
    if (known?.state !== 'ready') {
      await images.makeVariants(body, { quickly: true }).catch((error: unknown) => {
        if (!(error instanceof Invalid)) throw error
        refused.set(path, sentence(error.message))
      })
    }
    onDone()
  })
  return refused
}

async function readable(images: Services['images'], path: string, original: Buffer): Promise<Buffer> {
  if (original.length > MOST_BYTES) throw new Invalid(`It is too large: at most ${MOST_BYTES / 1024 / 1024} MB.`)
  const body = /\.svg$/i.test(path) ? await images.rasterise(original) : original
  if (pictureFormat(body) === null) throw new Invalid('It is not a JPEG, PNG, WebP, AVIF, GIF or SVG picture.')
  return body
}

function addressOf(asset: ShownAsset): string | null {
  const picture = pictureOf(asset)
  return picture === null || picture === 'pending' ? null : picture.src
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const sentence = (text: string): string => text.replace(/^./, (letter) => letter.toLowerCase()).replace(/\.$/, '')

async function inTurns<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items]
  const turn = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, turn))
}
