import { describe, expect, it } from 'vitest'
import { sell, writeCourse, writeTutorial } from '../support/content.ts'
import { lin } from '../support/people.ts'
import { browser, browserOf, useSite } from '../support/site.ts'

const site = useSite()

describe('my library', () => {
  it('is asked for with a sign-in first', async () => {
    expect((await browser(site).get('/account/library')).headers.location).toBe('/sign-in?next=%2Faccount%2Flibrary')
  })

  it('says what to do while it is empty', async () => {
    const page = await (await browserOf(site, await lin(site.database.db))).get('/account/library')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Nothing here yet')
  })

  it('puts begun, finished and owned things on their shelves', async () => {
    const { db } = site.database
    const person = await lin(db)
    const begun = await writeCourse(site.services, { slug: 'begun', title: 'A course begun', sections: [{ title: 'One', lessons: [{ slug: 'a' }, { slug: 'b' }] }] })
    const owned = await writeCourse(site.services, { slug: 'owned', title: 'A course owned', access: 'paid', sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    await sell(site.services, owned.id)
    const tutorial = await writeTutorial(site.services, { slug: 'read', title: 'A tutorial read' })
    await db.entitlement.create({ data: { accountId: person.id, documentId: owned.id, source: 'manual', sourceId: 'test', reason: 'A test' } })
    await db.completion.createMany({ data: [begun.lessons[0]!.id, tutorial.id].map((documentId) => ({ accountId: person.id, documentId })) })
    const reader = await browserOf(site, person)

    const shown = async (path: string) => {
      const { text } = await reader.get(path)
      return ['A course begun', 'A course owned', 'A tutorial read'].filter((title) => text.includes(title))
    }
    expect(await shown('/account/library')).toEqual(['A course begun'])
    expect(await shown('/account/library?shelf=finished')).toEqual(['A tutorial read'])
    expect(await shown('/account/library?shelf=owned')).toEqual(['A course owned'])
    expect((await reader.get('/account/library?shelf=nonsense&page=zero')).status).toBe(200)
  })
})
