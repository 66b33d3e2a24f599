import { beforeEach, describe, expect, it } from 'vitest'
import request from 'supertest'
import sharp from 'sharp'
import { handlers } from '../../src/handlers.ts'
import { renderMarkdown } from '../../src/markdown/render.ts'
import { ada, sam, signInAs } from '../support/people.ts'
import { browser, browserOf, useSite, type Browser } from '../support/site.ts'
import { sell, writeCourse, writePage, writeTutorial } from '../support/content.ts'

const site = useSite()
const json = { Accept: 'application/json' }
let author: Browser
let cookie: string

beforeEach(async () => {
  const person = await ada(site.services.db)
  cookie = await signInAs(site.services.db, person, site.services.clock)
  author = await browserOf(site, person)
})

const draft = (id: string) => site.services.db.document.findUniqueOrThrow({ where: { id }, include: { latestRevision: true, publishedRevision: true, topics: true, authors: true } })

/** The form as a browser would send it for a fresh tutorial. */
const form = (more: Record<string, string | string[]> = {}) => ({ title: 'Joins', summary: '', source: 'One text.', basedOn: '0', slug: 'joins', level: '', access: 'free', coverId: '', coverAlt: '', canonicalUrl: '', publishedAt: '', ...more })

async function begin(): Promise<string> {
  const answer = await author.post('/admin/tutorials', { title: 'Joins', slug: '' })
  expect(answer.status).toBe(303)
  return String(answer.headers.location).split('/').at(-1)!
}

describe('a new text', () => {
  it('begins with a title; the address follows it, and the person who began stands as its author', async () => {
    const id = await begin()
    expect(await draft(id)).toMatchObject({ slug: 'joins', path: '/tutorials/joins', state: 'draft' })
    expect((await draft(id)).authors).toHaveLength(1)
    expect((await author.get(`/admin/tutorials/${id}`)).text).toContain('Not saved yet')
  })

  it('is refused without a title, with a nonsense or taken address, or one of the site’s own', async () => {
    await begin()
    expect((await author.post('/admin/tutorials', { title: ' ', slug: '' })).status).toBe(422)
    const taken = await author.post('/admin/tutorials', { title: 'Joins', slug: 'joins' })
    expect([taken.status, taken.text.includes('The address /tutorials/joins is taken.')]).toEqual([422, true])
    expect((await author.post('/admin/tutorials', { title: 'x', slug: '../x' })).status).toBe(422)
    expect((await author.post('/admin/pages', { title: 'Admin', slug: 'admin' })).text).toContain('is an address of the site itself')
  })
})

