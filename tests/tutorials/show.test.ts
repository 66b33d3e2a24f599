import { describe, expect, it } from 'vitest'
import { changeSettings } from '../../src/content/change-settings.ts'
import { canonicalOf, cardTitles, metaOf, structuredData, tags, textOf } from '../support/html.ts'
import { lin, mallory } from '../support/people.ts'
import { visit } from '../support/settled.ts'
import { browser, browserOf, useSite } from '../support/site.ts'
import { sell, writeTutorial } from '../support/content.ts'

const site = useSite({ env: { BASE_URL: 'http://localhost:3000' } })
const guest = () => browser(site)
const read = async (path: string) => (await visit(site, path)).text

const PAID_SENTENCE = 'Only buyers know the heron.'

describe('a tutorial', () => {
  it('is read by anybody, with its title, text, author, topics and level', async () => {
    await writeTutorial(site.services, { slug: 'decorators', title: 'Decorators', summary: 'What @ means.', source: '## Why\n\nBecause they wrap.', level: 'intermediate', topics: ['python'], authors: ['ada'] })
    const page = await guest().get('/tutorials/decorators')
    expect(page.status).toBe(200)
    for (const text of ['<h1 class="title">Decorators</h1>', 'What @ means.', 'Because they wrap.', 'href="/topics/python"', 'href="/authors/ada"', 'Intermediate', 'href="#s-why"']) expect(page.text).toContain(text)
  })

  it('says when it was published, and changed if that was another day', async () => {
    const publishedAt = new Date('2026-02-03T10:00:00Z')
    const { id, path } = await writeTutorial(site.services, { slug: 'dated', publishedAt })
    expect(textOf(await read(path))).toContain('3 February 2026')
    expect(await read(path)).not.toContain('Updated')
    await site.database.db.document.update({ where: { id }, data: { updatedAt: new Date('2026-03-04T10:00:00Z') } })
    site.cache.invalidateAll()
    expect(textOf(await read(path))).toContain('Updated 4 March 2026')
  })

  it('is not found while it is a draft, and named nowhere', async () => {
    await writeTutorial(site.services, { slug: 'secret', title: 'Not yet', topics: ['python'], authors: ['ada'], publish: false })
    expect((await guest().get('/tutorials/secret')).status).toBe(404)
    for (const path of ['/', '/tutorials/', '/topics/python', '/authors/ada', '/sitemap.xml', '/feed.xml', '/search?q=secret']) expect(await read(path), path).not.toContain('Not yet')
  })

  it('describes itself to search engines and chats', async () => {
    const { path } = await writeTutorial(site.services, { slug: 'told', title: 'Told & "quoted" </script><script>alert(1)</script>', summary: 'A summary with </script> in it.', authors: ['ada'], publishedAt: new Date('2026-02-03T10:00:00Z') })
    const html = await read(path)
    expect(canonicalOf(html)).toBe('http://localhost:3000/tutorials/told')
    expect([metaOf(html, 'og:type'), metaOf(html, 'og:url'), metaOf(html, 'og:description'), metaOf(html, 'description')]).toEqual(['article', canonicalOf(html), 'A summary with </script> in it.', 'A summary with </script> in it.'])
    expect(html).not.toContain('<script>alert')
    const [article, way] = structuredData(html)
    expect(article).toMatchObject({
      '@type': 'TechArticle', headline: 'Told & "quoted" </script><script>alert(1)</script>', description: 'A summary with </script> in it.', datePublished: '2026-02-03T10:00:00.000Z', isAccessibleForFree: true,
      author: [{ '@type': 'Person', name: 'ada', url: 'http://localhost:3000/authors/ada' }],
    })
    expect(way).toMatchObject({ '@type': 'BreadcrumbList', itemListElement: [{ position: 1, item: 'http://localhost:3000/tutorials/' }, { position: 2, item: 'http://localhost:3000/tutorials/told' }] })
  })

  it('names its first home when that is elsewhere', async () => {
    const { id, path } = await writeTutorial(site.services, { slug: 'copied' })
    await changeSettings(site.services, id, { canonicalUrl: 'https://elsewhere.example/first' })
    expect(canonicalOf(await read(path))).toBe('https://elsewhere.example/first')
  })

  it('leads on to what shares most topics with it, and never to itself', async () => {
    await writeTutorial(site.services, { slug: 'here', title: 'Here', topics: ['a', 'b'] })
    await writeTutorial(site.services, { slug: 'both', title: 'Both', topics: ['a', 'b'] })
    await writeTutorial(site.services, { slug: 'one', title: 'One', topics: ['b'] })
    await writeTutorial(site.services, { slug: 'none', title: 'None', topics: ['c'] })
    expect(cardTitles(await read('/tutorials/here'))).toEqual(['Both', 'One'])
    expect(await read('/tutorials/none')).not.toContain('Keep learning')
  })
})

