import { describe, expect, it } from 'vitest'
import { ada, createPerson } from '../support/people.ts'
import { writeTutorial } from '../support/content.ts'
import { browserOf, useSite } from '../support/site.ts'

const site = useSite()

describe('an author', () => {
  it('may change, unpublish and delete what is theirs, and nothing of others', async () => {
    const { db } = site.database
    const author = await browserOf(site, await ada(db))
    const own = await writeTutorial(site.services, { slug: 'own', authors: ['ada-author'] })
    const other = await writeTutorial(site.services, { slug: 'other', authors: ['somebody-else'] })
    for (const action of ['publication/removal', 'removal']) {
      const refused = await author.post(`/admin/tutorials/${other.id}/${action}`, { confirmed: 'yes' })
      expect(refused.status).toBe(403)
    }
    expect((await author.post('/admin/tutorials/selection', { action: 'unpublish', id: [own.id, other.id], confirmed: 'yes' })).status).toBe(403)
    expect(await db.document.findUniqueOrThrow({ where: { id: other.id } })).toMatchObject({ state: 'published' })
    expect((await author.post(`/admin/tutorials/${own.id}/publication/removal`, {})).status).toBe(303)
    expect(await db.document.findUniqueOrThrow({ where: { id: own.id } })).toMatchObject({ state: 'draft' })
    expect((await author.post('/admin/topics', { name: 'New', slug: 'new' })).status).toBe(403)
  })

  it('may go on with a text that they began and that has no author yet', async () => {
    const author = await browserOf(site, await ada(site.database.db))
    const begun = await author.post('/admin/tutorials', { title: 'Begun by Ada', slug: 'begun' })
    expect(begun.status).toBe(303)
    const path = begun.headers.location as string
    expect((await author.post(`${path}/removal`, { confirmed: 'yes' })).status).toBe(303)
  })

  it('is not in an editor’s way', async () => {
    const other = await writeTutorial(site.services, { slug: 'other', authors: ['somebody-else'] })
    const editor = await browserOf(site, await createPerson(site.database.db, { email: 'eve@example.org', name: 'Eve Editor', role: 'editor' }))
    expect((await editor.post(`/admin/tutorials/${other.id}/publication/removal`, {})).status).toBe(303)
  })
})
