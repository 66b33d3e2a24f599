import { describe, expect, it } from 'vitest'
import { elements, find, html, render, visibleText, withClass } from './inspect.ts'

describe('headings', () => {
  const levels = async (source: string): Promise<string[]> => {
    const page = await html(source)
    return elements(page).filter(({ name }) => /^h\d$/.test(name)).map(({ name, text }) => `${name} ${text}`)
  }

  it('give the page its title when the first is an h1, and leave it to the template', async () => {
    const page = await render('<!-- draft -->\n\n# The `Title` & more\n\ntext\n\n## Part')
    expect(page.title).toBe('The Title & more')
    expect(find(page.html, 'h1')).toEqual([])
    expect(page.html).not.toContain('Title')
    expect(page.outline).toEqual([{ id: 's-part', text: 'Part', level: 2 }])
  })

  it('give no title when the text begins otherwise', async () => {
    expect((await render('text\n\n# Late')).title).toBeNull()
    expect((await render('## Two')).title).toBeNull()
  })

  it.each([
    ['start at h2 wherever the author starts', '### A\n\n#### B', ['h2 A', 'h3 B']],
    ['put a second h1 among the h2', '# T\n\n# A\n\n## B', ['h2 A', 'h3 B']],
    ['skip no level', '## A\n\n##### B\n\n###### C\n\n## D', ['h2 A', 'h3 B', 'h4 C', 'h2 D']],
    ['climb back as the author does', '## A\n\n### B\n\n#### C\n\n### D', ['h2 A', 'h3 B', 'h4 C', 'h3 D']],
    ['in a quotation do not move those after it', '## A\n\n> # Q\n\n### B', ['h2 A', 'h2 Q', 'h3 B']],
  ])('%s', async (_rule, source, expected) => {
    expect(await levels(source)).toEqual(expected)
  })

  it('tell the author where a level is skipped', async () => {
    expect((await render('## A\n\n#### B')).problems).toEqual(['Line 3: the heading “B” skips a level (h2 to h4)'])
    expect((await render('# T\n\n## A\n\n### B\n\n## C')).problems).toEqual([])
  })

  it('have ids from their words, in any script, each once', async () => {
    const { outline } = await render('## What Is It?\n\n## What is it\n\n## Größe & Maß\n\n## 日本語\n\n## ???\n\n## a -- b')
    expect(outline.map(({ id }) => id)).toEqual(['s-what-is-it', 's-what-is-it-2', 's-größe-maß', 's-日本語', 's-section', 's-a-b'])
  })

  it('keep an id that the author gave', async () => {
    const page = await render('## A title {#custom-id}\n\n[there](#custom-id)')
    expect(page.outline).toEqual([{ id: 's-custom-id', text: 'A title', level: 2 }])
    expect(find(page.html, 'a').at(-1)?.attributes.href).toBe('#s-custom-id')
  })

  it('keep the anchors of an mdBook as link targets', async () => {
    const page = await render('<a id="old-name"></a>\n\n## <a id="quotes"></a>Quotes\n\n[a](#old-name) [b](#quotes)')
    const ids = elements(page.html).flatMap(({ attributes }) => attributes.id ?? [])
    expect(ids).toEqual(['s-old-name', 's-quotes'])
    expect(page.problems).toEqual([])
  })

  it('have a link beside them that says where it leads', async () => {
    const [link] = withClass(await html('## First *steps*'), 'heading__link')
    expect(link?.attributes).toMatchObject({ href: '#s-first-steps', 'aria-label': 'Link to section First steps' })
    expect(link?.text).toBe('#')
    expect(await html('## x')).toContain('<span aria-hidden="true">#</span>')
  })

  it('that say nothing are left out', async () => {
    const page = await render('##\n\ntext')
    expect(find(page.html, 'h2')).toEqual([])
    expect(page.problems).toEqual(['Line 1: the heading has no text and is left out'])
  })

  it('stand in the outline down to h4, without those in quotations and boxes', async () => {
    const { outline } = await render('## A\n\n### B\n\n#### C\n\n##### D\n\n> ## Q\n\n:::note\n## N\n:::')
    expect(outline.map(({ text, level }) => `${level} ${text}`)).toEqual(['2 A', '3 B', '4 C'])
  })
})