describe('saving', () => {
  it('keeps text and settings together, with line ends as texts have them', async () => {
    const { db } = site.services
    const id = await begin()
    const topic = await db.topic.create({ data: { slug: 'sql', name: 'SQL' } })
    const answer = await author.post(`/admin/tutorials/${id}`, form({ source: 'One\r\n\r\nTwo', level: 'basics', access: 'members', featured: 'yes', topicIds: topic.id, slug: 'joins-again', canonicalUrl: 'https://elsewhere.example/x', publishedAt: '2026-01-02' }))
    expect([answer.status, answer.headers.location]).toEqual([303, `/admin/tutorials/${id}`])
    const saved = await draft(id)
    expect(saved).toMatchObject({ level: 'basics', access: 'members', featured: true, path: '/tutorials/joins-again', canonicalUrl: 'https://elsewhere.example/x', state: 'draft' })
    expect(saved.latestRevision).toMatchObject({ number: 1, source: 'One\n\nTwo' })
    expect(saved.topics).toHaveLength(1)
    expect(saved.authors).toHaveLength(0)
    expect(saved.publishedAt?.toISOString()).toBe('2026-01-02T00:00:00.000Z')
    const shown = (await author.get(`/admin/tutorials/${id}`)).text
    for (const text of ['One\n\nTwo</textarea>', 'value="joins-again"', 'value="2026-01-02"', `value="${topic.id}" checked`, 'Revision 1, saved']) expect(shown).toContain(text)
  })

  it('shows nonsense beside its field and keeps what was typed', async () => {
    const id = await begin()
    const answer = await author.post(`/admin/tutorials/${id}`, form({ title: '', slug: 'No Good', canonicalUrl: 'javascript:alert(1)', source: 'Kept **text**' }))
    expect(answer.status).toBe(422)
    for (const text of ['A title is needed.', 'Use small letters, digits and single hyphens.', 'An address starts with https://.', 'Kept **text**', 'href="#f-slug"']) expect(answer.text).toContain(text)
    expect((await draft(id)).latestRevision).toBeNull()
    expect((await author.post(`/admin/tutorials/${id}`, form({ source: 'a\u0000b' }))).status).toBe(422)
    expect((await author.post(`/admin/tutorials/${id}`, form({ basedOn: 'x' }))).status).toBe(422)
    expect((await author.post(`/admin/tutorials/${id}`, form({ coverId: '00000000-0000-7000-8000-000000000000' }))).status).toBe(422)
  })

  it('keeps nothing at all when the new address is taken', async () => {
    await writeTutorial(site.services, { slug: 'taken' })
    const id = await begin()
    const answer = await author.post(`/admin/tutorials/${id}`, form({ slug: 'taken', level: 'basics', source: 'Mine' }))
    expect(answer.status).toBe(409)
    expect(answer.text).toContain('The address /tutorials/taken is taken.')
    expect(answer.text).toContain('Mine')
    expect(await draft(id)).toMatchObject({ level: null, latestRevision: null })
  })

  it('twice the same changes nothing, even from the same start', async () => {
    const id = await begin()
    await author.post(`/admin/tutorials/${id}`, form())
    expect((await author.post(`/admin/tutorials/${id}`, form())).status).toBe(303)
    expect(await site.services.db.revision.count()).toBe(1)
  })

  it('answers a script with what it needs to go on', async () => {
    const id = await begin()
    const answer = await author.post(`/admin/tutorials/${id}`, form({ source: '![](/media/x.png)' }), json)
    expect(answer.body).toMatchObject({ basedOn: '1', text: 'Saved.', state: { text: 'Draft' }, view: null })
    expect(answer.body.problems[0]).toMatch(/alternative text/)
    const wrong = await author.post(`/admin/tutorials/${id}`, form({ title: '' }), json)
    expect([wrong.status, wrong.body.errors]).toEqual([422, { title: 'A title is needed.' }])
  })
})

describe('two people at one text', () => {
  it('are told; nothing is overwritten until somebody does so knowingly', async () => {
    const id = await begin()
    const other = await browserOf(site, await sam(site.services.db))
    await author.post(`/admin/tutorials/${id}`, form())
    await other.post(`/admin/tutorials/${id}`, form({ basedOn: '1', source: 'Sam was here.' }))

    const refused = await author.post(`/admin/tutorials/${id}`, form({ basedOn: '1', source: 'Ada writes on.', level: 'advanced' }))
    expect(refused.status).toBe(409)
    for (const text of ['Sam Staff saved revision 2', 'Ada writes on.', `/admin/tutorials/${id}/revisions/2`, 'name="overwrite" value="2"', 'name="basedOn" value="1"']) expect(refused.text).toContain(text)
    expect(await draft(id)).toMatchObject({ level: null, latestRevision: { source: 'Sam was here.' } })

    const script = await author.post(`/admin/tutorials/${id}`, form({ basedOn: '1', source: 'Ada writes on.' }), json)
    expect([script.status, script.body.conflict.number]).toEqual([409, 2])

    expect((await author.post(`/admin/tutorials/${id}`, form({ basedOn: '1', overwrite: '2', source: 'Ada writes on.' }))).status).toBe(303)
    expect((await draft(id)).latestRevision).toMatchObject({ number: 3, source: 'Ada writes on.' })
    expect(await site.services.db.revision.findFirst({ where: { number: 2 } })).toMatchObject({ source: 'Sam was here.' })
  })

  it('at the same moment: one is first, the other is told', async () => {
    const id = await begin()
    const answers = await Promise.all(['A', 'B', 'C'].map((source) => author.post(`/admin/tutorials/${id}`, form({ source }))))
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409, 409])
  })
})

