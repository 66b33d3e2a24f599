import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wall } from '../../src/markdown/wall.ts'
import { attacks } from './attacks.ts'
import { dangers, elements, html, render, visibleText } from './inspect.ts'

describe('an attack in Markdown', () => {
  it('comes in more than 200 different shapes', () => {
    expect(new Set(attacks).size).toBeGreaterThan(200)
  })

  it('would be noticed: the check sees the danger in what was sent', () => {
    const noticed = attacks.filter((attack) => dangers(attack).length > 0)
    expect(noticed.length).toBeGreaterThan(130)
    for (const page of ['<b onclick=x>', '<p style="a">', '<a href="java\tscript:x">', '<svg>', '<input>', '<img src="data:,">', '<p id="x">']) {
      expect(dangers(page)).not.toEqual([])
    }
  })

  it.each(attacks)('does nothing: %j', async (attack) => {
    expect(dangers(await html(attack))).toEqual([])
  })

  it.each([
    ['in a quotation', (attack: string) => `> ${attack.replaceAll('\n', '\n> ')}`],
    ['in a list', (attack: string) => `- ${attack.replaceAll('\n', '\n  ')}`],
    ['in a note', (attack: string) => `:::note ${attack.replaceAll('\n', ' ')}\n${attack}\n:::`],
    ['in a footnote', (attack: string) => `a[^1]\n\n[^1]: ${attack.replaceAll('\n', '\n    ')}`],
    ['in a table', (attack: string) => `| a | b |\n|---|---|\n| ${attack.replaceAll('\n', ' ')} | ${attack.replaceAll('\n', ' ')} |`],
    ['in a heading', (attack: string) => `## ${attack.replaceAll('\n', ' ')}`],
    ['in the words of a link', (attack: string) => `[${attack}](/a "${attack}")`],
    ['as an address', (attack: string) => `[a](<${attack}>) ![b](<${attack}>)`],
    ['as the description of a picture', (attack: string) => `![${attack}](img/ready.png "${attack}")`],
    ['as a file name', (attack: string) => `\`\`\`js title="${attack.replaceAll('\n', ' ')}"\n${attack}\n\`\`\``],
    ['as a language', (attack: string) => `~~~${attack.replaceAll('\n', ' ')}\nx\n~~~`],
    ['in an HTML block', (attack: string) => `<div>\n${attack}\n</div>`],
    ['in an attribute', (attack: string) => `<p title='${attack}'>x</p> <a href="${attack}">y</a> <i id='${attack}'>z</i>`],
    ['twice, around other text', (attack: string) => `${attack} and\n\n**${attack}** _${attack}_`],
  ])('does nothing %s', async (_where, wrap) => {
    for (const attack of attacks) expect({ attack, dangers: dangers(await html(wrap(attack))) }).toEqual({ attack, dangers: [] })
  })

  it.each(attacks)('does not even pass the last wall by itself: %j', (attack) => {
    expect(dangers(wall(attack))).toEqual([])
  })

  it('cannot borrow an address from the site that rewrites links', async () => {
    const { renderMarkdown } = await import('../../src/markdown/render.ts')
    const page = await renderMarkdown('[x](a.md) ![y](b.png)', {
      origin: 'https://learn.example',
      link: () => 'javascript:alert(1)',
      picture: () => ({ src: 'javascript:alert(1)', width: 1, height: 1, sources: [{ type: 'x"', srcset: 'javascript:alert(1) 1x' }] }),
    })
    expect(dangers(page.html)).toEqual([])
  })
})

describe('the page around the text', () => {
  it('is not closed by stray end tags', async () => {
    const page = await html('</article></main></div>\n\n:::note\n</div></div></body>\n:::\n\ntext')
    expect(page).not.toMatch(/<\/(?:article|main|body)>/)
    expect(page.match(/<div/g)?.length).toBe(page.match(/<\/div>/g)?.length)
  })

  it('gets every element closed that the author left open', async () => {
    const page = await html('<div><b><details><summary>open\n\ntext')
    for (const name of ['div', 'b', 'details', 'summary']) {
      expect(page.split(`<${name}`).length).toBe(page.split(`</${name}>`).length)
    }
  })

  it('takes no class that the author made up', async () => {
    expect(await html('<span class="caption admin-bar visually-hidden">x</span>')).toContain('<span class="caption">')
  })

  it('shows template syntax as plain text, in prose and in code', async () => {
    const source = 'Hello {{ user.name }} {% if x %}\n\n```html\n{{ page.title | safe }} {% block %}\n```\n\n`{{ a }}`'
    const text = visibleText(await html(source))
    for (const part of ['{{ user.name }}', '{% if x %}', '{{ page.title | safe }} {% block %}', '{{ a }}']) expect(text).toContain(part)
  })
})

describe('any text at all', () => {
  const bits = fc.constantFrom(
    ...attacks.slice(0, 400),
    ...['# ', '## ', '> ', '- ', '1. ', '- [ ] ', '```', '```js\n', '~~~', '\n', '\n\n', '    ', '\t', '|', '|-|', ':::note\n', ':::', ':::details x\n'],
    ...['[^1]', '[^1]: ', '[', ']', '(', ')', '![', '](', '<', '>', '"', "'", '`', '*', '**', '_', '~~', '\\', '&', ';', '{#', '}', '{{#include '],
    ...['<Listing number="1">\n\n', '\n\n</Listing>', '<a id="', '</a>', '<b>', '</b>', '<!--', '-->', '<span class="filename">', '</span>', '> [!NOTE]\n'],
  )
  const text = fc.array(fc.oneof(bits, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 12 })), { maxLength: 30 })

  it('never throws and never yields anything forbidden', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (parts) => {
        const page = await render(parts.join(''))
        expect(dangers(page.html)).toEqual([])
        const ids = elements(page.html).flatMap(({ attributes }) => attributes.id ?? [])
        expect(ids).toEqual([...new Set(ids)])
        for (const { id } of page.outline) expect(ids).toContain(id)
      }),
      { numRuns: 1000 },
    )
  }, 60_000)
})