describe('links', () => {
  it('to other pages of the course become their addresses, and keep their sections', async () => {
    const page = await render('[a](ch01.md) [b](ch01.md#What-Is-It) [c][d]\n\n[d]: ch02.md#x')
    expect(find(page.html, 'a').map(({ attributes }) => attributes.href)).toEqual([
      '/courses/rust/ch01',
      '/courses/rust/ch01#s-what-is-it',
      '/courses/rust/ch02#s-x',
    ])
    expect(page.links).toEqual(['ch01.md', 'ch01.md#What-Is-It', 'ch02.md#x'])
  })

  it.each([
    ['https://example.org/', 'noopener'],
    ['//example.org/', 'noopener'],
    ['https://learn.example.evil.org/', 'noopener'],
    ['https://learn.example/about', undefined],
    ['/about', undefined],
    ['mailto:ada@example.org', undefined],
  ])('to %s get rel %s', async (href, rel) => {
    expect(find(await html(`[x](<${href}>)`), 'a')[0]?.attributes.rel).toBe(rel)
  })

  it('to a section that is not there are reported', async () => {
    expect((await render('[x](#nowhere)')).problems).toEqual(['the link “#nowhere” leads to no section of this page'])
  })

  it('are made of bare addresses, not of file names', async () => {
    expect(find(await html('See https://example.org/a, main.rs and example.py.'), 'a').map(({ text }) => text)).toEqual(['https://example.org/a'])
  })

  it('never nest', async () => {
    const page = await html('<a href="/a">one [two](/b) three</a> and [![badge](https://example.org/b.svg)](/c)')
    expect(find(page, 'a').map(({ text }) => text)).toEqual(['one two three', 'Picture: badge'])
  })

  it('are listed once, as written', async () => {
    expect((await render('[a](/x) [b](/x) <a href="ch01.md">c</a>')).links).toEqual(['/x', 'ch01.md'])
  })
})

describe('pictures', () => {
  it('have their size, wait until they are needed, and come in the formats there are', async () => {
    const page = await render('Look: ![A map](img/ready.png) here.')
    expect(find(page.html, 'img')[0]?.attributes).toEqual({
      src: '/media/ready-800.png', alt: 'A map', width: '1600', height: '900', loading: 'lazy', decoding: 'async',
    })
    expect(find(page.html, 'source')[0]?.attributes).toMatchObject({ type: 'image/webp', sizes: expect.stringContaining('44rem') as string })
    expect(find(page.html, 'figure')).toEqual([])
    expect(page.pictures).toEqual(['img/ready.png'])
  })

  it('alone in a paragraph are figures, with caption and credit', async () => {
    const page = await html('![A map](img/ready.png "The *river* | Photo: Ada Lovelace")')
    expect(find(page, 'figcaption')[0]?.text).toBe('The *river* · Photo: Ada Lovelace')
    expect(withClass(page, 'credit')[0]?.text).toBe('Photo: Ada Lovelace')
    expect(find(page, 'p')).toEqual([])
  })

  it.each([['"| Ada"', 'Ada'], ['"Only a caption"', 'Only a caption']])('may have the one without the other: %s', async (title, text) => {
    expect(find(await html(`![x](img/ready.png ${title})`), 'figcaption')[0]?.text).toBe(text)
  })

  it('written in HTML take the same way', async () => {
    const page = await html('<img src="img/ready.png" class="center" alt="A\nmap" style="width: 50%" onerror="x">')
    expect(find(page, 'figure')).toHaveLength(1)
    expect(find(page, 'img')[0]?.attributes).toMatchObject({ src: '/media/ready-800.png', width: '1600', alt: 'A\nmap' })
    expect(find(page, 'img')[0]?.attributes).not.toHaveProperty('class')
  })

  it('that are still being made say so, with their description', async () => {
    const page = await render('![A new map](img/new.png)')
    expect(withClass(page.html, 'picture-pending')[0]?.text).toBe('Picture in preparation: A new map')
    expect(page.problems).toEqual([])
  })

  it('of other sites become links', async () => {
    const page = await render('![A map](https://example.org/map.png)')
    expect(find(page.html, 'img')).toEqual([])
    expect(find(page.html, 'a')[0]).toMatchObject({ text: 'Picture: A map', attributes: { href: 'https://example.org/map.png', rel: 'noopener' } })
    expect(page.problems).toEqual([])
  })

  it('that are missing are seen to be missing, by reader and author', async () => {
    const page = await render('text\n\n![A map](img/gone.png)')
    expect(withClass(page.html, 'picture-missing')[0]?.text).toBe('Missing picture: A map')
    expect(page.problems).toEqual(['Line 3: picture “img/gone.png” is missing'])
  })

  it('without a description are reported', async () => {
    expect((await render('a\nb ![](img/ready.png)')).problems).toEqual(['Line 2: picture “img/ready.png” has no alternative text'])
  })
})

