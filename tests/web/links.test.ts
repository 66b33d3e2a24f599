import { expect, it } from 'vitest'
import { tags } from '../support/html.ts'
import { lin } from '../support/people.ts'
import { browser, browserOf, useSite, type Browser } from '../support/site.ts'
import { sell, writeCourse, writePage, writeTutorial } from '../support/content.ts'

const site = useSite()

async function fill() {
  for (const slug of ['about', 'terms', 'privacy']) await writePage(site.services, { slug })
  for (let index = 0; index < 14; index++) await writeTutorial(site.services, { slug: `t-${index}`, topics: ['python', 'design'], authors: ['ada'], level: 'basics' })
  const inner = await writeTutorial(site.services, { slug: 'inner', access: 'members', topics: ['python'] })
  const course = await writeCourse(site.services, { slug: 'sql', access: 'paid', topics: ['databases'], authors: ['bob'], level: 'advanced', sections: [{ title: 'One', lessons: [{ slug: 'a', preview: true }, { slug: 'b' }] }] })
  await sell(site.services, course.id)
  await sell(site.services, null, { amount: 1500n, interval: 'month' })
  return { inner, course }
}

/** Follows every link of every page from the home page on; says which of them do not lead to a page of their own. */
async function walk(reader: Browser): Promise<{ seen: number; bad: string[] }> {
  const found = new Map<string, string>([['/', 'the beginning']])
  const bad: string[] = []
  for (const [path, from] of found) {
    const page = await reader.get(path)
    if (page.status !== 200) bad.push(`${path} (on ${from}): ${page.status}`)
    if (!String(page.headers['content-type']).startsWith('text/html')) continue
    for (const [name, attribute] of [['a', 'href'], ['link', 'href'], ['img', 'src'], ['script', 'src']] as const) {
      for (const tag of tags(page.text, name)) {
        const href = tag.attribs[attribute]
        if (href === undefined) continue
        const url = new URL(href, `http://localhost:3000${path}`)
        // What needs a session sends a visitor to sign in, and says so.
        if (url.host !== 'localhost:3000' || /^\/(account|checkout)/.test(url.pathname)) continue
        if (href.startsWith('#') && href !== '#' && tags(page.text, 'main').length === 0) bad.push(`${path}: nothing at ${href}`)
        const address = url.pathname + url.search
        if (!found.has(address)) found.set(address, path)
      }
    }
  }
  return { seen: found.size, bad }
}

it('every link of every page leads straight to a page: nothing is missing, nothing has moved', { timeout: 60_000 }, async () => {
  await fill()
  const { seen, bad } = await walk(browser(site))
  expect(bad).toEqual([])
  expect(seen).toBeGreaterThan(40)
})

it('a member finds no dead end either', { timeout: 60_000 }, async () => {
  const { course } = await fill()
  const person = await lin(site.database.db)
  await site.database.db.completion.create({ data: { accountId: person.id, documentId: course.lessons[0]?.id ?? '' } })
  const reader = await browserOf(site, person)
  expect((await walk(reader)).bad).toEqual([])
  for (const tag of tags((await reader.get('/')).text, 'a')) {
    const href = tag.attribs.href ?? ''
    if (href.startsWith('/account')) expect([href, (await reader.get(href)).status]).toEqual([href, 200])
  }
})
