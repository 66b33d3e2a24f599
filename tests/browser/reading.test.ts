import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { writeTutorial } from '../support/content.ts'
import { hasChromium } from '../support/machine.ts'
import { useSite } from '../support/site.ts'
import { PHONE, useBrowsing } from './browsing.ts'
import { PARAGRAPHS, SESSION } from './texts.ts'

const site = useSite()
const { visit } = useBrowsing(site)

beforeEach(async () => {
  await writeTutorial(site.services, { slug: 'ask-a-server', title: 'Ask a server', summary: 'Two commands and what they print.', source: `${PARAGRAPHS}\n\n## In the terminal\n\n${SESSION}\n\n${PARAGRAPHS}\n\n## Read the answer\n\nEvery pomegranate has a status line.\n\n${PARAGRAPHS}` })
  await writeTutorial(site.services, { slug: 'another', title: 'Another evening', source: PARAGRAPHS })
})

/** Whether an element's top edge can be seen. */
const topIsSeen = (page: Page, selector: string) =>
  page.waitForFunction((wanted) => {
    const top = document.querySelector(wanted)?.getBoundingClientRect().top
    return top !== undefined && top >= 0 && top < innerHeight
  }, selector)

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')

describe.skipIf(!hasChromium)('a newcomer', { timeout: 120_000 }, () => {
  it('finds a tutorial on the home page and goes to a section of it', async () => {
    const page = await visit()
    await page.goto('/')
    await page.getByRole('link', { name: 'Ask a server' }).click()
    await page.getByRole('heading', { level: 1, name: 'Ask a server' }).waitFor()
    const contents = page.getByRole('navigation', { name: 'On this page' })
    await contents.getByRole('link', { name: 'Read the answer' }).click()
    await topIsSeen(page, new URL(page.url()).hash)
    expect(await page.locator(new URL(page.url()).hash).textContent()).toContain('Read the answer')
    await contents.locator('a[aria-current]', { hasText: 'Read the answer' }).waitFor()
  })

  it('copies the commands of a session and leaves prompts and output behind', async () => {
    const page = await visit({ permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto('/tutorials/ask-a-server')
    await page.getByRole('button', { name: /^Copy/ }).click()
    await page.getByText('Copied', { exact: true }).first().waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('curl -s http://127.0.0.1:8081/\necho done')
  })

  it('keeps the colours that were chosen, on every page and before the first paint', async () => {
    const page = await visit()
    await page.goto('/')
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await background()
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true })
    await expect.poll(background, { timeout: 20_000 }).not.toBe(light)
    await page.goto('/tutorials/ask-a-server')
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
    await page.getByRole('radio', { name: 'System' }).check({ force: true })
    await page.reload()
    expect(await background()).toBe(light)
  })

  it('searches from the header and lands at the heading that was found', async () => {
    const page = await visit()
    await page.goto('/')
    const box = page.getByRole('banner').getByRole('searchbox', { name: 'Search' })
    await box.fill('pomegranate')
    await box.press('Enter')
    await page.getByRole('status').filter({ hasText: '1 result' }).waitFor()
    await page.getByRole('link', { name: 'Ask a server' }).click()
    await page.getByRole('heading', { level: 1, name: 'Ask a server' }).waitFor()
    const { hash } = new URL(page.url())
    expect(await page.locator(hash).textContent()).toContain('Read the answer')
    await topIsSeen(page, hash)
  })

  it('is told what to do when nothing was found', async () => {
    const page = await visit()
    await page.goto('/search?q=zzyzx')
    await page.getByRole('heading', { name: 'Nothing was found for “zzyzx”' }).waitFor()
  })

  it('may leave the header aside with the keyboard alone', async () => {
    const page = await visit()
    await page.goto('/tutorials/ask-a-server')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    expect(await page.locator('.skip').evaluate((link) => link.getBoundingClientRect().top >= 0)).toBe(true)
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => document.activeElement?.id === 'main')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true)
  })

  it('opens the menu of a phone with Enter and closes it with Escape; the focus returns to its button', async () => {
    const page = await visit({ viewport: PHONE })
    await page.goto('/')
    const button = page.getByRole('button', { name: 'Menu', exact: true })
    await button.focus()
    await page.keyboard.press('Enter')
    const courses = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Courses' })
    await courses.waitFor()
    await page.keyboard.press('Escape')
    await courses.waitFor({ state: 'hidden' })
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Menu')
  })

  it('can do the same without JavaScript', async () => {
    const page = await visit({ javaScriptEnabled: false })
    await page.goto('/')
    await page.getByRole('link', { name: 'Ask a server' }).click()
    await page.getByRole('navigation', { name: 'On this page' }).getByRole('link', { name: 'Read the answer' }).click()
    expect(decodeURIComponent(new URL(page.url()).hash)).not.toBe('')
    expect(await page.getByRole('button', { name: /^Copy/ }).count()).toBe(0)
    expect(await page.getByRole('radio', { name: 'Dark' }).isVisible()).toBe(false)
    await page.getByRole('banner').getByRole('searchbox', { name: 'Search' }).fill('pomegranate')
    await page.getByRole('banner').getByRole('button', { name: 'Search' }).click()
    await page.getByRole('link', { name: 'Ask a server' }).click()
    await page.getByRole('heading', { level: 1, name: 'Ask a server' }).waitFor()
  })

  it('can open and close the menu of a phone without JavaScript', async () => {
    const page = await visit({ javaScriptEnabled: false, viewport: PHONE })
    await page.goto('/')
    await page.getByRole('button', { name: 'Menu', exact: true }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Courses' }).click()
    await page.getByRole('heading', { level: 1, name: 'Courses' }).waitFor()
  })
})
