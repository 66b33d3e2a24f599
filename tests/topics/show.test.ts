import { describe, expect, it } from 'vitest'
import { canonicalOf, cardTitles, chips, structuredData, textOf } from '../support/html.ts'
import { visit } from '../support/settled.ts'
import { useSite } from '../support/site.ts'
import { writeCourse, writeTutorial } from '../support/content.ts'

const site = useSite()
const get = (path: string) => visit(site, path)

describe('a topic', () => {
  it('shows its tutorials and courses, with a feed of its own and its neighbours', async () => {
    await writeTutorial(site.services, { slug: 'loops', title: 'Loops', topics: ['python'], level: 'basics' })
    await writeTutorial(site.services, { slug: 'joins', title: 'Joins', topics: ['sql'] })
    await writeCourse(site.services, { slug: 'deep', title: 'Deep Python', topics: ['python'], sections: [{ title: 'One', lessons: [{ slug: 'a' }] }] })
    const { text } = await get('/topics/python')
    expect(cardTitles(text)).toEqual(['Loops', 'Deep Python'])
    expect(text).toContain('href="/feed.xml?topic=python"')
    expect(textOf(text)).toContain('Related topics: sql')
    expect(canonicalOf(text)).toBe('http://localhost:3000/topics/python')
    expect(structuredData(text)[0]).toMatchObject({ '@type': 'BreadcrumbList' })
  })

  it('is narrowed by level, with counts, and goes on page by page', async () => {
    for (let index = 0; index < 14; index++) await writeTutorial(site.services, { slug: `t${index}`, title: `T ${index}`, topics: ['python'], level: index === 0 ? 'advanced' : 'basics' })
    expect(chips((await get('/topics/python')).text)).toMatchObject({ Level: { Basics: '13', Advanced: '1' } })
    expect(cardTitles((await get('/topics/python?level=advanced')).text)).toEqual(['T 0'])
    expect(cardTitles((await get('/topics/python?page=2')).text)).toHaveLength(2)
    expect((await get('/topics/python?level=basics')).text).toContain('href="/topics/python?level=basics&amp;page=2"')
    expect((await get('/topics/python?page=3')).status).toBe(404)
    expect((await get('/topics/python?level=intermediate')).text).toContain('No tutorial at this level')
    expect((await get('/topics/python?level=%00&page=-1&topic=other')).status).toBe(200)
  })

  it('is not found when there is none, and the list of topics is that of tutorials', async () => {
    for (const path of ['/topics/nothing', '/topics/a%00b', '/topics/__proto__', `/topics/${'a'.repeat(200)}`]) expect((await get(path)).status, path).toBe(404)
    expect([(await get('/topics/')).status, (await get('/topics/')).headers.location]).toEqual([301, '/tutorials/'])
  })
})
