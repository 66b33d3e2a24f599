import { describe, expect, it } from 'vitest'
import { changeSettings } from '../../src/content/change-settings.ts'
import { deleteDocument } from '../../src/content/delete-document.ts'
import { publishDocument } from '../../src/content/publish-document.ts'
import { unpublishDocument } from '../../src/content/unpublish-document.ts'
import { visit } from '../support/settled.ts'
import { useSite } from '../support/site.ts'
import { writeCourse, writePage, writeTutorial } from '../support/content.ts'

const site = useSite()
const get = (path: string) => visit(site, path)
const leadsTo = async (path: string) => {
  const { status, headers } = await get(path)
  return [status, headers.location]
}

describe('a text that moved', () => {
  it('is found at its old addresses, all of them, in one step', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'first' })
    for (const slug of ['second', 'third']) await changeSettings(site.services, id, { slug })
    for (const old of ['/tutorials/first', '/tutorials/second', '/tutorials/first?utm_source=mail']) expect(await leadsTo(old)).toEqual([301, '/tutorials/third'])
    expect((await get('/tutorials/third')).status).toBe(200)
    // One day the address may belong to something new.
    expect((await get('/tutorials/first')).headers['cache-control']).toBe('no-cache')
  })

  it('can move back', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'first' })
    for (const slug of ['second', 'first']) await changeSettings(site.services, id, { slug })
    expect((await get('/tutorials/first')).status).toBe(200)
    expect(await leadsTo('/tutorials/second')).toEqual([301, '/tutorials/first'])
  })

  it('takes a course\'s lessons with it', async () => {
    const course = await writeCourse(site.services, { slug: 'old', sections: [{ title: 'One', lessons: [{ slug: 'a' }, { slug: 'b' }] }] })
    await get('/courses/old/a')
    await changeSettings(site.services, course.id, { slug: 'new' })
    expect(await leadsTo('/courses/old')).toEqual([301, '/courses/new'])
    for (const lesson of ['a', 'b']) {
      expect(await leadsTo(`/courses/old/${lesson}`)).toEqual([301, `/courses/new/${lesson}`])
      expect((await get(`/courses/new/${lesson}`)).text).toContain(`href="/courses/new/${lesson}"`)
    }
  })

  it('does not lead to what is not published', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'first' })
    await changeSettings(site.services, id, { slug: 'second' })
    await unpublishDocument(site.services, id)
    expect((await get('/tutorials/first')).status).toBe(404)
    await publishDocument(site.services, id)
    expect(await leadsTo('/tutorials/first')).toEqual([301, '/tutorials/second'])
  })
})

describe('a text that was taken away', () => {
  it('is gone, and says so, at all its addresses', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'first' })
    await changeSettings(site.services, id, { slug: 'second' })
    await deleteDocument(site.services, id)
    for (const path of ['/tutorials/first', '/tutorials/second']) {
      const page = await get(path)
      expect(page.status, path).toBe(410)
      expect(page.text).toContain('This is gone')
    }
  })

  it('takes a course\'s lessons with it', async () => {
    const course = await writeCourse(site.services, { slug: 'old', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    await deleteDocument(site.services, course.id)
    for (const path of ['/courses/old', '/courses/old/a']) expect((await get(path)).status).toBe(410)
  })

  it('makes room for a new one at its address', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'first' })
    await deleteDocument(site.services, id)
    await writeTutorial(site.services, { slug: 'first', title: 'A new first' })
    expect((await get('/tutorials/first')).text).toContain('A new first')
  })
})

describe('an old address', () => {
  it('can be given to something new', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'first', title: 'Moved away' })
    await changeSettings(site.services, id, { slug: 'second' })
    await writeTutorial(site.services, { slug: 'first', title: 'Moved in' })
    expect((await get('/tutorials/first')).text).toContain('Moved in')
    expect((await get('/tutorials/second')).text).toContain('Moved away')
  })

  it('that is taken is refused', async () => {
    await writeTutorial(site.services, { slug: 'first' })
    const { id } = await writeTutorial(site.services, { slug: 'second' })
    await expect(changeSettings(site.services, id, { slug: 'first' })).rejects.toThrow('is taken')
    await expect(writePage(site.services, { slug: 'tutorials' })).rejects.toThrow('address of the site itself')
  })
})

describe('a page of the site', () => {
  it('is read at the top, with its contents and the day it changed', async () => {
    await writePage(site.services, { slug: 'about', title: 'About us', summary: 'Who we are.', source: '## People\n\nTwo of us.', publishedAt: new Date('2026-05-06T00:00:00Z') })
    const page = await get('/about')
    expect(page.status).toBe(200)
    for (const text of ['About us', 'Who we are.', 'Two of us.', 'href="#s-people"', '6 May 2026', '<link rel="canonical" href="http://localhost:3000/about">']) expect(page.text).toContain(text)
    expect(await leadsTo('/About/')).toEqual([301, '/about'])
  })
})
