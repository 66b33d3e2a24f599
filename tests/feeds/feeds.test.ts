import { describe, expect, it } from 'vitest'
import { changeSettings } from '../../src/content/change-settings.ts'
import { parseXml, textOf } from '../support/html.ts'
import { visit } from '../support/settled.ts'
import { useSite } from '../support/site.ts'
import { writeCourse, writePage, writeTutorial } from '../support/content.ts'

const site = useSite()
const get = (path: string) => visit(site, path)
const xml = async (path: string) => parseXml(String((await get(path)).text ?? (await get(path)).body))
const day = (number: number) => new Date(Date.UTC(2026, 0, number))

async function fill() {
  const loops = await writeTutorial(site.services, { slug: 'loops', title: 'Loops & <b>more</b> ]]> "x"', summary: 'All about & <loops>.', source: 'Text with [a link](/about) and a [place](#s-end).\n\n## End\n\nDone.', topics: ['python'], authors: ['ada'], publishedAt: day(1) })
  const paid = await writeTutorial(site.services, { slug: 'paid', title: 'Paid', summary: 'A promise.', source: 'Only buyers know the heron.', access: 'paid', topics: ['birds'], authors: ['bob'], publishedAt: day(2) })
  await writeTutorial(site.services, { slug: 'draft', title: 'Draft', publish: false })
  const course = await writeCourse(site.services, { slug: 'sql', title: 'SQL', summary: 'Ask.', publishedAt: day(3), sections: [{ title: 'One', lessons: [{ slug: 'select', source: 'Lesson text.' }] }] })
  await writePage(site.services, { slug: 'about', title: 'About' })
  return { loops, paid, course }
}

const texts = (tags: Parameters<typeof textOf>[0][]) => tags.map((tag) => textOf(tag))