describe('publishing', () => {
  it('saves what was sent and shows it to readers; unpublishing takes it away and keeps it', async () => {
    const id = await begin()
    const guest = browser(site)
    expect((await guest.get('/tutorials/joins')).status).toBe(404)
    await author.post(`/admin/tutorials/${id}/publication`, form({ source: 'Readers see **this**.' }))
    expect((await guest.get('/tutorials/joins')).text).toContain('Readers see <strong>this</strong>.')
    await author.post(`/admin/tutorials/${id}`, form({ basedOn: '1', source: 'Not yet.' }))
    expect((await author.get(`/admin/tutorials/${id}`)).text).toContain('Published, newer draft')
    expect((await author.get('/tutorials/joins')).text).toContain('Readers see')

    expect((await author.post(`/admin/tutorials/${id}/publication/removal`, {})).status).toBe(303)
    expect((await author.post(`/admin/tutorials/${id}/publication/removal`, {})).status).toBe(303)
    expect(await draft(id)).toMatchObject({ state: 'draft', latestRevision: { source: 'Not yet.' } })
  })

  it('keeps the hour of the first publication when the day is not changed', async () => {
    const id = await begin()
    await author.post(`/admin/tutorials/${id}/publication`, form())
    const first = (await draft(id)).publishedAt!
    await author.post(`/admin/tutorials/${id}`, form({ basedOn: '1', publishedAt: first.toISOString().slice(0, 10) }))
    expect((await draft(id)).publishedAt).toEqual(first)
  })
})

