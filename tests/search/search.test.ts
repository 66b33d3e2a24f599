import { describe, expect, it } from 'vitest'
import { chips, metaOf, tags, textOf } from '../support/html.ts'
import { browser, useSite } from '../support/site.ts'
import { writeCourse, writePage, writeTutorial } from '../support/content.ts'

const find = async (site: ReturnType<typeof useSite>, q: string, more = '') => (await browser(site).get(`/search?q=${encodeURIComponent(q)}${more}`)).text
const titles = (html: string) => tags(html, 'h2', 'entry__title').map((tag) => textOf(tag))

describe('searching', () => {
  const site = useSite()
  const search = (q: string, more = '') => find(site, q, more)

  async function fill() {
    await writeTutorial(site.services, { slug: 'generators', title: 'Generators', summary: 'Lazy lists.', source: 'A generator yields values.\n\n## Sending values\n\nYou can send a walrus into it.\n\n```python\nnext_value = gen.send(None)\n```\n', topics: ['python'], level: 'intermediate' })
    await writeTutorial(site.services, { slug: 'loops', title: 'Loops', source: 'A loop runs over a list of values. Running is fun.', topics: ['python'], level: 'basics' })
    await writeCourse(site.services, { slug: 'sql', title: 'SQL', summary: 'Ask tables for values.', access: 'paid', topics: ['databases'], sections: [{ title: 'One', lessons: [{ slug: 'select', title: 'Select', summary: 'The first words.', source: 'The heron is only for buyers. Values are chosen.' }] }] })
    await writePage(site.services, { slug: 'about', title: 'About', source: 'We write about values.' })
    await writeTutorial(site.services, { slug: 'draft', title: 'Draft of values', source: 'values', publish: false })
  }

  it('asks for words first, and offers topics', async () => {
    await fill()
    const html = await search('')
    expect(html).toContain('Or begin with a topic')
    expect(html).toContain('href="/topics/python"')
    expect(metaOf(html, 'robots')).toBe('noindex, follow')
  })

  it('finds words in any form, phrases, and leaves words out', async () => {
    await fill()
    expect(titles(await search('generator'))).toContain('Generators')
    expect(titles(await search('LOOPING runs'))).toEqual(['Loops'])
    expect(titles(await search('"list of values"'))).toEqual(['Loops'])
    expect(titles(await search('"values of list"'))).toEqual([])
    for (const unwanted of ['-walrus', '-"a walrus"', '-walrus -nothing']) expect(titles(await search(`values ${unwanted}`)), unwanted).not.toContain('Generators')
    expect(titles(await search('values -walrus'))).toContain('Loops')
    expect(titles(await search('generator -xyzzy'))).toContain('Generators')
    expect(titles(await search('walrus or loop')).sort()).toEqual(['Generators', 'Loops'])
    expect(titles(await search('values'))).not.toContain('Draft of values')
  })

  it('finds code as it is written', async () => {
    await fill()
    expect(titles(await search('next_value'))).toEqual(['Generators'])
    expect(titles(await search('gen.send'))).toEqual(['Generators'])
  })

  it('leads to the place in the text, with the words marked', async () => {
    await fill()
    const html = await search('walrus')
    expect(html).toContain('href="/tutorials/generators#s-sending-values"')
    expect(html).toContain('<mark>walrus</mark>')
    expect(textOf(html)).toContain('under “Sending values”')
  })

  it('shows where a quotation was cut, and only there', async () => {
    const words = 'one two three four five six seven eight nine ten '
    await writeTutorial(site.services, { slug: 'long', title: 'Long', source: `${words.repeat(4)}walrus ${words.repeat(4)}` })
    await writeTutorial(site.services, { slug: 'short', title: 'Short', source: 'A narwhal, nothing else.' })
    expect(textOf(await search('walrus'))).toMatch(/… [a-z ]*walrus [a-z ]* …/)
    expect(textOf(await search('narwhal'))).toContain('A narwhal, nothing else.')
    expect(textOf(await search('narwhal'))).not.toContain('…')
  })

  it('finds what is for sale, and quotes only what is open', async () => {
    await fill()
    const html = await search('heron')
    expect(titles(html)).toEqual(['Select'])
    expect(textOf(html)).not.toContain('only for buyers')
    expect(textOf(html)).toContain('The first words.')
    expect(textOf(html)).toContain('To buy')
    expect(textOf(html)).toContain('in SQL')
  })

  it('is narrowed by kind, topic and level, with counts that match', async () => {
    await fill()
    const html = await search('values')
    expect(chips(html).Kind).toEqual({ All: '', Tutorials: '2', Courses: '1', Lessons: '1', Pages: '1' })
    expect(textOf(html)).toContain('5 results')
    for (const [filter, count] of [['&kind=tutorial', 2], ['&kind=course', 1], ['&topic=python', 2], ['&topic=databases', 2], ['&level=basics', 1], ['&kind=lesson&topic=python', 0]] as const) {
      const narrowed = await search('values', filter)
      expect([filter, titles(narrowed).length]).toEqual([filter, count])
      expect(textOf(narrowed)).toContain(count === 1 ? '1 result' : `${count} results`)
    }
  })

  it('goes on page by page', async () => {
    for (let index = 0; index < 12; index++) await writeTutorial(site.services, { slug: `t${index}`, title: `Walrus ${index}`, source: 'A walrus.' })
    const [first, second] = [titles(await search('walrus')), titles(await search('walrus', '&page=2'))]
    expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([10, 2, 12])
    expect(await search('walrus')).toContain('href="/search?q=walrus&amp;page=2"')
    expect((await browser(site).get('/search?q=walrus&page=3')).status).toBe(404)
  })
})

