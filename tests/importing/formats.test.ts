import { describe, expect, it } from 'vitest'
import { readAnchors } from '../../src/manuscripts/anchors.ts'
import { readBook } from '../../src/manuscripts/book.ts'
import { dateOf, readFrontMatter } from '../../src/manuscripts/frontmatter.ts'
import { includeFiles } from '../../src/manuscripts/includes.ts'
import { rewriteLinks } from '../../src/manuscripts/links.ts'
import { Flaw, type Folder } from '../../src/manuscripts/manuscript.ts'
import { datedName, freeSlug, resolvePath, slugOf } from '../../src/manuscripts/naming.ts'
import { plainWords, takeRepeatedTitle, takeTitle } from '../../src/manuscripts/prose.ts'
import { cleanTemplates } from '../../src/manuscripts/templates.ts'

const flaw = (work: () => unknown): { what: string; line: number | null } => {
  try {
    work()
  } catch (error) {
    if (error instanceof Flaw) return { what: error.message, line: error.line }
    throw error
  }
  throw new Error('no flaw')
}

const folder = (files: Record<string, string>): Folder => ({
  name: 'box', paths: Object.keys(files).sort(), refused: [],
  has: (path) => path in files,
  text: (path) => files[path] ?? '',
})

describe('front matter', () => {
  it('is read from YAML, TOML and JSON', () => {
    for (const text of ['---\ntitle: A\ntags: [x, y]\n---\nBody', '+++\ntitle = "A"\ntags = ["x", "y"]\n+++\nBody', '{\n  "title": "A",\n  "tags": ["x", "y"]\n}\nBody']) {
      const { fields, body } = readFrontMatter(text)
      expect([fields.text('title'), fields.list('tags'), body]).toEqual(['A', ['x', 'y'], 'Body'])
    }
  })

  it('tells on which line it is wrong', () => {
    expect(flaw(() => readFrontMatter('---\ntitle: A\nlist: [\n---\nBody')).line).toBe(3)
    expect(flaw(() => readFrontMatter('---\ntitle: A\n\tx: 1\n---\n'))).toEqual({ line: 3, what: expect.stringContaining('tab') })
    expect(flaw(() => readFrontMatter('---\ntitle: A\n\nBody'))).toEqual({ line: 1, what: 'the front matter that begins here is never closed' })
    expect(flaw(() => readFrontMatter('+++\ntitle = \n+++\n')).line).toBe(2)
    expect(flaw(() => readFrontMatter('---\na: 1\ndate: yesterday\n---\n').fields.date('date'))).toEqual({ line: 3, what: expect.stringContaining('“date”') })
    expect(flaw(() => readFrontMatter('---\ntags: {}\n---\n').fields.list('tags')).line).toBe(2)
    expect(flaw(() => readFrontMatter('---\n- just\n- a list\n---\n')).what).toContain('names and values')
  })

  it('leaves a rule at the top of a text alone', () => {
    expect(readFrontMatter('---\n\nText').body).toBe('---\n\nText')
  })

  it('reads days and moments, and no others', () => {
    expect(dateOf('2021-03-04 10:00:00 +0100')?.toISOString()).toBe('2021-03-04T09:00:00.000Z')
    expect(dateOf('2021-3-4')?.toISOString()).toBe('2021-03-04T00:00:00.000Z')
    expect(dateOf('2021-03-04T10:00:00Z')?.toISOString()).toBe('2021-03-04T10:00:00.000Z')
    for (const wrong of ['2021-02-31', 'soon', '2021', 7, {}, null]) expect(dateOf(wrong)).toBeNull()
  })
})

