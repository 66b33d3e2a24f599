import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, hasChromium } from '../support/machine.ts'
import { ada, sam, signInAs } from '../support/people.ts'
import { useSite } from '../support/site.ts'
import { writeCourse, writeTutorial } from '../support/content.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const KEY = process.platform === 'darwin' ? 'Meta' : 'Control'

describe.skipIf(!hasChromium)('an author in a browser', () => {
  const site = useSite()
  let chrome: Browser
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    chrome = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-gpu', '--disable-quic'] })
  })
  afterAll(() => chrome.close())

  beforeEach(async () => {
    const person = await ada(site.services.db)
    context = await chrome.newContext({ viewport: { width: 1280, height: 800 } })
    await enter(person)
    page = await context.newPage()
    complaints = []
    // What the policy refuses, and what fails, is said on the console.
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
  })
  afterEach(async () => {
    await context.close()
    expect(complaints.filter((text) => !/status of (409|422)/.test(text))).toEqual([])
  })

  async function enter(person: { id: string }): Promise<void> {
    const [name = '', value = ''] = (await signInAs(site.services.db, person, site.services.clock)).split('=')
    await context.addCookies([{ name, value, url: site.url }])
  }

  async function openEditor(source = 'Old words.'): Promise<string> {
    const { id } = await writeTutorial(site.services, { slug: 'joins', title: 'Joins', source, publish: false })
    await page.goto(`${site.url}/admin/tutorials/${id}`)
    await page.locator('.cm-content').waitFor()
    return id
  }

  const latest = async (documentId: string) => site.services.db.revision.findFirstOrThrow({ where: { documentId }, orderBy: { number: 'desc' } })

  it('writes, sees the preview, and saves with the keyboard without leaving the page', async () => {
    const id = await openEditor()
    await page.locator('.cm-content').click()
    await page.keyboard.press(`${KEY}+End`)
    await page.keyboard.type('\n\nNew **bold** words.')
    await page.locator('[data-preview] strong', { hasText: 'bold' }).waitFor()
    expect(await page.locator('[data-saved]').textContent()).toBe('Not saved yet')
    await page.keyboard.press(`${KEY}+s`)
    await page.locator('[data-saved]', { hasText: 'Revision 2' }).waitFor()
    expect((await latest(id)).source).toBe('Old words.\n\nNew **bold** words.')
    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.locator('[data-state]', { hasText: 'Published' }).waitFor()
    expect(await page.evaluate(() => document.querySelectorAll('style').length)).toBe(0)
  })

  it('leaves the text by keyboard: Escape, then Tab', async () => {
    await openEditor()
    await page.locator('.cm-content').click()
    await page.keyboard.press('Tab')
    const inside = () => page.evaluate(() => document.activeElement?.matches('[data-surface]') ?? false)
    expect(await inside()).toBe(true)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    expect(await inside()).toBe(false)
  })

  it('drops a picture into the text', async () => {
    const id = await openEditor('Look:\n\n')
    const body = [...(await sharp({ create: { width: 320, height: 200, channels: 3, background: '#336699' } }).png().toBuffer())]
    await page.locator('.cm-content').click()
    await page.keyboard.press(`${KEY}+End`)
    const drop = (bytes: number[], type: string, name: string) =>
      page.evaluate(
        (given) => {
          const data = new DataTransfer()
          data.items.add(new File([new Uint8Array(given.bytes)], given.name, { type: given.type }))
          const target = document.querySelector('[data-surface]')?.shadowRoot?.querySelector('.cm-content')
          for (const kind of ['dragover', 'drop']) target?.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, composed: true, cancelable: true }))
        },
        { bytes, type, name },
      )
    await drop(body, 'image/png', 'field.png')
    await page.locator('.cm-content', { hasText: '![](/media/' }).waitFor()
    const asset = await site.services.db.asset.findFirstOrThrow()
    await page.locator('[data-problems] li', { hasText: 'alternative text' }).waitFor()
    await page.keyboard.press(`${KEY}+s`)
    await page.locator('[data-saved]', { hasText: 'Revision 2' }).waitFor()
    expect((await latest(id)).source).toContain(`![](/media/${asset.id})`)

    await drop([1, 2, 3], 'image/png', 'broken.png')
    await page.locator('.uploads__bad', { hasText: 'This is not a JPEG' }).waitFor()
    expect(await page.locator('.cm-content').textContent()).not.toContain('Uploading')
  })

  it('is told when somebody else saved, keeps the text, and saves over it knowingly', async () => {
    const id = await openEditor()
    const other = await sam(site.services.db)
    const { saveDocument } = await import('../../src/content/save-document.ts')
    await saveDocument(site.services, { documentId: id, draft: { title: 'Joins', summary: '', source: 'Sam was here.' }, savedById: other.id, publish: false })
    await page.locator('.cm-content').click()
    await page.keyboard.type('Ada: ')
    await page.keyboard.press(`${KEY}+s`)
    await page.locator('[data-conflict]', { hasText: 'Sam Staff saved revision 2' }).waitFor()
    await page.getByRole('button', { name: 'Save mine over it' }).click()
    await page.locator('[data-saved]', { hasText: 'Revision 3' }).waitFor()
    expect((await latest(id)).source).toMatch(/Ada: /)
    expect(await page.locator('[data-conflict]').isVisible()).toBe(false)
  })

  it('gets unsaved text back after the page was lost', async () => {
    await openEditor()
    await page.locator('.cm-content').click()
    await page.keyboard.type('Precious. ')
    await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.startsWith('lectern:draft:')))
    page.once('dialog', (dialog) => void dialog.accept())
    await page.reload()
    await page.locator('.cm-content').waitFor()
    expect(await page.locator('.cm-content').textContent()).not.toContain('Precious.')
    await page.getByRole('button', { name: 'Restore it' }).click()
    expect(await page.locator('.cm-content').textContent()).toContain('Precious.')
  })

  it('moves a lesson by keyboard and keeps the focus on it', async () => {
    const course = await writeCourse(site.services, { slug: 'sql', title: 'SQL', sections: [{ title: 'One', lessons: [{ slug: 'a', title: 'First' }, { slug: 'b', title: 'Second' }] }] })
    await page.goto(`${site.url}/admin/courses/${course.id}/outline`)
    await page.getByRole('link', { name: 'Second' }).focus()
    await page.keyboard.press('Alt+ArrowUp')
    await page.waitForFunction(() => document.querySelector('.plan__lessons a')?.textContent === 'Second')
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('[data-row]')?.querySelector('a')?.textContent)).toBe('Second')
    expect((await site.services.db.lesson.findMany({ orderBy: { position: 'asc' }, select: { documentId: true } })).map((lesson) => lesson.documentId)).toEqual([course.lessons[1]!.id, course.lessons[0]!.id])
  })

  it('works without script: writes, previews and saves a plain form', async () => {
    const plain = await chrome.newContext({ javaScriptEnabled: false })
    await plain.addCookies(await context.cookies())
    const { id } = await writeTutorial(site.services, { slug: 'plain', title: 'Plain', source: 'Old.', publish: false })
    const form = await plain.newPage()
    await form.goto(`${site.url}/admin/tutorials/${id}`)
    await form.locator('textarea[name="source"]').fill('New **words**.')
    const opened = plain.waitForEvent('page')
    await form.getByRole('button', { name: 'Preview', exact: true }).click()
    await (await opened).locator('strong', { hasText: 'words' }).waitFor()
    await form.getByRole('button', { name: 'Save draft' }).first().click()
    await form.getByText('Saved.').waitFor()
    expect((await latest(id)).source).toBe('New **words**.')
    await plain.close()
  })

  it.each([['light', 1280], ['dark', 360]] as const)('finds every page accessible, %s at %i px, and nothing wider than the screen', async (colorScheme, width) => {
    const { id } = await writeTutorial(site.services, { slug: 'joins', title: 'A_very_long_title_without_a_single_space_in_it_'.repeat(3), publish: false })
    const course = await writeCourse(site.services, { slug: 'sql', title: 'SQL', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    await enter(await sam(site.services.db))
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 800 })
    const paths = ['', '/tutorials', '/tutorials?q=nothing', '/tutorials/new', `/tutorials/${id}`, `/tutorials/${id}/revisions`, `/tutorials/${id}/revisions/1`, `/courses/${course.id}`, `/courses/${course.id}/outline`, '/pictures', '/topics/new', '/accounts', '/orders', '/events', '/mails']
    for (const path of paths) {
      await page.goto(`${site.url}/admin${path}`, { waitUntil: 'load' })
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      await page.evaluate(axe)
      const violations = await page.evaluate(async () => {
        const run = (window as unknown as { axe: { run(root: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run
        const result = await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
        return result.violations.map((violation) => `${violation.id}: ${violation.nodes[0]?.html}`)
      })
      expect({ path, wider: Math.max(0, wider), violations }).toEqual({ path, wider: 0, violations: [] })
    }
  }, 60_000)
})