describe('notes', () => {
  it.each(['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION'])('come from GitHub’s [!%s]', async (kind) => {
    const page = await html(`> [!${kind}]\n> Text with **weight**.\n>\n> More.`)
    expect(withClass(page, `callout--${kind.toLowerCase()}`)).toHaveLength(1)
    expect(withClass(page, 'callout__title')[0]?.text.toUpperCase()).toBe(kind)
    expect(visibleText(page)).not.toContain('[!')
    expect(find(page, 'blockquote')).toEqual([])
  })

  it.each(['note', 'tip', 'warning', 'exercise'])('come from :::%s, with a title', async (kind) => {
    const page = await html(`:::${kind} Mind *this*\nText\n:::\n\nafter`)
    const [title] = withClass(page, 'callout__title')
    expect(title?.text.toLowerCase()).toBe(`${kind}: mind this`)
    expect(withClass(page, `callout--${kind}`)[0]?.text).not.toContain('after')
  })

  it('nest, whatever the number of colons, around code that looks like them', async () => {
    const page = await html(':::exercise Try\nDo it.\n\n```text\n:::\n```\n\n:::solution\n> [!TIP]\n> Inside.\n:::\n\nStill inside.\n:::\n\nOutside.')
    const [exercise] = withClass(page, 'callout--exercise')
    expect(exercise?.text).toContain('Still inside.')
    expect(exercise?.text).not.toContain('Outside.')
    expect(find(page, 'details')[0]?.text).toContain('Inside.')
    expect(find(page, 'summary')[0]?.text).toBe('Solution')
    expect(find(page, 'code')[0]?.text).toBe(':::')
  })

  it('fold with :::details and show their summary', async () => {
    const page = await html(':::details Why *so*?\nBecause.\n:::')
    expect(find(page, 'summary')[0]?.text).toBe('Why so?')
    expect(find(page, 'details')[0]?.text).toContain('Because.')
  })

  it('that are never closed are reported', async () => {
    expect((await render('a\n\n:::note\nb')).problems).toEqual(['Line 3: the block “:::note” is never closed'])
  })

  it('of kinds we do not know stay text, as other quotations do', async () => {
    expect(visibleText(await html(':::fancy\nx\n:::'))).toContain(':::fancy')
    expect(find(await html('> [!FANCY]\n> x'), 'blockquote')).toHaveLength(1)
  })
})

describe('tables', () => {
  it('scroll in a frame that has a name and takes the focus, and align by class', async () => {
    const page = await html('| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |')
    expect(withClass(page, 'table-scroll')[0]?.attributes).toMatchObject({ tabindex: '0', role: 'region', 'aria-label': 'Table 1' })
    expect(find(page, 'td').map(({ attributes }) => attributes.class)).toEqual(['align-left', 'align-center', 'align-right'])
    expect(find(page, 'th').every(({ attributes }) => attributes.scope === 'col')).toBe(true)
    expect(page).not.toContain('style')
  })

  it('take the caption above them for a name', async () => {
    const page = await html('<span class="caption">Table B-1: Operators</span>\n\n| a |\n|---|\n| 1 |')
    expect(withClass(page, 'table-scroll')[0]?.attributes['aria-label']).toBe('Table B-1: Operators')
  })
})

describe('footnotes', () => {
  it('can be followed there and back, each place by its own way', async () => {
    const page = await html('One[^a], two[^b], one again[^a].\n\n[^a]: First.\n[^b]: Second.')
    const hrefs = find(page, 'a').map(({ attributes }) => attributes.href ?? '')
    expect(hrefs).toEqual(['#fn-1', '#fn-2', '#fn-1', '#fnref-1', '#fnref-1-2', '#fnref-2'])
    const ids = elements(page).flatMap(({ attributes }) => attributes.id ?? [])
    for (const href of hrefs) expect(ids).toContain(href.slice(1))
    expect(find(page, 'a').map(({ attributes }) => attributes['aria-label'])).toContain('Back to reference 1, place 2')
    expect(find(page, 'section')[0]?.attributes['aria-label']).toBe('Footnotes')
  })

  it('that nobody refers to are reported', async () => {
    expect((await render('a\n\n[^x]: lost')).problems).toEqual([expect.stringContaining('footnote “[^x]” is never referred to')])
  })
})

describe('lists of tasks', () => {
  it('show boxes that nobody can tick, with a name for the ear', async () => {
    const page = await html('- [x] done\n- [ ] to do\n- plain')
    expect(find(page, 'input').map(({ attributes }) => attributes['aria-label'])).toEqual(['Done', 'To do'])
    expect(withClass(page, 'task').map(({ text }) => text.trim())).toEqual(['done', 'to do'])
  })
})