describe('names', () => {
  it('become addresses whatever they are written in', () => {
    expect(['Größe & Maß', 'C++', 'c#', 'C', "What's new?", 'Привет мир', 'A_b--c'].map(slugOf)).toEqual(['grosse-mass', 'cpp', 'c-sharp', 'c', 'whats-new', 'privet-mir', 'a-b-c'])
    expect(slugOf('日本語')).toMatch(/^text-[0-9a-f]{8}$/)
    expect(slugOf('日本語')).toBe(slugOf('日本語'))
    expect(slugOf('word '.repeat(40)).length).toBeLessThanOrEqual(80)
  })

  it('lose their date, and get a number when they are taken', () => {
    expect(datedName('2021-03-04-title')).toEqual({ date: '2021-03-04', rest: 'title' })
    expect(freeSlug('x', (slug) => slug === 'x' || slug === 'x-2')).toBe('x-3')
  })

  it('never lead out of the folder', () => {
    expect(resolvePath('a/b', '../c/./d.md')).toBe('a/c/d.md')
    expect(resolvePath('a', '../../c.md')).toBeNull()
  })

  it('of headings are words', () => {
    expect(plainWords('The `match` *Construct* and [a link](x.md) {#id}')).toBe('The match Construct and a link')
    expect(plainWords('snake_case_name and Vec<T>')).toBe('snake_case_name and Vec<T>')
    expect(takeTitle('<a id="x"></a>\n\nTitle\n=====\n\nText')).toEqual({ title: 'Title', body: '<a id="x"></a>\n\n\n\n\nText' })
    expect(takeTitle('Text\n\n# Later').title).toBeNull()
  })
})

describe('links', () => {
  const seen = (body: string) => {
    const found: string[] = []
    rewriteLinks(body, ({ kind, address }) => void found.push(`${kind} ${address}`))
    return found
  }
  const upper = (body: string) => rewriteLinks(body, ({ address }) => address.toUpperCase())

  it('are found however they are written', () => {
    expect(seen('[a](b.md "t") ![p](c.png) [x](<d e.md>) [y](f_(g).md) [![i](j.png)](k.md)')).toEqual(['link b.md', 'picture c.png', 'link d e.md', 'link f_(g).md', 'picture j.png', 'link k.md'])
    expect(seen('[one][r] ![two][p]\n\n[r]: a.md\n[p]: <b.png> "t"')).toEqual(['link a.md', 'picture b.png'])
    expect(seen('<a href="x.md">x</a> and\n\n<p>\n<img alt="l"\n src=\'y.png\'>\n</p>')).toEqual(['link x.md', 'picture y.png'])
    expect(seen('> [split\n> over](lines.md)\n\n| a |\n|---|\n| [t](table.md) |')).toEqual(['link lines.md', 'link table.md'])
  })

  it('in code and comments are not', () => {
    const body = ['`[a](b)` ``[`](c)`` \\[d](e)', '', '```', '[f](g)', '[h]: i', '```', '', '    [j](k)', '', '- item', '', '  ~~~', '  [l](m)', '  ~~~', '', '<!-- [n](o) -->'].join('\n')
    expect(seen(body)).toEqual([])
    expect(upper(body)).toBe(body)
  })

  it('change in their place and nowhere else', () => {
    expect(upper('see [a b](c.md "c.md") c.md')).toBe('see [a b](C.MD "c.md") c.md')
    expect(upper('[a][r] text\n\n[r]: c.md "t"')).toBe('[a][r] text\n\n[r]: C.MD "t"')
    expect(upper('<img alt="x.png" src=x.png>')).toBe('<img alt="x.png" src="X.PNG">')
  })

  it('that lead nowhere leave their words', () => {
    const dead = (body: string) => rewriteLinks(body, () => null)
    expect(dead('a [**b** `c`](d.md "e") f')).toBe('a **b** `c` f')
    expect(dead('a [b][r], [r][], [r] c\n\n[r]: d.md')).toBe('a b, r, r c\n\n')
    expect(dead('<a href="x">y</a>')).toBe('<a>y</a>')
  })
})

describe('anchors', () => {
  it('answer to the names of other tools', () => {
    const anchors = readAnchors('# Title\n\n## 1. Hello, World!\n\n## Same\n\n## Same\n\n### `a_b` -- c {#mine}\n\n<a id="old"></a>')
    expect(['hello-world', '1-hello-world', 'same', 'same-1', 'mine', 'old', 'title', 'nowhere'].map((name) => anchors.find(name))).toEqual(['s-1-hello-world', 's-1-hello-world', 's-same', 's-same-2', 's-mine', 's-old', '', null])
  })
})

