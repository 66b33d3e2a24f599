import { beforeEach, describe, expect, it } from 'vitest'
import { screens } from '../../src/admin/screens.ts'
import { ada, lin, sam } from '../support/people.ts'
import { browserOf, useSite, type Browser } from '../support/site.ts'
import { writeTutorial } from '../support/content.ts'

const site = useSite()
let owner: Browser

beforeEach(async () => {
  owner = await browserOf(site, await sam(site.services.db))
})

/** Rows made at once, without the renderer: lists do not read texts. */
async function manyTutorials(count: number, more: (index: number) => object = () => ({})): Promise<void> {
  const { db } = site.services
  await db.document.createMany({
    data: Array.from({ length: count }, (_, index) => ({ kind: 'tutorial' as const, slug: `t-${index}`, path: `/tutorials/t-${index}`, title: `Tutorial ${String(index).padStart(4, '0')}`, summary: '', updatedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000), ...more(index) })),
  })
}

const titles = (html: string): string[] => [...html.matchAll(/<a href="\/admin\/tutorials\/[0-9a-f-]{36}">([^<]+)</g)].map((match) => match[1] ?? '')

describe('every list', () => {
  it.each(screens.map((screen) => [screen.path, screen] as const))('%s says what to do while it is empty, and what to change when nothing is found', async (path, screen) => {
    await site.services.db.author.deleteMany()
    const answer = await owner.get(`/admin/${path}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['cache-control']).toBe('private, no-store')
    if (path !== 'accounts') expect(answer.text).toContain(screen.empty.title)
    const found = await owner.get(`/admin/${path}?q=nothing-is-called-so`)
    expect(found.text).toContain(`No ${screen.many} found`)
  })

  it.each(screens.map((screen) => screen.path))('%s ignores what it did not offer', async (path) => {
    for (const query of ['sort=password_hash', 'sort=-id;drop', 'state=nonsense', 'page=-1', 'page=abc', 'q=%00', 'q=%25%27%22%5C', 'topic=1', 'after[x]=1', 'unknown=1']) {
      expect([query, (await owner.get(`/admin/${path}?${query}`)).status]).toEqual([query, 200])
    }
  })

  it.each(screens.map((screen) => screen.path))('%s sorts by each of its columns, both ways, also beyond a row', async (path) => {
    const screen = screens.find((each) => each.path === path)!
    for (const key of Object.keys(screen.sorts)) for (const sort of [key, `-${key}`]) expect([sort, (await owner.get(`/admin/${path}?sort=${sort}`)).status]).toEqual([sort, 200])
    expect((await owner.get(`/admin/${path}?after=${screen.id === 'id' ? '00000000-0000-7000-8000-000000000000' : 'evt_nobody'}`)).status).toBe(404)
    for (const filter of screen.filters ?? []) {
      for (const { value } of 'options' in filter ? filter.options : []) expect([value, (await owner.get(`/admin/${path}?${filter.key}=${value}`)).status]).toEqual([value, 200])
    }
  })
})

describe('the list of tutorials', () => {
  it('finds words in any order, and % and _ mean themselves', async () => {
    await manyTutorials(3)
    await writeTutorial(site.services, { slug: 'join', title: 'Joins save 100% of_the time' })
    expect(titles((await owner.get('/admin/tutorials?q=time+joins')).text)).toEqual(['Joins save 100% of_the time'])
    expect(titles((await owner.get('/admin/tutorials?q=100%25')).text)).toEqual(['Joins save 100% of_the time'])
    expect(titles((await owner.get('/admin/tutorials?q=%25')).text)).toEqual(['Joins save 100% of_the time'])
    expect(titles((await owner.get('/admin/tutorials?q=_')).text)).toEqual(['Joins save 100% of_the time'])
  })

  it('is filtered by state and topic, and says so in its address and count', async () => {
    const { db } = site.services
    await manyTutorials(4)
    const written = await writeTutorial(site.services, { slug: 'published', title: 'Published one' })
    const topic = await db.topic.create({ data: { slug: 'sql', name: 'SQL' } })
    await db.documentTopic.create({ data: { documentId: written.id, topicId: topic.id } })
    const answer = await owner.get(`/admin/tutorials?state=published&topic=${topic.id}`)
    expect(titles(answer.text)).toEqual(['Published one'])
    expect(answer.text).toContain('1 tutorial found')
    expect(answer.text).toContain(`value="${topic.id}" selected`)
    expect((await owner.get('/admin/tutorials?state=draft')).text).toContain('4 tutorials found')
  })

  it('is paged by number, newest change first, each row once', async () => {
    await manyTutorials(120)
    const pages = await Promise.all([1, 2, 3].map(async (page) => titles((await owner.get(`/admin/tutorials?page=${page}`)).text)))
    expect(pages.map((page) => page.length)).toEqual([50, 50, 20])
    expect(pages[0]![0]).toBe('Tutorial 0119')
    expect(new Set(pages.flat()).size).toBe(120)
    expect((await owner.get('/admin/tutorials?page=4')).status).toBe(404)
  })

  it('goes on from one row to the next ones where numbers end, also among rows of the same moment', async () => {
    await manyTutorials(120, (index) => ({ updatedAt: new Date(Date.UTC(2026, 0, 1 + Math.floor(index / 60))) }))
    for (const sort of ['-changed', 'changed', 'title', '-title']) {
      const all = [1, 2, 3].map((page) => owner.get(`/admin/tutorials?sort=${sort}&page=${page}`))
      const rows = (await Promise.all(all)).flatMap((answer) => [...answer.text.matchAll(/\/admin\/tutorials\/([0-9a-f-]{36})">/g)].map((match) => match[1]!))
      const after = await owner.get(`/admin/tutorials?sort=${sort}&after=${rows[49]}`)
      expect([...after.text.matchAll(/\/admin\/tutorials\/([0-9a-f-]{36})">/g)].map((match) => match[1])).toEqual(rows.slice(50, 100))
    }
  })

  it('says "more than" instead of counting everything, and stops numbering there', async () => {
    await manyTutorials(10_060)
    const first = await owner.get('/admin/tutorials')
    expect(first.text).toContain('More than 10,000 tutorials')
    const last = await owner.get('/admin/tutorials?page=200')
    const more = /<p class="more"><a href="([^"]+)"/.exec(last.text)?.[1]
    expect(more).toBeDefined()
    const beyond = await owner.get(more!.replaceAll('&amp;', '&'))
    expect(titles(beyond.text)).toHaveLength(50)
    expect(titles(beyond.text)[0]).toBe('Tutorial 0059')
  })

  it('asks the database as often for 500 rows as for 60', async () => {
    const { pool } = site.database
    const count = async () => {
      let queries = 0
      const query = pool.query.bind(pool)
      const spied = ((...args: Parameters<typeof query>) => {
        queries++
        return query(...args)
      }) as typeof pool.query
      pool.query = spied
      await owner.get('/admin/tutorials')
      pool.query = query
      return queries
    }
    const { db } = site.services
    const topic = await db.topic.create({ data: { slug: 'sql', name: 'SQL' } })
    const file = async () => db.documentTopic.createMany({ data: (await db.document.findMany({ select: { id: true } })).map(({ id }) => ({ documentId: id, topicId: topic.id })), skipDuplicates: true })
    const queriesFor = async (rows: number) => {
      await db.document.deleteMany()
      await manyTutorials(rows)
      await file()
      return count()
    }
    const [ten, sixty, many] = [await queriesFor(10), await queriesFor(60), await queriesFor(500)]
    expect(many).toBe(sixty)
    // A page that holds everything need not be counted.
    expect(ten).toBe(sixty - 1)
    expect(ten).toBeGreaterThan(1)
  })
})

describe('a CSV', () => {
  it('holds the whole filtered list, safely', async () => {
    await manyTutorials(1_203)
    await writeTutorial(site.services, { slug: 'evil', title: '=HYPERLINK("http://evil.example","x")', publish: false })
    const all = await owner.get('/admin/tutorials.csv')
    expect(all.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(all.headers['content-disposition']).toMatch(/^attachment; filename="tutorials-\d{4}-\d\d-\d\d\.csv"$/)
    const lines = all.text.replace(/^\uFEFF/, '').trimEnd().split('\r\n')
    expect(lines[0]).toBe('Title,State,Topics,Level,Access,Authors,Words,Changed')
    expect(lines).toHaveLength(1 + 1_204)
    expect(new Set(lines).size).toBe(1_205)
    expect(all.text).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`)
    const some = await owner.get('/admin/tutorials.csv?q=0007')
    expect(some.text.trimEnd().split('\r\n')).toHaveLength(2)
  })
})

