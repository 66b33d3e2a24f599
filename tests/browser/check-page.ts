import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'
import { DESK, type Browsing } from './browsing.ts'
import type { PageKind } from './every-page.ts'

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let axe: Promise<string> | undefined

const WCAG: RunOptions['runOnly'] = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }
const COLOURS: RunOptions['runOnly'] = { type: 'rule', values: ['color-contrast'] }

/** Every page, one after the other in the window of whoever sees it; answers what is wrong, by page. */
export async function problemsOfAll(pages: readonly PageKind[], visit: Browsing['visit']): Promise<Record<string, string[]>> {
  const wrong: Record<string, string[]> = {}
  const windows = new Map<string | null, Page>()
  for (const kind of pages) {
    const who = kind.as?.id ?? null
    const page = windows.get(who) ?? (await visit(kind.as === null ? {} : { as: kind.as }))
    windows.set(who, page)
    await page.setViewportSize(DESK)
    await openPage(page, kind)
    const found = await problems(page)
    if (found.length > 0) wrong[kind.name] = found
  }
  return wrong
}

/** Goes to a page as its reader does: by its address, or by sending its form. */
async function openPage(page: Page, { path, post }: PageKind): Promise<void> {
  await page.goto(post === undefined ? path : '/sign-out')
  if (post !== undefined) {
    await Promise.all([
      page.waitForEvent('load'),
      page.evaluate(
        ([action, fields]) => {
          const form = Object.assign(document.createElement('form'), { method: 'post', action })
          for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement('textarea'), { name, value }))
          document.body.append(form)
          form.submit()
        },
        [path, post] as const,
      ),
    ])
  }
  await page.evaluate(() => document.fonts.ready.then(() => undefined))
}

/** What axe finds, one line each: rule, place and what to do. */
async function violations(page: Page, runOnly: RunOptions['runOnly']): Promise<string[]> {
  axe ??= readFile(axeFile, 'utf8')
  // By the debugger, not as a script of the page: the page's own policy stays as it is.
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(await axe)
  const found = await page.evaluate((options) => (window as unknown as { axe: { run(options: unknown): Promise<AxeResults> } }).axe.run(options), { runOnly, resultTypes: ['violations'] })
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.replace(/\s+/g, ' ') ?? ''}`))
}

/** Everything that is wrong with an open page: for axe in light and dark, on a phone and a desk, and at 320 pixels. */
async function problems(page: Page): Promise<string[]> {
  const found: string[] = []
  // What a wide screen holds open by its style sheet, and what a reader unfolds: axe leaves out what a closed one contains.
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true
  })
  const look = async (width: number, colorScheme: 'light' | 'dark', what: RunOptions['runOnly']) => {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const line of await violations(page, what)) found.push(`${width} ${colorScheme}, ${line}`)
  }
  await look(1280, 'light', WCAG)
  await look(1280, 'dark', COLOURS)
  await look(360, 'dark', WCAG)
  await look(360, 'light', COLOURS)
  await page.setViewportSize({ width: 320, height: 640 })
  found.push(...(await overflows(page)))
  return found
}

/** What makes a page scroll sideways, if it does. */
const overflows = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const scrolls = (element: Element | null): boolean => element !== null && element !== document.body && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement))
    const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 0.5 && !scrolls(element.parentElement))
    return [`320 pixels: the page is ${scrollWidth} wide: ${wide.slice(0, 6).map((element) => `${element.tagName.toLowerCase()}.${element.className}`).join(', ')}`]
  })
