import { describe, expect, it } from 'vitest'
import { deleteDocument } from '../../src/content/delete-document.ts'
import { unpublishDocument } from '../../src/content/unpublish-document.ts'
import { canonicalOf, cardTitles, chips, structuredData, tags, textOf } from '../support/html.ts'
import { lin } from '../support/people.ts'
import { visit } from '../support/settled.ts'
import { browser, browserOf, useSite } from '../support/site.ts'
import { sell, writeCourse, writeTutorial } from '../support/content.ts'

const site = useSite()
const read = async (path: string) => (await visit(site, path)).text

const SECRET = 'Only buyers know the heron'
const words = (count: number) => 'word '.repeat(count)

/** Two sections of two lessons; the first lesson may be tried. */
const sqlCourse = (access: 'free' | 'paid' | 'members' = 'free') =>
  writeCourse(site.services, {
    slug: 'sql', title: 'SQL', summary: 'Ask tables.', source: 'About asking tables.', access, level: 'basics', topics: ['databases'], authors: ['ada'],
    sections: [
      { title: 'Asking', lessons: [{ slug: 'select', title: 'Select', preview: true, source: words(400) }, { slug: 'where', title: 'Where', source: `${SECRET}. ${words(1_000)}` }] },
      { title: 'Joining', lessons: [{ slug: 'inner', title: 'Inner', source: words(600) }, { slug: 'outer', title: 'Outer', source: words(200) }] },
    ],
  })

const outlineOf = (html: string) => tags(html, 'li', 'outline__lesson').map((lesson) => textOf(lesson))
const statesOf = (html: string) => tags(html, 'li', 'outline__lesson').map((lesson) => /outline__lesson--(\w+)/.exec(lesson.attribs.class ?? '')?.[1])

async function buyer(courseId: string) {
  const person = await lin(site.database.db)
  await site.database.db.entitlement.create({ data: { accountId: person.id, documentId: courseId, source: 'manual', sourceId: 'test', reason: 'test', startsAt: new Date(0) } })
  return { person, browser: await browserOf(site, person) }
}

const complete = (accountId: string, documentId: string) => site.database.db.completion.create({ data: { accountId, documentId } })