describe.each(['/feed.xml', '/atom.xml'])('%s', (path) => {
  it('is well-formed with nothing in it, and with odd letters', async () => {
    expect((await xml(path)).all(path === '/feed.xml' ? 'item' : 'entry')).toEqual([])
    await writeTutorial(site.services, { slug: 'odd', title: 'Odd \u0001\u000b & ]]> 😀 \ufffe', summary: ']]>' })
    expect((await xml(path)).all('title').map((tag) => textOf(tag)).join()).toContain('😀')
  })

  it('gives nothing away: summaries of what is not free, and no drafts', async () => {
    await fill()
    const { text } = await get(path)
    expect(text).toContain('A promise.')
    expect(text).not.toMatch(/heron|Draft|Lesson text/)
  })

  it('has whole addresses only', async () => {
    await fill()
    const { text } = await get(path)
    expect(text).toContain('http://localhost:3000/about')
    expect(text).toContain('http://localhost:3000/tutorials/loops#s-end')
    expect(text).not.toMatch(/(?:href|src)=(?:&quot;|")[/#]/)
  })

  it('can be had for one topic or author, and takes no harm from nonsense', async () => {
    await fill()
    expect((await get(`${path}?topic=birds`)).text).toContain('Paid')
    expect((await get(`${path}?topic=birds`)).text).not.toContain('Loops')
    expect((await get(`${path}?author=ada`)).text).toContain('Loops')
    expect((await get(`${path}?author=ada`)).text).not.toContain('Paid')
    for (const query of ['topic=%00', 'topic[]=x', 'author=__proto__', `topic=${'a'.repeat(5_000)}`]) expect((await get(`${path}?${query}`)).status).toBe(200)
  })

  it('keeps the name of an entry when its address changes', async () => {
    const { loops } = await fill()
    const ids = async () => texts((await xml(path)).all(path === '/feed.xml' ? 'guid' : 'id')).sort()
    const before = await ids()
    await changeSettings(site.services, loops.id, { slug: 'circles' })
    site.cache.invalidateAll()
    expect(await ids()).toEqual(before)
    expect((await get(path)).text).toContain('http://localhost:3000/tutorials/circles')
  })
})

describe('the RSS feed', () => {
  it('is RSS 2.0 as readers expect it', async () => {
    await fill()
    const page = await get('/feed.xml')
    expect(page.headers['content-type']).toBe('application/rss+xml; charset=utf-8')
    const feed = parseXml(page.text)
    expect(feed.all('rss')[0]?.attribs.version).toBe('2.0')
    expect(feed.all('atom:link')[0]?.attribs).toMatchObject({ rel: 'self', href: 'http://localhost:3000/feed.xml' })
    const items = feed.all('item')
    expect(items).toHaveLength(3)
    for (const name of ['title', 'link', 'description', 'pubDate', 'guid']) expect(feed.all(name).length, name).toBeGreaterThanOrEqual(3)
    for (const date of texts(feed.all('pubDate'))) expect(new Date(date).toUTCString()).toBe(date)
    for (const guid of feed.all('guid')) expect([guid.attribs.isPermaLink, textOf(guid).startsWith('urn:uuid:')]).toEqual(['false', true])
    expect(texts(feed.all('link')).every((link) => link.startsWith('http://localhost:3000/'))).toBe(true)
  })
})

describe('the Atom feed', () => {
  it('is Atom 1.0 as readers expect it', async () => {
    await fill()
    const page = await get('/atom.xml')
    expect(page.headers['content-type']).toBe('application/atom+xml; charset=utf-8')
    const feed = parseXml(page.text)
    expect(feed.all('feed')[0]?.attribs.xmlns).toBe('http://www.w3.org/2005/Atom')
    const entries = feed.all('entry')
    expect(entries).toHaveLength(3)
    for (const entry of entries) for (const name of ['id', 'title', 'updated', 'published', 'link']) expect(entry.children.some((child) => 'name' in child && child.name === name), name).toBe(true)
    for (const date of [...texts(feed.all('updated')), ...texts(feed.all('published'))]) expect(new Date(date).toISOString()).toBe(date)
    expect(feed.all('author').length).toBeGreaterThanOrEqual(1)
    expect(feed.all('link').every((link) => /^http:\/\/localhost:3000\//.test(link.attribs.href ?? ''))).toBe(true)
  })
})

describe('the sitemap', () => {
  it('names every published address once, whole, with the day it changed', async () => {
    await fill()
    const copied = await writeTutorial(site.services, { slug: 'copied' })
    await changeSettings(site.services, copied.id, { canonicalUrl: 'https://elsewhere.example/' })
    const page = await get('/sitemap.xml')
    expect(page.headers['content-type']).toBe('application/xml; charset=utf-8')
    const map = parseXml(page.text)
    const addresses = texts(map.all('loc'))
    expect(new Set(addresses).size).toBe(addresses.length)
    for (const path of ['/', '/tutorials/', '/courses/', '/tutorials/loops', '/tutorials/paid', '/courses/sql', '/courses/sql/select', '/about', '/topics/python', '/authors/ada']) expect(addresses).toContain(`http://localhost:3000${path}`)
    for (const path of ['/tutorials/draft', '/tutorials/copied', '/account']) expect(addresses).not.toContain(`http://localhost:3000${path}`)
    for (const date of texts(map.all('lastmod'))) expect(new Date(date).toISOString()).toBe(date)
    for (const address of addresses) expect((await get(new URL(address).pathname)).status, address).toBe(200)
  })
})

describe('robots.txt', () => {
  it('keeps crawlers out of what is nobody else\'s, and names the sitemap', async () => {
    const page = await get('/robots.txt')
    expect(page.headers['content-type']).toBe('text/plain; charset=utf-8')
    const lines = page.text.split('\n')
    expect(lines[0]).toBe('User-agent: *')
    for (const line of ['Disallow: /account', 'Disallow: /admin', 'Disallow: /search', 'Sitemap: http://localhost:3000/sitemap.xml']) expect(lines).toContain(line)
    expect(lines).not.toContain('Disallow: /')
  })
})