describe('Liquid and shortcodes', () => {
  const clean = (text: string, isJekyll = true) => {
    const said: string[] = []
    const result = cleanTemplates(text, { isJekyll, value: (name) => (name === 'site.title' ? 'Glass' : null), find: (_kind, written) => (written === 'gone' ? null : `posts/${written}.md`), include: () => null, say: (line, what) => void said.push(`${line} ${what}`) })
    return { result, said }
  }

  it('become Markdown where there is a word for it', () => {
    expect(clean('{% highlight ruby linenos %}\nputs "{{ x }}"\n```\n{% endhighlight %}').result).toBe('````ruby\nputs "{{ x }}"\n```\n````\n')
    expect(clean('[a]({% post_url x %}) {{ site.baseurl }}/b {{ "/c" | relative_url }} {{ site.title }}').result).toBe('[a](/posts/x.md) /b /c Glass')
    expect(clean('{{< figure src="a b.png" alt="A" caption="C" >}}', false).result).toBe('![A](<a b.png> "C")')
    expect(clean('{{% notice tip "Read" %}}\nText\n{{% /notice %}}', false).result).toBe('\n:::tip Read\n\nText\n\n:::\n')
    expect(clean('{{< youtube abc-1 >}}', false).result).toBe('[Video on YouTube](https://www.youtube.com/watch?v=abc-1)')
    expect(clean('[x]({{< ref "y#z" >}})', false).result).toBe('[x](/posts/y.md#z)')
  })

  it('are dropped, and said, where there is none', () => {
    const { result, said } = clean('a\n{% include ad.html %}\n{% if x %}b{% endif %} {{ strange }}{: .wide}')
    expect(result).toBe('a\n\nb ')
    expect(said).toEqual([expect.stringMatching(/^1 .*ad.html/), expect.stringMatching(/^2 .*if x/), expect.stringMatching(/^2 .*strange/)])
    expect(clean('{{< x >}} {{ kept }}', false).result).toBe(' {{ kept }}')
  })

  it('stay in code as they are', () => {
    for (const code of ['```\n{% include x %} {{< y >}} {{ z }}\n```', '~~~~liquid\n{% raw %}\n~~~\n~~~~', 'Text `{{ a }}` and ``{% b ` %}``', 'Text\n\n    {% indented %}\n\nText']) {
      expect(clean(code)).toEqual({ result: code, said: [] })
    }
    expect(clean('{% raw %}{{ shown }}{% endraw %}').result).toBe('{{ shown }}')
    expect(clean('```\n{% raw %}{{ shown }}{% endraw %}\n```').result).toBe('```\n{{ shown }}\n```')
  })
})

describe('mdBook', () => {
  it('takes parts for sections, or chapters when there are none', () => {
    const chapter = '# A heading\n\nText.'
    const nested = readBook(folder({ 'SUMMARY.md': '# Summary\n\n[Intro](intro.md)\n\n- [A](a.md)\n  - [B](b.md)\n- [C](c.md)\n\n[End](end.md)', 'intro.md': chapter, 'a.md': chapter, 'b.md': chapter, 'c.md': chapter, 'end.md': chapter }), '')
    expect(nested.outline.sections.map(({ title, lessons }) => [title, lessons.length])).toEqual([['Introduction', 1], ['A', 2], ['C', 1], ['Appendix', 1]])
    const flat = readBook(folder({ 'SUMMARY.md': '- [A](a.md)\n- [B](b.md)\n- [Draft]()', 'a.md': chapter, 'b.md': chapter }), '')
    expect(flat.outline.sections.map(({ lessons }) => lessons)).toEqual([['box/a.md', 'box/b.md']])
    expect(flat.notes).toEqual([expect.objectContaining({ line: 3 })])
  })

  it('says a chapter’s title once, whatever level the file gives it', () => {
    expect(takeRepeatedTitle('\n## What *Is* Ownership?\n\nText', 'What is Ownership?').trim()).toBe('Text')
    expect(takeRepeatedTitle('## Another heading\n\nText', 'What is Ownership?')).toBe('## Another heading\n\nText')
    expect(takeRepeatedTitle('Text\n\n## What is Ownership?', 'What is Ownership?')).toContain('## What')
  })

  it('includes lines and parts of files, and nothing from outside', () => {
    const files = folder({ 'src/x.md': '', 'code.rs': 'one\n// ANCHOR: a\ntwo\n// ANCHOR_END: a\nthree' })
    const said: string[] = []
    const include = (directive: string) => includeFiles(files, 'src/x.md', directive, (_line, what) => void said.push(what))
    expect(include('{{#include ../code.rs:1}}')).toBe('one')
    expect(include('{{#rustdoc_include ../code.rs:a}}')).toBe('two')
    expect(include('{{#include ../../../etc/passwd}}')).toBe('')
    expect(said).toHaveLength(1)
    expect(include('\\{{#include ../code.rs}}')).toBe('\\{{#include ../code.rs}}')
  })
})
