import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { handlers } from '../../src/handlers.ts'
import { processAsset } from '../../src/media/process-asset.ts'
import { mediaRoutes } from '../../src/media/routes.ts'
import { sweepAssets } from '../../src/media/sweep-assets.ts'
import { uploadAsset } from '../../src/media/upload-asset.ts'
import { Invalid, Unavailable } from '../../src/platform/errors.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { disk } from '../../src/providers/disk/disk.ts'
import { sharpImages } from '../../src/providers/sharp/sharp.ts'
import { clearDatabase } from '../support/database.ts'
import { serveRoutes } from '../support/serve-routes.ts'
import { openBench, type Bench } from '../support/worker-services.ts'
import * as pictures from './pictures.ts'

describe('an uploaded picture', () => {
  let bench: Bench
  let folder = ''
  let storage: Storage
  let photo: Buffer
  let tiff: Buffer
  const images = () => sharpImages()
  const services = (change: object = {}) => bench.services({ storage, images: images(), ...change })
  const upload = (body: Buffer, name = 'photo.jpg') => ({ body, name, alt: 'A photo', uploadedById: null })
  const find = (id: string) => bench.database.db.asset.findUniqueOrThrow({ where: { id } })
  const files = async () => (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map(({ name }) => name)

  beforeAll(async () => {
    bench = await openBench()
    photo = await pictures.photo(700, 500)
    tiff = await pictures.tiff()
  })
  beforeEach(async () => {
    await clearDatabase()
    bench.lines.length = 0
    if (folder !== '') await rm(folder, { recursive: true, force: true })
    folder = await mkdtemp(join(tmpdir(), 'lectern-media-'))
    storage = disk(folder)
  })
  afterAll(async () => {
    await bench.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('is kept, made into sizes, and served', async () => {
    const all = services()
    const { id, state } = await uploadAsset(all, upload(photo))
    expect(state).toBe('pending')
    await all.jobs.drain(all, handlers)
    const asset = await find(id)
    expect(asset).toMatchObject({ state: 'ready', width: 700, height: 500, bytes: photo.length, name: 'photo.jpg', problem: null, attempts: 1 })
    expect((asset.variants as { key: string }[]).map(({ key }) => key)).toEqual([320, 700].flatMap((width) => ['avif', 'webp', 'jpg'].map((type) => `media/${id}/${width}.${type}`)))

    const site = request(serveRoutes(all, mediaRoutes(all)))
    const served = await site.get(`/media/${id}/320.webp`).expect(200)
    expect(served.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(Number(served.headers['content-length'])).toBe((served.body as Buffer).length)
    await site.get(`/media/${id}/320.webp`).set('If-None-Match', String(served.headers['etag'])).expect(304)
    const head = await site.head(`/media/${id}/320.webp`).expect(200)
    expect(head.headers['content-length']).toBe(served.headers['content-length'])
  })

  it('has no other address: not its original, not a size it lacks', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(photo))
    await all.jobs.drain(all, handlers)
    const { originalKey } = await find(id)
    const site = request(serveRoutes(all, mediaRoutes(all)))
    for (const path of [`/media/${id}/640.webp`, `/media/${id}/320.gif`, `/media/${originalKey}`, `/media/${id}/..%2f..%2f${originalKey}`, `/media/..%2foriginals/${originalKey.slice(10)}.jpg`, `/media/${id}`, '/media/x/320.webp', `/media/${id}/320.webp%00`]) {
      const answer = await site.get(path)
      expect([path, answer.status]).toEqual([path, 404])
    }
  })

  it('is kept once, however often it is uploaded', async () => {
    const all = services()
    const uploads = await Promise.all(Array.from({ length: 5 }, () => uploadAsset(all, upload(photo))))
    expect(new Set(uploads.map(({ id }) => id)).size).toBe(1)
    expect(await all.db.asset.count()).toBe(1)
    await all.jobs.drain(all, handlers)
    expect((await uploadAsset(all, upload(photo, 'again.jpg'))).state).toBe('ready')
    expect(all.jobs.asked).toEqual([])
  })

  it('is refused at once when it is no picture, whatever it is called', async () => {
    const all = services()
    for (const body of [pictures.svg, tiff, Buffer.alloc(0), Buffer.from('%PDF')]) await expect(uploadAsset(all, upload(body, 'picture.png'))).rejects.toBeInstanceOf(Invalid)
    const large = Buffer.concat([photo, Buffer.alloc(21 * 1024 * 1024)])
    await expect(uploadAsset(all, upload(large))).rejects.toThrow('The file is too large: at most 20 MB.')
    expect([await all.db.asset.count(), await files()]).toEqual([0, []])
  })

  it('keeps a clean name', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(photo, 'C:\\fakepath\\my\u0000 <b>cat.jpg'))
    expect((await find(id)).name).toBe('my <b>cat.jpg')
  })

  it('is refused with a sentence when it turns out to be hostile', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(pictures.liarPng(50_000, 50_000), 'bomb.png'))
    await all.jobs.drain(all, handlers)
    expect(await find(id)).toMatchObject({ state: 'refused', problem: 'The picture is too large: at most 40 million pixels.' })
    expect((await files()).length).toBe(1)
  })

  it('waits while the file store is away, for as long as that takes', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(photo))
    const away = { ...all, storage: { ...storage, put: () => Promise.reject(new Unavailable('The file store failed.')) } }
    for (let i = 0; i < 6; i++) await expect(processAsset(away, { id })).rejects.toBeInstanceOf(Unavailable)
    expect(await find(id)).toMatchObject({ state: 'pending', attempts: 0 })
    await processAsset(all, { id })
    expect((await find(id)).state).toBe('ready')
  })

  it('is refused after it ended the worker three times, and others go on', async () => {
    const deadly = services({ images: { ...images(), makeVariants: () => new Promise(() => undefined) } }) // a worker that never comes back
    const { id } = await uploadAsset(deadly, upload(photo))
    const other = await uploadAsset(deadly, upload(await pictures.photo(50, 40)))
    for (let crash = 1; crash <= 3; crash++) {
      void processAsset(deadly, { id })
      await until(async () => (await find(id)).attempts === crash)
    }
    const all = services()
    await sweepAssets(all)
    await all.jobs.drain(all, handlers)
    expect(await find(id)).toMatchObject({ state: 'refused', problem: 'The picture could not be processed.' })
    expect((await find(other.id)).state).toBe('ready')
  })

  it('says so when its original is lost', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(photo))
    await storage.remove((await find(id)).originalKey)
    await all.jobs.drain(all, handlers)
    expect(await find(id)).toMatchObject({ state: 'refused', problem: 'The original file is lost. Please upload it again.' })
  })

  it('is brought by the sweep when the queue lost it', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(photo))
    all.jobs.asked.length = 0
    await sweepAssets(all)
    await all.jobs.drain(all, handlers)
    expect((await find(id)).state).toBe('ready')
  })

  it('appears in the texts that wait for it, even when the queue lost that too', async () => {
    const all = services()
    const { id } = await uploadAsset(all, upload(photo))
    const html = `<p><span class="picture-pending">Picture in preparation: A photo</span></p>`
    const { id: documentId } = await all.db.document.create({ data: { kind: 'page', slug: 'p', path: '/p', title: 'P', summary: '', assets: { create: { assetId: id } } }, select: { id: true } })
    const revision = await all.db.revision.create({
      data: { documentId, number: 1, title: 'P', summary: '', source: `![A photo](/media/${id})`, html, outline: [], sections: [], excerpt: '', words: 1, minutes: 1, rendererVersion: 1 },
      select: { id: true },
    })
    await all.db.document.update({ where: { id: documentId }, data: { latestRevisionId: revision.id } })
    await processAsset(all, { id })
    all.jobs.asked.length = 0 // the bell that would have rung is lost
    await sweepAssets(all)
    expect(all.jobs.asked.map(({ name }) => name)).toEqual(['content.render-documents'])
    await all.jobs.drain(all, handlers)
    const rendered = await all.db.revision.findUniqueOrThrow({ where: { id: revision.id } })
    expect(rendered.html).toContain(`<source type="image/avif" srcset="/media/${id}/320.avif 320w, /media/${id}/700.avif 700w"`)
    await sweepAssets(all)
    expect(all.jobs.asked).toEqual([])
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('Waited in vain.')
}
