import { describe, expect, it } from 'vitest'
import { render } from './inspect.ts'

const many = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('')

// Each of these has brought down a Markdown renderer somewhere. They take well under two seconds here, all of them; the
// limit is generous because nothing should fail for a busy machine. What is quadratic takes minutes.
const hostile: Record<string, string> = {
  'quotations in quotations': '>'.repeat(50_000),
  'quotations with spaces': `${'> '.repeat(50_000)}x`,
  'lists in lists, on one line': `${'- '.repeat(50_000)}x`,
  'lists in lists, each a line': many(1_000, (index) => `${' '.repeat(2 * index)}- x\n`),
  'opening brackets': '['.repeat(50_000),
  'balanced brackets': '['.repeat(25_000) + ']'.repeat(25_000),
  'links that never end': '[a]('.repeat(25_000),
  'pictures in pictures': '![a'.repeat(20_000) + '](x)'.repeat(20_000),
  'inline notes in inline notes': '^['.repeat(50_000),
  'emphasis, never closed': '**a *b _c __d '.repeat(9_000),
  'asterisks': `${'*'.repeat(50_000)}a${'*'.repeat(50_000)}`,
  'backticks of every length': many(400, (index) => `${'`'.repeat(index)}a `),
  'angle brackets': '<'.repeat(50_000),
  'tags that never end': '<a '.repeat(50_000),
  'attributes that never end': '<a b="'.repeat(20_000),
  'one tag of many attributes': `<a${' x=y'.repeat(30_000)}\n`,
  'one tag of much space': `<a${' '.repeat(100_000)}=`,
  'comments that never end': 'a <!-- '.repeat(20_000),
  'declarations that never end': 'a <![CDATA[ <!A <?'.repeat(8_000),
  'elements in elements': '<b>'.repeat(50_000),
  'blocks in blocks': '<div>'.repeat(50_000),
  'pictures of another language': '<svg>'.repeat(20_000),
  'a wide table': `${'|a'.repeat(2_000)}\n${'|-'.repeat(2_000)}\n${many(400, () => `${'|b'.repeat(200)}\n`)}`,
  'a long table': `|a|b|\n|-|-|\n${'|x|y|\n'.repeat(20_000)}`,
  'thousands of footnotes': many(5_000, (index) => `a[^${index}]\n\n[^${index}]: note ${index}\n\n`),
  'one footnote for everybody': `${'a[^1] '.repeat(10_000)}\n\n[^1]: x`,
  'footnotes that nobody reads': many(10_000, (index) => `[^${index}]: note\n\n`),
  'footnotes in footnotes': `${'[^a]: '.repeat(5_000)}x`,
  'one line of 100 KB': 'word '.repeat(20_000),
  'one word of 100 KB': 'a'.repeat(100_000),
  'quotation marks': '"'.repeat(100_000),
  'entities': '&amp;&'.repeat(20_000),
  'addresses': 'http://a.b/ a@b.c '.repeat(8_000),
  'boxes in boxes': ':::note\n'.repeat(25_000),
  'boxes in a row': ':::note\nx\n:::\n'.repeat(8_000),
  'notes in a row': '> [!NOTE]\n> a\n\n'.repeat(8_000),
  'equal headings': '# a\n'.repeat(20_000),
  'equal anchors': '## a <a id="a"></a>\n'.repeat(5_000),
  'a heading of 100 KB': `## ${'é́ '.repeat(33_000)}{#b`,
  'listings in listings': '<Listing number="1">\n\n'.repeat(10_000),
  'includes that never end': '{{#include '.repeat(20_000),
  'many blocks of code': '```rust\nlet x = 1;\n```\n'.repeat(5_000),
  'one line of code of 60 KB': `\`\`\`js\n${'a("'.repeat(20_000)}\n\`\`\``,
  'much code': `\`\`\`ts\n${'const x: Map<string, number> = new Map([["a", 1]])\n'.repeat(4_000)}\`\`\``,
  'a long session': `\`\`\`console\n${'$ ls\nfoo\n'.repeat(10_000)}\`\`\``,
  'options that never end': `\`\`\`py ${'{1 a= '.repeat(20_000)}\nx\n\`\`\``,
  'a caption of bars': `![a](b "${' | '.repeat(30_000)}")`,
  'tasks': '- [ ] a\n'.repeat(15_000),
}

describe('a hostile document', () => {
  it.each(Object.entries(hostile))('of %s ends soon', async (_name, source) => {
    const page = await render(source)
    expect(page.minutes).toBeGreaterThanOrEqual(1)
    expect(page.problems.length).toBeLessThanOrEqual(200)
  }, 10_000)
})