describe('searching for odd things', () => {
  const site = useSite()
  const search = (q: string, more = '') => find(site, q, more)

  it('says that nothing was found, and what to try', async () => {
    const html = await search('xyzzy', '&kind=course')
    for (const text of ['Nothing was found for “xyzzy”', 'Check the spelling', 'Take a filter away.']) expect(textOf(html)).toContain(text)
  })

  it('takes no harm', async () => {
    await writeTutorial(site.services, { slug: 'odd', title: 'Odd <b>title</b>', summary: 'Tea & <i>cake</i>', source: 'Cake with `<script>alert(1)</script>` and \\{{ 7 * 7 }}.' })
    for (const q of ['the', 'and or not', '"', '""', '-', '- -', '-cake', "'", "'; DROP TABLE document; --", '\\', '%', '_', ':*', 'a:*', '!', '&', '|', '<->', '(((', '{{ 7*7 }}', '$' + '{1}', '\u0000', 'a\u0000b', '\u0002x\u0003', '😀', '\u202e', '<script>', 'é'.repeat(300), 'word '.repeat(500)]) {
      const page = await browser(site).get(`/search?q=${encodeURIComponent(q)}`)
      expect(page.status, JSON.stringify(q.slice(0, 20))).toBe(200)
      expect(page.text).not.toMatch(/<script>|<b>title|<i>cake/)
    }
    expect((await search('cake')).includes('<mark>cake</mark>') || (await search('cake')).includes('<mark>Cake</mark>')).toBe(true)
    for (const query of ['q[]=a', 'q[a]=b', 'q=a&q=b', 'kind=__proto__&q=a', 'q=a&sort=constructor', 'q=a&page=0', 'q=a&page=abc', 'q=a&topic=%00', '%', 'q=%E0%A4%A', 'q=%ff%fe']) expect((await browser(site).get(`/search?${query}`)).status, query).toBe(200)
  })

  it('looks at 200 characters', async () => {
    const html = await search(`${'a'.repeat(300)}`)
    expect(html).toContain(`value="${'a'.repeat(200)}"`)
    expect(html).not.toContain('a'.repeat(201))
  })
})