describe('deleting', () => {
  it('leaves a gone address', async () => {
    const tutorial = await writeTutorial(site.services, { slug: 'old' })
    expect((await author.post(`/admin/tutorials/${tutorial.id}/removal`, {})).headers.location).toBe('/admin/tutorials')
    expect((await browser(site).get('/tutorials/old')).status).toBe(410)
  })

  it('takes a course’s lessons with it, and their addresses are gone too', async () => {
    const course = await writeCourse(site.services, { slug: 'sql', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    expect((await author.post(`/admin/courses/${course.id}/removal`, {})).status).toBe(303)
    expect(await site.services.db.document.count()).toBe(0)
    expect((await browser(site).get(course.lessons[0]!.path)).status).toBe(410)
  })

  it('is refused for what is for sale', async () => {
    const course = await writeCourse(site.services, { slug: 'sql', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    await sell(site.services, course.id)
    await author.post(`/admin/courses/${course.id}/removal`, {})
    expect((await author.get(`/admin/courses/${course.id}`)).text).toContain('it is for sale')
    expect(await site.services.db.lesson.count()).toBe(1)
  })
})

describe('revisions', () => {
  it('are listed with who and when, shown one by one, and brought back as a new one', async () => {
    const id = await begin()
    await author.post(`/admin/tutorials/${id}`, form({ source: 'First words.' }))
    await author.post(`/admin/tutorials/${id}`, form({ basedOn: '1', source: 'Second <script>alert(1)</script> words.' }))
    const list = await author.get(`/admin/tutorials/${id}/revisions`)
    for (const text of ['Revision 1', 'Revision 2', 'Ada Author', 'latest']) expect(list.text).toContain(text)
    const second = await author.get(`/admin/tutorials/${id}/revisions/2`)
    expect(second.text).not.toContain('<script>alert')
    expect((await author.get(`/admin/tutorials/${id}/revisions/3`)).status).toBe(404)
    expect((await author.get(`/admin/tutorials/${id}/revisions/x`)).status).toBe(404)

    await author.post(`/admin/tutorials/${id}/revisions/1/restoration`, {})
    expect((await draft(id)).latestRevision).toMatchObject({ number: 3, source: 'First words.' })
    await author.post(`/admin/tutorials/${id}/revisions/1/restoration`, {})
    expect(await site.services.db.revision.count()).toBe(3)
  })
})

describe('the preview', () => {
  const source = '# T\n\nHi <script>alert(1)</script> **there** ![](/x.png)\n\n<img src=x onerror=alert(1)>\n\n## Part\n\n[x](javascript:alert(1))'

  it('is what saving would make, sanitised, with problems', async () => {
    const answer = await author.post('/admin/preview', { source }, json)
    expect(answer.status).toBe(200)
    const rendered = await renderMarkdown(source, { origin: site.services.config.baseUrl, link: () => null, picture: () => null })
    expect(answer.body.html).toBe(rendered.html)
    expect(answer.body.html).not.toMatch(/<script|onerror|href="javascript:/i)
    expect(answer.body.problems.join()).toMatch(/alternative text/)
    expect(answer.body.outline).toEqual(rendered.outline)
    expect(answer.body.words).toBeGreaterThan(0)
  })

  it('is a page of its own without script, never kept and never indexed', async () => {
    const answer = await author.post('/admin/preview', { source, title: 'Mine & yours' })
    for (const text of ['Mine &amp; yours', '<strong>there</strong>', 'content="noindex"']) expect(answer.text).toContain(text)
    expect(answer.headers['cache-control']).toBe('private, no-store')
    expect((await author.post('/admin/preview', { source: 'a\u0000' })).status).toBe(422)
  })

  it('shows the saved draft in the site’s layout, for writers only', async () => {
    const id = await begin()
    expect((await author.get(`/admin/tutorials/${id}/preview`)).status).toBe(404)
    await author.post(`/admin/tutorials/${id}`, form({ source: 'Draft **words**.' }))
    const answer = await author.get(`/admin/tutorials/${id}/preview`)
    expect(answer.text).toContain('Draft <strong>words</strong>.')
    expect(answer.text).toContain('content="noindex"')
    expect(answer.headers['cache-control']).toBe('private, no-store')
  })
})

describe('a course', () => {
  it('has its own settings and an outline that is built by small forms', async () => {
    const { db } = site.services
    const begun = await author.post('/admin/courses', { title: 'SQL', slug: 'sql' })
    const id = String(begun.headers.location).split('/').at(-1)!
    await author.post(`/admin/courses/${id}`, form({ title: 'SQL', slug: 'sql', outcomes: 'Join\r\n\r\n Group ', audience: 'Everybody' }))
    expect(await db.course.findUniqueOrThrow({ where: { documentId: id } })).toMatchObject({ outcomes: ['Join', 'Group'], audience: ['Everybody'] })

    const change = (body: Record<string, string>) => author.post(`/admin/courses/${id}/outline`, body)
    await change({ change: 'add-section', title: 'Begin' })
    await change({ change: 'add-section', title: 'Go on' })
    const [begin, goOn] = await db.courseSection.findMany({ orderBy: { position: 'asc' } })
    for (const title of ['One', 'Two', 'Three']) await change({ change: 'add-lesson', section: begin!.id, title })
    const lessons = async () => (await db.lesson.findMany({ include: { document: true, section: true }, orderBy: [{ section: { position: 'asc' } }, { position: 'asc' }] })).map((lesson) => `${lesson.section.title}: ${lesson.document.title}`)
    expect(await lessons()).toEqual(['Begin: One', 'Begin: Two', 'Begin: Three'])
    const three = await db.document.findFirstOrThrow({ where: { title: 'Three' } })
    expect(three.path).toBe('/courses/sql/three')

    // Sent twice, moved once.
    for (let times = 0; times < 2; times++) await change({ change: 'move-lesson', lesson: three.id, section: begin!.id, to: '1' })
    expect(await lessons()).toEqual(['Begin: One', 'Begin: Three', 'Begin: Two'])
    await change({ change: 'move-lesson', lesson: three.id, section: goOn!.id, to: '0' })
    expect(await lessons()).toEqual(['Begin: One', 'Begin: Two', 'Go on: Three'])
    await change({ change: 'move-section', section: goOn!.id, to: '0' })
    expect(await lessons()).toEqual(['Go on: Three', 'Begin: One', 'Begin: Two'])
    await change({ change: 'rename-section', section: goOn!.id, title: 'First' })
    await change({ change: 'remove-section', section: goOn!.id })
    expect((await author.get(`/admin/courses/${id}/outline`)).text).toContain('Move or delete this section’s lessons first.')
    expect(await db.courseSection.count()).toBe(2)
    expect((await change({ change: 'drop-table', title: 'x' })).status).toBe(422)
    expect((await change({ change: 'move-lesson', lesson: 'x', section: 'y', to: '0' })).status).toBe(422)
  })

  it('cannot be changed through another course’s section or lesson', async () => {
    const { db } = site.services
    const mine = await writeCourse(site.services, { slug: 'mine', sections: [{ title: 'Mine', lessons: [{ slug: 'a' }] }] })
    const other = await writeCourse(site.services, { slug: 'other', sections: [{ title: 'Other', lessons: [{ slug: 'b' }] }] })
    const section = await db.courseSection.findFirstOrThrow({ where: { courseId: other.id } })
    await author.post(`/admin/courses/${mine.id}/outline`, { change: 'rename-section', section: section.id, title: 'Stolen' })
    await author.post(`/admin/courses/${mine.id}/outline`, { change: 'move-lesson', lesson: mine.lessons[0]!.id, section: section.id, to: '0' })
    expect(await db.courseSection.findUniqueOrThrow({ where: { id: section.id } })).toMatchObject({ title: 'Other' })
    expect(await db.lesson.count({ where: { courseId: mine.id, section: { courseId: mine.id } } })).toBe(1)
  })

  it('opens a lesson for everybody by its own switch', async () => {
    const course = await writeCourse(site.services, { slug: 'sql', access: 'paid', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    const lesson = course.lessons[0]!
    await author.post(`/admin/lessons/${lesson.id}`, form({ title: 'A', slug: 'a', basedOn: '1', preview: 'yes' }))
    expect(await site.services.db.lesson.findUniqueOrThrow({ where: { documentId: lesson.id } })).toMatchObject({ preview: true })
    expect((await author.get(`/admin/lessons/${lesson.id}`)).text).not.toContain('name="access"')
    expect((await author.get(`/admin/tutorials/${lesson.id}`)).status).toBe(404)
  })
})

describe('a plain page', () => {
  it('moves with its slug and leaves a redirect', async () => {
    const page = await writePage(site.services, { slug: 'about-us', title: 'About' })
    await author.post(`/admin/pages/${page.id}`, form({ title: 'About', slug: 'about', basedOn: '1' }))
    expect((await browser(site).get('/about-us')).headers.location).toContain('/about')
  })
})

describe('a picture', () => {
  const picture = () => sharp({ create: { width: 640, height: 400, channels: 3, background: '#336699' } }).png().toBuffer()
  const upload = (body: Buffer, name = 'field.png') => request(site.url).post('/admin/pictures').set({ Cookie: cookie, 'Sec-Fetch-Site': 'same-origin', ...json }).attach('file', body, name)

  it('is uploaded, made ready, found in the library and shown where it is used', async () => {
    const answer = await upload(await picture())
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ url: `/media/${answer.body.id}`, alt: '' })
    await site.services.jobs.drain(site.services, handlers)
    const tutorial = await writeTutorial(site.services, { slug: 'blue', title: 'Blue', source: `![A field](/media/${answer.body.id})` })
    const page = await author.get(`/admin/pictures/${answer.body.id}`)
    for (const text of ['640 × 400', 'Ready', `/admin/tutorials/${tutorial.id}`]) expect(page.text).toContain(text)
    expect((await author.get('/admin/pictures')).text).toContain('No alternative text')
    await author.post(`/admin/pictures/${answer.body.id}`, { alt: 'A blue field' })
    expect((await upload(await picture())).body).toMatchObject({ id: answer.body.id, alt: 'A blue field' })

    // Taken out of the text, it is used nowhere.
    await author.post(`/admin/tutorials/${tutorial.id}/publication`, form({ title: 'Blue', slug: 'blue', basedOn: '1', source: 'No picture.' }))
    expect((await author.get('/admin/pictures?use=none')).text).toContain('field.png')
  })

  it('that is none is refused with a sentence', async () => {
    const answer = await upload(Buffer.from('<svg onload=alert(1)>'), 'x.png')
    expect(answer.status).toBe(422)
    expect(answer.body.error.message).toMatch(/not a JPEG/)
    expect((await author.post('/admin/pictures', {})).status).toBe(422)
    expect(await site.services.db.asset.count()).toBe(0)
  })

  it('is not taken from another site’s form', async () => {
    const answer = await request(site.url).post('/admin/pictures').set({ Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' }).attach('file', await picture(), 'x.png')
    expect(answer.status).toBe(403)
  })
})
