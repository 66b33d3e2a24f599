import { describe, expect, it } from 'vitest'
import { canonicalOf, cardTitles, structuredData, textOf } from '../support/html.ts'
import { visit } from '../support/settled.ts'
import { useSite } from '../support/site.ts'
import { writeCourse, writeTutorial } from '../support/content.ts'

const site = useSite()
const get = (path: string) => visit(site, path)

describe('an author', () => {
  it('has a page with what they wrote and a feed of their own', async () => {
    await writeTutorial(site.services, { slug: 'loops', title: 'Loops', authors: ['ada'] })
    await writeTutorial(site.services, { slug: 'joins', title: 'Joins', authors: ['bob'] })
    await writeCourse(site.services, { slug: 'deep', title: 'Deep Python', authors: ['ada'], sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    await site.database.db.author.update({ where: { slug: 'ada' }, data: { name: 'Ada <b>Lovelace</b>', headline: 'Writes programs', bioHtml: '<p>Born in 1815.</p>' } })
    site.cache.invalidateAll()
    const { text } = await get('/authors/ada')
    expect(cardTitles(text).sort()).toEqual(['Deep Python', 'Loops'])
    for (const shown of ['Ada <b>Lovelace</b>', 'Writes programs', 'Born in 1815.', '1 tutorial']) expect(textOf(text)).toContain(shown)
    expect(text).toContain('href="/feed.xml?author=ada"')
    expect(canonicalOf(text)).toBe('http://localhost:3000/authors/ada')
    expect(structuredData(text)[0]).toMatchObject({ '@type': 'ProfilePage', mainEntity: { name: 'Ada <b>Lovelace</b>' } })
  })

  it('goes on page by page, and is not found when there is none', async () => {
    for (let index = 0; index < 13; index++) await writeTutorial(site.services, { slug: `t${index}`, authors: ['ada'] })
    expect(cardTitles((await get('/authors/ada?page=2')).text)).toHaveLength(1)
    for (const path of ['/authors/ada?page=3', '/authors/nobody', '/authors/a%00b', '/authors/__proto__', '/authors']) expect((await get(path)).status, path).toBe(404)
  })

  it('who has published nothing yet says so', async () => {
    await site.database.db.author.create({ data: { slug: 'new', name: 'New' } })
    expect((await get('/authors/new')).text).toContain('Nothing published yet')
  })
})