describe('bulk actions', () => {
  it('ask first, naming the consequence, and then do it', async () => {
    const { db } = site.services
    const one = await writeTutorial(site.services, { slug: 'one', title: 'One', publish: false })
    const two = await writeTutorial(site.services, { slug: 'two', title: 'Two', publish: false })
    const asked = await owner.post('/admin/tutorials/selection', { action: 'publish', id: [one.id, two.id] })
    expect(asked.status).toBe(200)
    expect(asked.text).toContain('The latest text of 2 tutorials goes before readers at once.')
    expect(await db.document.count({ where: { state: 'published' } })).toBe(0)

    const done = await owner.post('/admin/tutorials/selection', { action: 'publish', id: [one.id, two.id], confirmed: 'yes' })
    expect([done.status, done.headers.location]).toEqual([303, '/admin/tutorials'])
    expect(await db.document.count({ where: { state: 'published' } })).toBe(2)
    expect((await owner.get('/admin/tutorials')).text).toContain('2 tutorials published.')
    await owner.post('/admin/tutorials/selection', { action: 'unpublish', id: one.id, confirmed: 'yes' })
    expect(await db.document.count({ where: { state: 'published' } })).toBe(1)
  })

  it('say which row was refused and why', async () => {
    await manyTutorials(1)
    const { id } = await site.services.db.document.findFirstOrThrow({ select: { id: true } })
    await owner.post('/admin/tutorials/selection', { action: 'publish', id, confirmed: 'yes' })
    expect((await owner.get('/admin/tutorials')).text).toContain('0 tutorials published. Tutorial 0000: There is no text to publish yet.')
  })

  it('touch only rows of their own list, and refuse nonsense', async () => {
    const tutorial = await writeTutorial(site.services, { slug: 'one', publish: false })
    const wrong = await owner.post('/admin/courses/selection', { action: 'publish', id: tutorial.id, confirmed: 'yes' })
    expect(wrong.status).toBe(303)
    expect(await site.services.db.document.count({ where: { state: 'published' } })).toBe(0)
    expect((await owner.post('/admin/tutorials/selection', { action: 'delete', id: tutorial.id })).status).toBe(422)
    expect((await owner.post('/admin/tutorials/selection', { action: 'publish', id: 'x' })).status).toBe(422)
    expect((await owner.post('/admin/tutorials/selection', { action: 'publish' })).status).toBe(303)
  })
})

