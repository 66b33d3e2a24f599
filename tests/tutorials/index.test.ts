import { describe, expect, it } from 'vitest'
import type { Access, Level } from '../../src/content/document.ts'
import { cardTitles, chips, textOf } from '../support/html.ts'
import { lin } from '../support/people.ts'
import { browser, browserOf, useSite } from '../support/site.ts'
import { writeTutorial } from '../support/content.ts'

const site = useSite()

const day = (number: number) => new Date(Date.UTC(2026, 0, number))

/** Many at once, without rendering each: what a list shows stands in the document's own row. */
async function writeMany(count: number, level: Level = 'basics', access: Access = 'free'): Promise<void> {
  const { db } = site.services
  await db.document.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      kind: 'tutorial' as const, slug: `t-${index + 1}`, path: `/tutorials/t-${index + 1}`, title: `Number ${index + 1}`, summary: '', state: 'published' as const, level, access, minutes: 5, publishedAt: day(index + 1), updatedAt: day(index + 1),
    })),
  })
}

async function writeFour(): Promise<void> {
  await writeTutorial(site.services, { slug: 'loops', title: 'Loops', level: 'basics', topics: ['python'], authors: ['ada'], publishedAt: day(1) })
  await writeTutorial(site.services, { slug: 'classes', title: 'Classes', level: 'intermediate', topics: ['python', 'design'], authors: ['ada', 'bob'], publishedAt: day(2) })
  await writeTutorial(site.services, { slug: 'joins', title: 'Joins', level: 'basics', topics: ['sql'], authors: ['bob'], publishedAt: day(3), source: 'word '.repeat(3000) })
  await writeTutorial(site.services, { slug: 'draft', title: 'Draft', level: 'basics', topics: ['python'], authors: ['ada'], publish: false })
}

const NONSENSE = [
  'page=0', 'page=-1', 'page=abc', 'page=', 'page=1.5', 'page=99999999999999999999', 'page=NaN', 'page=Infinity', 'page[]=2', 'page[a]=2', 'page=2&page=3', 'level=beginner', 'level=basics&level=advanced', 'level[]=basics', 'level[not]=basics',
  'topic=%00', 'topic=a%00b', 'topic[]=python', "topic=' OR 1=1 --", 'topic=%E0%A4%A', 'topic=%ff', 'topic=__proto__', '__proto__=x', '__proto__[level]=basics', 'constructor[prototype][page]=2', 'hasOwnProperty=1', 'sort=constructor',
  'sort=toString', 'sort=title;drop table document', 'author=%F0%9F%98%80', `topic=${'a'.repeat(10_000)}`, `unknown=${'x'.repeat(10_000)}`, '%', '&&&', '=', '?', 'page=1%0d%0aSet-Cookie:a=b',,
]

const list = async (query = '') => (await browser(site).get(`/tutorials/${query}`)).text