describe('a course', () => {
  it('shows its outline in order, with times, sums and what may be tried', async () => {
    const course = await sqlCourse('paid')
    const html = await read(course.path)
    expect(outlineOf(html).map((line) => line.replace(/ \d+ min$/, ''))).toEqual(['1.1 Select Free preview', 'Where (locked)', 'Inner (locked)', 'Outer (locked)'])
    expect(statesOf(html)).toEqual(['open', 'locked', 'locked', 'locked'])
    const { minutes } = await site.database.db.document.aggregate({ where: { kind: 'lesson' }, _sum: { minutes: true } }).then(({ _sum }) => ({ minutes: _sum.minutes ?? 0 }))
    expect(textOf(html)).toContain(`2 sections · 4 lessons · ${minutes} min`)
    expect(textOf(html)).toContain('1 lesson to try before you buy')
  })

  it('says what it costs, or that nobody sells it', async () => {
    const course = await sqlCourse('paid')
    expect(await read(course.path)).toContain('not for sale at the moment')
    const price = await sell(site.services, course.id, { amount: 4950n, currency: 'EUR' })
    site.cache.invalidateAll()
    const html = await read(course.path)
    expect(html).toContain('€49.50')
    expect(html).toContain(`/checkout?price=${price}`)
    expect(html).not.toContain('not for sale')
    expect(structuredData(html)[0]).toMatchObject({ offers: { category: 'Paid', price: '49.50', priceCurrency: 'EUR' } })
  })

  it('for members says what membership is, not that it can be owned', async () => {
    const course = await sqlCourse('members')
    await sell(site.services, null, { amount: 1500n, interval: 'month' })
    const html = await read(course.path)
    for (const text of ['Membership', '$15', 'per month', 'Become a member']) expect(textOf(html)).toContain(text)
    expect(html).not.toMatch(/Buy this course|Yours for ever/)
  })

  it('that is free costs nothing and begins at once', async () => {
    const course = await sqlCourse()
    const html = await read(course.path)
    expect(html).not.toContain('/checkout')
    expect(html).toContain('href="/courses/sql/select">Begin the course')
    expect(statesOf(html)).toEqual(['open', 'open', 'open', 'open'])
  })

  it('describes itself to search engines', async () => {
    await sqlCourse()
    const html = await read('/courses/sql')
    expect(canonicalOf(html)).toBe('http://localhost:3000/courses/sql')
    const [course, way] = structuredData(html)
    expect(course).toMatchObject({ '@type': 'Course', name: 'SQL', description: 'Ask tables.', provider: { '@type': 'Organization' }, hasCourseInstance: { courseMode: 'online' }, offers: { category: 'Free' } })
    expect(way).toMatchObject({ '@type': 'BreadcrumbList' })
    expect(structuredData(await read('/courses/sql/where'))[0]).toMatchObject({ itemListElement: [{}, { name: 'SQL' }, { name: 'Where', item: 'http://localhost:3000/courses/sql/where' }] })
  })

  it('goes on after the lesson that was finished last, and can be read again at the end', async () => {
    const course = await sqlCourse()
    const person = await lin(site.database.db)
    const reader = await browserOf(site, person)
    const [select, where, inner, outer] = course.lessons.map((lesson) => lesson.id) as [string, string, string, string]
    await complete(person.id, where)
    expect((await reader.get(course.path)).text).toMatch(/href="\/courses\/sql\/inner">Go on/)
    for (const id of [inner, outer]) await complete(person.id, id)
    expect((await reader.get(course.path)).text).toMatch(/href="\/courses\/sql\/select">Go on/)
    await complete(person.id, select)
    expect((await reader.get(course.path)).text).toContain('Read it again')
  })

  it('never counts more than there is, however lessons come and go', async () => {
    const course = await sqlCourse()
    const person = await lin(site.database.db)
    const reader = await browserOf(site, person)
    for (const lesson of course.lessons) await complete(person.id, lesson.id)
    const progress = async () => {
      const bars = [...tags((await reader.get(course.path)).text, 'progress'), ...tags((await reader.get('/courses/')).text, 'progress'), ...tags((await reader.get('/')).text, 'progress')].map((bar) => [Number(bar.attribs.value), Number(bar.attribs.max)] as const)
      for (const [value, max] of bars) expect(value).toBeLessThanOrEqual(max)
      return bars[0]
    }
    expect(await progress()).toEqual([4, 4])
    await unpublishDocument(site.services, course.lessons[3]?.id ?? '')
    expect(await progress()).toEqual([3, 3])
    await deleteDocument(site.services, course.lessons[2]?.id ?? '')
    expect(await progress()).toEqual([2, 2])
    const other = await writeCourse(site.services, { slug: 'other', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    const section = await site.database.db.courseSection.findFirstOrThrow({ where: { courseId: other.id } })
    await site.database.db.lesson.update({ where: { documentId: course.lessons[1]?.id ?? '' }, data: { courseId: other.id, sectionId: section.id, position: 9 } })
    expect(await progress()).toEqual([1, 1])
    for (const lesson of [...course.lessons.slice(0, 2), ...other.lessons]) await unpublishDocument(site.services, lesson.id)
    expect(await progress()).toBeUndefined()
    expect((await reader.get(course.path)).text).toContain('The first lessons are being written.')
  })

  it('that is a draft does not exist, nor do its lessons', async () => {
    const course = await sqlCourse()
    await unpublishDocument(site.services, course.id)
    for (const { path } of [course, ...course.lessons]) expect((await browser(site).get(path)).status).toBe(404)
    expect(await read('/courses/')).toContain('No courses yet')
    expect(await read('/sitemap.xml')).not.toContain('/courses/sql')
  })
})

describe('a lesson', () => {
  it('leads to the one before and after, across sections', async () => {
    await sqlCourse()
    const steps = async (path: string) => tags(await read(path), 'a', 'pager__step').map((step) => step.attribs.href)
    expect(await steps('/courses/sql/select')).toEqual(['/courses/sql/where'])
    expect(await steps('/courses/sql/where')).toEqual(['/courses/sql/select', '/courses/sql/inner'])
    expect(await steps('/courses/sql/inner')).toEqual(['/courses/sql/where', '/courses/sql/outer'])
    expect(await steps('/courses/sql/outer')).toEqual(['/courses/sql/inner'])
    expect(textOf(await read('/courses/sql/inner'))).toContain('Lesson 3 of 4')
  })

  it('is ticked when it is done, and the tick can be taken back', async () => {
    const course = await sqlCourse()
    const reader = await browserOf(site, await lin(site.database.db))
    const [first, second] = course.lessons
    const toggle = `/documents/${first?.id ?? ''}/completion`
    const marks = async () => tags((await reader.get('/courses/sql/select')).text, 'span').flatMap(({ attribs }) => ('data-completed' in attribs ? ['hidden' in attribs] : []))
    expect(await marks()).toEqual([true, false, true])
    expect((await reader.post(toggle, { wanted: 'on' })).headers.location).toBe('/courses/sql/select')
    expect(await marks()).toEqual([false, true, false])
    expect(statesOf((await reader.get(second?.path ?? '')).text)).toEqual(['done', 'current', 'open', 'open'])
    expect(textOf((await reader.get(second?.path ?? '')).text)).toContain('1 of 4 lessons')
    await reader.post(toggle, { wanted: 'off' })
    expect(statesOf((await reader.get(second?.path ?? '')).text)).toEqual(['open', 'current', 'open', 'open'])
  })

  it('that was not bought shows the way in, and never its text', async () => {
    const course = await sqlCourse('paid')
    await sell(site.services, course.id)
    const html = await read('/courses/sql/where')
    for (const text of ['This lesson belongs to the course “SQL”.', '$49', 'Sign in if it is yours already', 'href="/courses/sql/select">Read a free lesson first']) expect(html).toContain(text)
    for (const place of ['/courses/sql/where', course.path, '/', '/courses/', '/feed.xml', '/atom.xml', '/sitemap.xml', '/search?q=heron', '/search?q=where', '/topics/databases', '/authors/ada']) expect(await read(place), place).not.toContain(SECRET)
    expect((await (await browserOf(site, await lin(site.database.db))).get('/courses/sql/where')).text).not.toContain(SECRET)
  })

  it('that was bought is read whole, with the outline open', async () => {
    const course = await sqlCourse('paid')
    const { browser: owner } = await buyer(course.id)
    const html = (await owner.get('/courses/sql/where')).text
    expect(html).toContain(SECRET)
    expect(statesOf(html)).toEqual(['open', 'current', 'open', 'open'])
    expect((await owner.get('/courses/')).text).toContain('Yours')
  })

  it('to try is read by anybody, and says that it is one', async () => {
    await sqlCourse('paid')
    expect(await read('/courses/sql/select')).toContain('This lesson is a free preview.')
  })

  it('cannot be completed by somebody who may not read it', async () => {
    const course = await sqlCourse('paid')
    const reader = await browserOf(site, await lin(site.database.db))
    expect((await reader.post(`/documents/${course.lessons[1]?.id ?? ''}/completion`, { wanted: 'on' })).status).toBe(404)
    expect((await reader.post(`/documents/${course.lessons[0]?.id ?? ''}/completion`, { wanted: 'on' })).status).toBe(303)
    expect((await reader.post(`/documents/${course.id}/completion`, { wanted: 'on' })).status).toBe(404)
  })
})

describe('the list of courses', () => {
  it('is filtered by topic, level and price, with counts that match', async () => {
    await sqlCourse('paid')
    await writeCourse(site.services, { slug: 'git', title: 'Git', level: 'advanced', topics: ['tools'], sections: [{ title: 'One', lessons: [{ slug: 'commit' }] }] })
    await writeTutorial(site.services, { slug: 'x', topics: ['unrelated'] })
    expect(cardTitles(await read('/courses/'))).toEqual(['Git', 'SQL'])
    expect(cardTitles(await read('/courses/?access=free'))).toEqual(['Git'])
    expect(cardTitles(await read('/courses/?topic=databases&level=basics&access=paid'))).toEqual(['SQL'])
    expect(cardTitles(await read('/courses/?sort=shortest'))).toEqual(['Git', 'SQL'])
    expect(cardTitles(await read('/courses/?sort=title'))).toEqual(['Git', 'SQL'])
    const all = chips(await read('/courses/'))
    expect(all).toMatchObject({ Topic: { databases: '1', tools: '1' }, Level: { Basics: '1', Advanced: '1' }, Price: { Free: '1', 'To buy': '1' } })
    expect(chips(await read('/courses/?access=free')).Level).toEqual({ All: '', Advanced: '1' })
    const nothing = await read('/courses/?topic=databases&access=members')
    expect(nothing).toContain('No course fits these filters')
    expect(chips(nothing).Price).toHaveProperty('For members', '0')
  })

  it('takes no harm from a query that makes no sense, and is not found past its end', async () => {
    await sqlCourse()
    for (const query of ['page=0', 'page=abc', 'access[]=free', 'access[not]=free', 'level=%00', 'sort=__proto__', `topic=${'a'.repeat(9_000)}`, 'topic=%E0%A4%A']) expect((await browser(site).get(`/courses/?${query}`)).status, query).toBe(200)
    expect((await browser(site).get('/courses/?page=2')).status).toBe(404)
  })
})