describe('records', () => {
  it('show an account with its rights and orders', async () => {
    const { db } = site.services
    const learner = await lin(db)
    const course = await db.document.create({ data: { kind: 'course', slug: 'sql', path: '/courses/sql', title: 'SQL', summary: '', course: { create: {} } } })
    await db.entitlement.create({ data: { accountId: learner.id, documentId: course.id, source: 'manual', sourceId: 'x', reason: 'A reviewer' } })
    const order = await db.order.create({ data: { accountId: learner.id, state: 'completed', currency: 'USD', total: 4900n } })
    const page = await owner.get(`/admin/accounts/${learner.id}`)
    for (const text of ['lin@example.org', 'A reviewer', '$49', `/admin/orders/${order.id}`]) expect(page.text).toContain(text)
  })

  it('show an order with its items and events, and an event as it came', async () => {
    const { db } = site.services
    const product = await db.product.create({ data: { slug: 'sql', name: 'SQL & more', prices: { create: { amount: 4900n, currency: 'USD' } } }, include: { prices: true } })
    const order = await db.order.create({ data: { state: 'completed', buyerEmail: 'b@example.org', currency: 'USD', total: 4900n, providerTransactionId: 'txn_1', items: { create: { priceId: product.prices[0]!.id } } } })
    await db.providerEvent.create({ data: { eventId: 'evt_1', type: 'transaction.completed', entityId: 'txn_1', occurredAt: new Date(0), raw: '{"data":{"custom":"<script>alert(1)</script>"}}', source: 'webhook' } })
    const page = await owner.get(`/admin/orders/${order.id}`)
    for (const text of ['SQL &amp; more', 'b@example.org', '/admin/events/evt_1']) expect(page.text).toContain(text)
    const event = await owner.get('/admin/events/evt_1')
    expect(event.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(event.text).not.toContain('<script>alert')
    expect((await owner.get('/admin/orders?q=txn_1')).text).toContain('b@example.org')
    expect((await owner.get('/admin/events?q=txn_1&state=waiting')).text).toContain('evt_1')
  })

  it('show a mail in a frame that may do nothing', async () => {
    const { db } = site.services
    const mail = await db.mail.create({ data: { key: 'k', template: 'receipt', recipient: 'b@example.org', subject: 'Thanks', html: '<script>alert(1)</script><p>Hi', text: 'Hi' } })
    expect((await owner.get(`/admin/mails/${mail.id}`)).text).toMatch(/<iframe [^>]*sandbox[ >]/)
    const body = await owner.get(`/admin/mails/${mail.id}/body`)
    expect(body.headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
    expect(body.headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(body.headers['cache-control']).toBe('private, no-store')
  })
})

describe('small forms', () => {
  it('make, change and delete a topic', async () => {
    const { db } = site.services
    const made = await owner.post('/admin/topics', { name: 'Data & Bases', slug: '', description: '' })
    expect(made.status).toBe(303)
    const topic = await db.topic.findFirstOrThrow()
    expect(topic.slug).toBe('data-bases')
    const taken = await owner.post('/admin/topics', { name: 'Other', slug: 'data-bases', description: '' })
    expect(taken.status).toBe(422)
    expect(taken.text).toContain('Another topic has this address.')
    expect(taken.text).toContain('value="Other"')
    expect((await owner.post(`/admin/topics/${topic.id}`, { name: '', slug: 'x', description: '' })).text).toContain('A name is needed.')
    await owner.post(`/admin/topics/${topic.id}`, { name: 'Databases', slug: 'databases', description: 'Rows' })
    expect(await db.topic.findFirstOrThrow()).toMatchObject({ name: 'Databases', slug: 'databases', description: 'Rows' })
    expect((await owner.post(`/admin/topics/${topic.id}/removal`, {})).status).toBe(303)
    expect(await db.topic.count()).toBe(0)
  })

  it('make an author with an account and a rendered, sanitised text about them', async () => {
    const { db } = site.services
    const person = await lin(db)
    expect((await owner.post('/admin/authors', { name: 'Lin', slug: 'lin', headline: '', bio: '', email: 'nobody@example.org' })).text).toContain('Nobody has an account with this address.')
    await owner.post('/admin/authors', { name: 'Lin', slug: 'lin', headline: 'Writes', bio: 'Likes **rows** <script>alert(1)</script>', email: 'lin@example.org' })
    const author = await db.author.findUniqueOrThrow({ where: { slug: 'lin' } })
    expect(author.accountId).toBe(person.id)
    expect(author.bioHtml).toContain('<strong>rows</strong>')
    expect(author.bioHtml).not.toContain('<script')
    await ada(db)
    expect((await owner.post('/admin/authors', { name: 'Two', slug: 'two', headline: '', bio: '', email: 'ada@example.org' })).text).toContain('Another author already has this account.')
  })
})