describe('a tutorial that is not free', () => {
  const paid = () => writeTutorial(site.services, { slug: 'paid', title: 'Paid', source: `${PAID_SENTENCE}\n\n## First part\n\nMore of the heron.\n\n## Second part\n\nEnd.`, access: 'paid', topics: ['birds'], authors: ['ada'] })

  it('shows what it holds and what it costs instead of its text, and a way in', async () => {
    const { id, path } = await paid()
    const price = await sell(site.services, id, { amount: 900n })
    const html = await read(path)
    for (const text of ['This tutorial has to be bought', '2 sections', 'First part', '$9', `/checkout?price=${price}`, '/sign-in?next=%2Ftutorials%2Fpaid']) expect(html).toContain(text)
    expect(structuredData(html)[0]).toMatchObject({ isAccessibleForFree: false })
  })

  it('gives its text away nowhere', async () => {
    const { path } = await paid()
    for (const place of [path, '/', '/tutorials/', '/topics/birds', '/authors/ada', '/feed.xml', '/atom.xml', '/sitemap.xml', '/search?q=heron']) expect(await read(place), place).not.toMatch(/heron\.|Only buyers/)
  })

  it('says so when nobody sells it', async () => {
    await writeTutorial(site.services, { slug: 'inner', access: 'members' })
    const html = await read('/tutorials/inner')
    expect(html).toContain('This tutorial is for members')
    expect(html).toContain('not for sale at the moment')
    expect(tags(html, 'div', 'prices')).toEqual([])
  })

  it('is whole for whoever has it, and only for them', async () => {
    const { id, path } = await paid()
    const [owner, stranger] = [await lin(site.database.db), await mallory(site.database.db)]
    await site.database.db.entitlement.create({ data: { accountId: owner.id, documentId: id, source: 'manual', sourceId: 'test', reason: 'test', startsAt: new Date(0) } })
    expect((await (await browserOf(site, owner)).get(path)).text).toContain(PAID_SENTENCE)
    expect((await (await browserOf(site, stranger)).get(path)).text).not.toContain(PAID_SENTENCE)
    expect(await read(path)).not.toContain(PAID_SENTENCE)
  })
})

describe('completing a tutorial', () => {
  const setUp = async () => {
    const tutorial = await writeTutorial(site.services, { slug: 'loops' })
    return { tutorial, toggle: `/documents/${tutorial.id}/completion`, reader: await browserOf(site, await lin(site.database.db)) }
  }

  it('can be said and taken back as often as somebody likes', async () => {
    const { tutorial, toggle, reader } = await setUp()
    expect((await reader.get(tutorial.path)).text).toContain(toggle)
    for (const wanted of ['on', 'on']) expect((await reader.post(toggle, { wanted })).headers.location).toBe(tutorial.path)
    expect(await site.database.db.completion.count()).toBe(1)
    expect((await reader.get('/tutorials/')).text).toContain('Completed')
    for (const wanted of ['off', 'off']) expect((await reader.post(toggle, { wanted })).status).toBe(303)
    expect(await site.database.db.completion.count()).toBe(0)
  })

  it('answers a script without a page', async () => {
    const { toggle, reader } = await setUp()
    expect((await reader.post(toggle, { wanted: 'on' }, { 'Sec-Fetch-Dest': 'empty' })).status).toBe(204)
  })

  it('asks a guest to sign in first', async () => {
    const { tutorial, toggle } = await setUp()
    const answer = await guest().post(toggle, { wanted: 'on' }, { Referer: `${site.url}${tutorial.path}` })
    expect([answer.status, answer.headers.location]).toEqual([303, '/sign-in?next=%2Ftutorials%2Floops'])
    expect(await read(tutorial.path)).not.toContain(toggle)
  })

  it('is refused for what one may not read, and for nonsense', async () => {
    const { toggle, reader } = await setUp()
    const locked = await writeTutorial(site.services, { slug: 'locked', access: 'paid' })
    const draft = await writeTutorial(site.services, { slug: 'draft', publish: false })
    for (const { id } of [locked, draft]) expect((await reader.post(`/documents/${id}/completion`, { wanted: 'on' })).status).toBe(404)
    for (const wanted of ['maybe', '', ['on', 'off']]) expect((await reader.post(toggle, { wanted })).status).toBe(422)
    expect((await reader.post('/documents/nonsense/completion', { wanted: 'on' })).status).toBe(404)
    expect(await site.database.db.completion.count()).toBe(0)
  })
})
