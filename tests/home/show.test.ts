import { describe, expect, it } from 'vitest'
import { canonicalOf, cardTitles, linksIn, structuredData, tags, textOf } from '../support/html.ts'
import { lin } from '../support/people.ts'
import { visit } from '../support/settled.ts'
import { browserOf, useSite } from '../support/site.ts'
import { writeCourse, writeTutorial } from '../support/content.ts'

const site = useSite()
const read = async () => (await visit(site, '/')).text

const course = () => writeCourse(site.services, { slug: 'sql', title: 'SQL', sections: [{ title: 'One', lessons: [{ slug: 'a', title: 'A' }, { slug: 'b', title: 'B' }] }] })

describe('the home page of a guest', () => {
  it('says so while there is nothing yet', async () => {
    const html = await read()
    expect(html).toContain('Nothing is published yet')
    expect(tags(html, 'dl', 'stats')).toEqual([])
  })

  it('shows the newest tutorials, the courses, the topics with their counts, and how much there is', async () => {
    for (let index = 1; index <= 8; index++) await writeTutorial(site.services, { slug: `t${index}`, title: `T ${index}`, topics: ['python'], publishedAt: new Date(Date.UTC(2026, 0, index)) })
    await course()
    const html = await read()
    expect(cardTitles(html)).toEqual(['T 8', 'T 7', 'T 6', 'T 5', 'T 4', 'T 3', 'SQL'])
    expect(tags(html, 'span', 'index__count').map((tag) => textOf(tag))).toEqual(['8 tutorials'])
    expect(tags(html, 'div', 'stats__item').map((tag) => textOf(tag))).toEqual(['tutorials8', 'lessons2', 'topic1'])
    expect(html).not.toContain('Go on where you were')
  })

  it('describes the site and how to search it', async () => {
    const html = await read()
    expect(canonicalOf(html)).toBe('http://localhost:3000/')
    expect(structuredData(html)[0]).toMatchObject({ '@type': 'WebSite', url: 'http://localhost:3000', potentialAction: { target: 'http://localhost:3000/search?q={search_term_string}' } })
  })
})

describe('the home page of a member', () => {
  it('leads back to the course begun last, and not to one that is finished', async () => {
    const { path, lessons } = await course()
    const person = await lin(site.database.db)
    const reader = await browserOf(site, person)
    expect((await reader.get('/')).text).not.toContain('Go on where you were')
    const complete = (id: string) => site.database.db.completion.create({ data: { accountId: person.id, documentId: id } })
    await complete(lessons[0]?.id ?? '')
    const html = (await reader.get('/')).text
    expect(html).toContain('Go on where you were')
    expect(textOf(tags(html, 'section', 'home__resume')[0] ?? '')).toContain('SQL 1 lesson to go 1 of 2 lessons')
    expect(tags(html, 'section', 'home__resume').flatMap((section) => linksIn(section))).toEqual([path])
    await complete(lessons[1]?.id ?? '')
    expect((await reader.get('/')).text).not.toContain('Go on where you were')
    expect(await read()).not.toContain('lesson to go')
  })
})