describe('typography', () => {
  it('sets the quotes of prose, and none of code', async () => {
    const page = await html('"It\'s" `"raw"` <code>"raw"</code> <kbd>\'</kbd>\n\n```\n"raw"\n```')
    expect(find(page, 'p')[0]?.text).toBe('“It’s” "raw" "raw" \'')
    expect(find(page, 'pre')[0]?.text).toBe('"raw"')
  })

  it('leaves (c), -- and ... as they were typed', async () => {
    expect(visibleText(await html('(c) --release ...'))).toContain('(c) --release ...')
  })
})

describe('HTML in the text', () => {
  it('may be what reading needs', async () => {
    const source = '<kbd>Ctrl</kbd> H<sub>2</sub>O <abbr title="World Health Organization">WHO</abbr> <mark>x</mark>\n\n<details open><summary>More</summary>\n\n**Bold**\n\n</details>'
    const page = await html(source)
    for (const name of ['kbd', 'sub', 'abbr', 'mark', 'details', 'summary', 'strong']) expect(find(page, name)).toHaveLength(1)
    expect(find(page, 'abbr')[0]?.attributes.title).toBe('World Health Organization')
  })

  it('may be a figure around our own pictures', async () => {
    const page = await html('<figure>\n\n<img src="img/ready.png" alt="A map">\n\n<figcaption>Figure 1: It</figcaption>\n\n</figure>')
    expect(find(page, 'figcaption')[0]?.text).toBe('Figure 1: It')
    expect(find(page, 'img')).toHaveLength(1)
  })

  it('shows a type parameter that only looks like a tag', async () => {
    const page = await render('A Vec<T> of things.\n\nnext')
    expect(find(page.html, 'p')[0]?.text).toBe('A Vec<T> of things.')
    expect(page.sections[0]?.text).toContain('Vec<T>')
    expect(page.problems).toEqual(['Line 1: the tag “<T>” is unknown and shown as text'])
  })

  it('names what it leaves out', async () => {
    const page = await render('<iframe src="https://example.org"></iframe>\n\n<font color=red>x</font>')
    expect(page.problems).toHaveLength(2)
    expect(visibleText(page.html).trim()).toBe('x')
  })

  it('has ids of its own space, each once', async () => {
    const page = await render('<p id="main">a</p>\n\n<span id="main">b</span>')
    expect(elements(page.html).flatMap(({ attributes }) => attributes.id ?? [])).toEqual(['s-main'])
    expect(page.problems).toEqual(['Line 3: the id “main” is used twice'])
  })

  it('loses its comments, wherever they stand', async () => {
    expect(visibleText(await html('a <!-- secret --> b\n\n<!-- secret\n\nsecret -->\n\nc'))).not.toContain('secret')
  })
})

describe('what search, lists and cards need', () => {
  const source = '# Title\n\nIntro with `code` and a [link](/x).[^1]\n\n## First part\n\nText of *one*.\n\n```js\nlet a = 1\n```\n\n## Second\n\n- x\n- y\n\n[^1]: A note.'

  it('is the text by sections, prose and code apart', async () => {
    const { sections } = await render(source)
    expect(sections).toEqual([
      { id: null, heading: '', level: 1, text: 'Intro with code and a link.', code: '' },
      { id: 's-first-part', heading: 'First part', level: 2, text: 'Text of one.', code: 'let a = 1' },
      { id: 's-second', heading: 'Second', level: 2, text: 'x\ny\nA note.', code: '' },
    ])
  })

  it('is the first paragraph as an excerpt', async () => {
    expect((await render(source)).excerpt).toBe('Intro with code and a link.')
    expect((await render('## Only\n\n- a list')).excerpt).toBe('')
  })

  it('cuts a long excerpt at a word', async () => {
    const { excerpt } = await render('abcdefghi '.repeat(60))
    expect(excerpt.length).toBeLessThanOrEqual(240)
    expect(excerpt).toMatch(/abcdefghi…$/)
  })

  it('counts words, and minutes for prose and code', async () => {
    expect(await render('')).toMatchObject({ words: 0, minutes: 1 })
    expect(await render('word '.repeat(2_200))).toMatchObject({ words: 2_200, minutes: 10 })
    expect(await render(`\`\`\`js\n${'a()\n'.repeat(400)}\`\`\``)).toMatchObject({ words: 0, minutes: 10 })
    expect((await render('日本語の文章'.repeat(100))).words).toBe(300)
  })

  it('comes out the same each time', async () => {
    expect(await render(source)).toEqual(await render(source))
  })
})
