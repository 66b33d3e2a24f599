import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { transparentPng } from '../media/pictures.ts'
import { uploadAsset } from '../../src/media/upload-asset.ts'
import { writeCourse, writeTutorial } from '../support/content.ts'
import { hasChromium } from '../support/machine.ts'
import { useSite } from '../support/site.ts'
import { DESK, PHONE, useBrowsing } from './browsing.ts'
import { sampleText } from './every-page.ts'

const site = useSite({ linked: true })
const { visit } = useBrowsing(site)

const MOST_BYTES = 60 * 1024
const MOST_REQUESTS = 5

interface Loaded {
  url: string
  type: string
  bytes: number
}

/** Everything that a first visit to an address takes over the wire, as the browser counts it: headers included, compressed. */
async function load(page: Page, path: string): Promise<Loaded[]> {
  const debug = await page.context().newCDPSession(page)
  await debug.send('Network.enable')
  const loaded = new Map<string, Loaded>()
  debug.on('Network.requestWillBeSent', ({ requestId, request, type }) => loaded.set(requestId, { url: request.url, type: type ?? '', bytes: 0 }))
  debug.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = loaded.get(requestId)
    if (one !== undefined) one.bytes = encodedDataLength
  })
  await page.goto(path, { waitUntil: 'networkidle' })
  return [...loaded.values()]
}

describe.skipIf(!hasChromium)('a page', { timeout: 120_000 }, () => {
  it('of a tutorial weighs at most 60 KB in 5 requests, its pictures aside', async () => {
    const picture = await uploadAsset(site.services, { body: await transparentPng(), name: 'delta.png', alt: 'A delta', uploadedById: null })
    await site.work()
    await writeTutorial(site.services, { slug: 'weighed', title: 'Weighed', summary: 'A summary.', topics: ['web'], authors: ['ada'], source: `${await sampleText()}\n\n![A delta](/media/${picture.id})` })
    for (const viewport of [PHONE, DESK]) {
      const everything = await load(await visit({ viewport }), '/tutorials/weighed')
      const loaded = everything.filter(({ type }) => type !== 'Image')
      const bytes = loaded.reduce((sum, one) => sum + one.bytes, 0)
      expect(loaded.every((one) => one.bytes > 0), JSON.stringify(loaded)).toBe(true)
      expect(loaded.length, JSON.stringify(loaded)).toBeLessThanOrEqual(MOST_REQUESTS)
      expect(bytes, JSON.stringify(loaded)).toBeLessThanOrEqual(MOST_BYTES)
    }
  })

  it('never moves while it loads', async () => {
    const picture = await uploadAsset(site.services, { body: await transparentPng(), name: 'delta.png', alt: 'A delta', uploadedById: null })
    await site.work()
    const source = `${await sampleText()}\n\n![A delta](/media/${picture.id} "A caption")\n\n## After it\n\nMore.`
    const tutorial = await writeTutorial(site.services, { slug: 'still', title: 'It stands still', summary: 'A summary that takes a line or two on a phone.', topics: ['web'], authors: ['ada'], source })
    const course = await writeCourse(site.services, { slug: 'still', title: 'A course that stands still', source, sections: [{ title: 'Begin', lessons: [{ slug: 'one', title: 'One', source }, { slug: 'two', title: 'Two' }] }] })
    await site.database.db.document.updateMany({ where: { id: { in: [tutorial.id, course.id] } }, data: { coverId: picture.id, coverAlt: 'A delta' } })

    const moved: Record<string, unknown> = {}
    for (const path of ['/', tutorial.path, course.path, course.lessons[0]?.path ?? '']) {
      for (const viewport of [PHONE, DESK]) {
        const page = await visit({ viewport })
        await page.addInitScript(() => {
          const shifts: { value: number; what: string[] }[] = []
          Object.assign(window, { shifts })
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: { node: Node | null }[] })[]) {
              shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => (node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.nodeName))) })
            }
          }).observe({ type: 'layout-shift', buffered: true })
        })
        await page.goto(path, { waitUntil: 'networkidle' })
        await page.mouse.wheel(0, 20_000)
        await page.waitForLoadState('networkidle')
        await page.evaluate(() => document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))))
        const shifts = await page.evaluate(() => (window as unknown as { shifts: object[] }).shifts)
        if (shifts.length > 0) moved[`${path} at ${viewport.width}`] = shifts
      }
    }
    expect(moved).toEqual({})
  })
})