describe('the list of tutorials', () => {
  it('has an empty state that says what to do next', async () => {
    const page = await browser(site).get('/tutorials/')
    expect(page.status).toBe(200)
    expect(page.text).toContain('No tutorials yet')
    expect(textOf(page.text)).toContain('0 tutorials')
  })

  it('shows what is published, newest first, and nothing else', async () => {
    await writeFour()
    expect(cardTitles(await list())).toEqual(['Joins', 'Classes', 'Loops'])
  })

  it('is narrowed by topic, level and author, and ordered', async () => {
    await writeFour()
    const expected: Record<string, string[]> = {
      '?topic=python': ['Classes', 'Loops'],
      '?level=basics': ['Joins', 'Loops'],
      '?author=bob': ['Joins', 'Classes'],
      '?topic=python&level=basics&author=ada': ['Loops'],
      '?sort=title': ['Classes', 'Joins', 'Loops'],
      '?sort=shortest': ['Classes', 'Loops', 'Joins'],
      '?topic=sql&level=advanced': [],
      '?topic=nothing-of-ours': [],
    }
    for (const [query, titles] of Object.entries(expected)) {
      const html = await list(query)
      expect(cardTitles(html), query).toEqual(titles)
      expect(textOf(html)).toContain(titles.length === 1 ? '1 tutorial' : `${titles.length} tutorials`)
      expect(html.includes('No tutorial fits these filters')).toBe(titles.length === 0)
    }
  })

  it('writes beside each filter how many it would leave, given the others', async () => {
    await writeFour()
    expect(chips(await list())).toMatchObject({ Topic: { python: '2', design: '1', sql: '1' }, Level: { Basics: '2', Intermediate: '1' }, Author: { ada: '2', bob: '2' } })
    const narrowed = chips(await list('?topic=python&level=basics'))
    expect(narrowed).toMatchObject({ Topic: { python: '1', sql: '1' }, Level: { Basics: '1', Intermediate: '1' }, Author: { ada: '1' } })
    expect(narrowed.Author).not.toHaveProperty('bob')
  })

  it('keeps a chosen filter in sight when it leaves nothing', async () => {
    await writeFour()
    expect(chips(await list('?topic=python&author=bob&level=basics')).Level).toHaveProperty('Basics', '0')
  })

  it('has one address for each list: what is as usual is left out', async () => {
    await writeFour()
    const html = await list('?sort=newest&page=1&topic=python&level=')
    expect(html).toContain('<link rel="canonical" href="http://localhost:3000/tutorials/?topic=python">')
    for (const [, href] of html.matchAll(/class="chip" href="([^"]*)"/g)) expect(href).not.toMatch(/newest|page=|=&|=$/)
  })

  it('is found by search engines page by page, but not in every mix of filters', async () => {
    await writeMany(30)
    expect(await list('?page=2')).not.toContain('name="robots"')
    expect(await list('?page=2')).toContain('<link rel="canonical" href="http://localhost:3000/tutorials/?page=2">')
    for (const query of ['?level=basics', '?sort=title']) expect(await list(query)).toContain('<meta name="robots" content="noindex, follow">')
  })

  it('goes on page by page, with numbers, through a thousand tutorials', async () => {
    await writeMany(1000)
    const first = await list()
    expect(textOf(first)).toContain('1,000 tutorials')
    expect(cardTitles(first)).toHaveLength(12)
    expect(cardTitles(first)[0]).toBe('Number 1000')
    expect(first).toContain('rel="next"')
    expect(first).not.toContain('rel="prev"')
    const last = await list('?page=84')
    expect(cardTitles(last)).toEqual(['Number 4', 'Number 3', 'Number 2', 'Number 1'])
    expect(last).not.toContain('rel="next"')
    expect(await list('?page=42')).toMatch(/aria-current="page"><span class="hidden">Page <\/span>42</)
    const seen = new Set<string>()
    for (const page of [1, 2, 3]) for (const title of cardTitles(await list(`?page=${page}`))) seen.add(title)
    expect(seen.size).toBe(36)
  })

  it('keeps its filters from page to page', async () => {
    await writeMany(30)
    expect(await list('?level=basics&sort=title')).toContain('href="/tutorials/?level=basics&amp;sort=title&amp;page=2"')
  })

  it('is not found past its end', async () => {
    await writeMany(13)
    expect((await browser(site).get('/tutorials/?page=2')).status).toBe(200)
    for (const page of [3, 999, 10000]) expect((await browser(site).get(`/tutorials/?page=${page}`)).status).toBe(404)
  })

  it('takes no harm from a query that makes no sense', async () => {
    await writeFour()
    for (const query of NONSENSE) {
      const page = await browser(site).get(`/tutorials/?${query}`)
      expect(page.status, query).toBe(200)
      expect(cardTitles(page.text).length === 3 || page.text.includes('No tutorial fits these filters'), query).toBe(true)
      expect(page.headers['set-cookie']).toBeUndefined()
    }
  })

  it('prints titles, summaries and names as they were written, whatever they hold', async () => {
    const title = '<script>alert(1)</script> {{ 7 * 7 }} {% raw %} "quoted" & \'single\''
    await writeTutorial(site.services, { slug: 'odd', title, summary: '</p><img src=x onerror=alert(1)>', topics: ['html'] })
    await writeTutorial(site.services, { slug: 'long', title: `${'Long'.repeat(60)} title` })
    const html = await list()
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img src=x')
    // Not "49": the title is text, never a template.
    expect(cardTitles(html)).toContain(title)
  })

  it('says before the click what is for members or to be bought', async () => {
    await writeTutorial(site.services, { slug: 'open', title: 'Open' })
    expect(await list()).not.toContain('For members')
    await writeTutorial(site.services, { slug: 'members', title: 'Closed', access: 'members' })
    expect((await (await browserOf(site, await lin(site.database.db))).get('/tutorials/')).text).toContain('For members')
  })

  it('marks what the reader has completed, for that reader alone', async () => {
    const tutorial = await writeTutorial(site.services, { slug: 'loops', title: 'Loops' })
    const person = await lin(site.database.db)
    await site.database.db.completion.create({ data: { accountId: person.id, documentId: tutorial.id } })
    expect((await (await browserOf(site, person)).get('/tutorials/')).text).toContain('Completed')
    expect(await list()).not.toContain('Completed')
  })
})
