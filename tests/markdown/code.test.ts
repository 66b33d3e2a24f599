import { describe, expect, it } from 'vitest'
import { find, html, render, visibleText, withClass } from './inspect.ts'

const fence = (info: string, code: string): string => `\`\`\`${info}\n${code}\n\`\`\``

describe('a block of code', () => {
  it('is coloured by classes, without a single style attribute', async () => {
    const page = await html(fence('python', 'def greet():\n    return "hi"  # friendly'))
    expect(page).toContain('<span class="tok-keyword">def </span>')
    expect(page).toContain('<span class="tok-comment"># friendly</span>')
    expect(page).not.toContain('style=')
  })

  it('scrolls inside itself, can be reached by keyboard and is told from its neighbours by name', async () => {
    const blocks = find(await html(`${fence('js title="app.js"', 'a')}\n\n${fence('js', 'b')}\n\n    c`), 'pre')
    expect(blocks.map(({ attributes }) => [attributes.tabindex, attributes.role, attributes['aria-label']])).toEqual([
      ['0', 'region', 'Code 1: app.js, JavaScript'],
      ['0', 'region', 'Code 2: JavaScript'],
      ['0', 'region', 'Code 3'],
    ])
  })

  it.each(['title="app.py"', "title='app.py'", 'file=app.py', 'file="app.py"'])('shows the file name given as %s', async (option) => {
    const page = await html(fence(`python ${option}`, 'x = 1'))
    expect(withClass(page, 'code__file')[0]?.text).toBe('app.py')
    expect(withClass(page, 'code__language')[0]?.text).toBe('Python')
  })

  it('marks the lines it was asked to mark', async () => {
    const lines = withClass(await html(fence('text {2,4-5}', 'one\ntwo\nthree\nfour\nfive\nsix')), 'line')
    expect(lines.filter(({ attributes }) => attributes.class?.includes('line--marked')).map(({ text }) => text)).toEqual(['two', 'four', 'five'])
  })

  it.each(['lines', 'linenums'])('is numbered when asked with %s, and the numbers are not part of the text', async (option) => {
    const page = await html(fence(`js ${option}`, 'a()\nb()'))
    expect(withClass(page, 'code__body--numbered')).toHaveLength(1)
    expect(find(page, 'code')[0]?.text).toBe('a()\nb()')
  })

  it('takes all options at once', async () => {
    const page = await html(fence('python {3,5-7} title="app.py" lines', 'a\nb\nc\nd\ne'))
    expect(withClass(page, 'line--marked').map(({ text }) => text)).toEqual(['c', 'e'])
    expect(withClass(page, 'code__body--numbered')).toHaveLength(1)
    expect(withClass(page, 'code__file')[0]?.text).toBe('app.py')
  })

  it('of an unknown language is plain, and the author is told', async () => {
    const page = await render(fence('brainfog', '<b>x</b>'))
    expect(find(page.html, 'code')[0]?.text).toBe('<b>x</b>')
    expect(withClass(page.html, 'code__language')).toEqual([])
    expect(page.problems).toEqual(['Line 1: the language “brainfog” is unknown, its code has no colours'])
  })

  it.each([['py', 'Python'], ['sh', 'Shell'], ['yml', 'YAML'], ['c++', 'C++'], ['c#', 'C#'], ['Rust', 'Rust'], ['golang', 'Go']])(
    'knows the name %s',
    async (name, label) => {
      expect(withClass(await html(fence(name, 'x')), 'code__language')[0]?.text).toBe(label)
    },
  )

  it('tells the author about lines that nobody can read', async () => {
    const { problems } = await render(`text\n\n${fence('js', `${'x'.repeat(101)}`)}`)
    expect(problems).toEqual(['Line 3: a line of code has 101 characters, over 100'])
  })
})

describe('a session in a terminal', () => {
  const session = '$ cargo run \\\n  --release\n   Compiling app v0.1.0\n# not a prompt here\n$ ls'

  it.each(['console', 'shell-session', 'bash session', 'terminal'])('written as %s tells prompts, commands and output apart', async (info) => {
    const page = await html(fence(info, session))
    expect(withClass(page, 'prompt').map(({ text }) => text)).toEqual(['$ ', '$ '])
    expect(withClass(page, 'output').map(({ text }) => text)).toEqual(['   Compiling app v0.1.0', '# not a prompt here'])
    expect(find(page, 'code')[0]?.text).toBe(session)
  })

  it('takes # for the prompt of root where there is no other', async () => {
    const page = await html(fence('console', '# apt-get update\nHit:1 http://example.org'))
    expect(withClass(page, 'prompt').map(({ text }) => text)).toEqual(['# '])
    expect(withClass(page, 'output')).toHaveLength(1)
  })

  it('of Python knows >>> and ..., and colours what was typed', async () => {
    const page = await html(fence('pycon', '>>> for i in range(1):\n...     print(i)\n...\n0'))
    expect(withClass(page, 'prompt').map(({ text }) => text)).toEqual(['>>> ', '... ', '...'])
    expect(withClass(page, 'output').map(({ text }) => text)).toEqual(['0'])
    expect(page).toContain('<span class="tok-keyword">for</span>')
  })

  it('without any prompt is all commands', async () => {
    const page = await html(fence('console', 'npm install\nnpm start'))
    expect(withClass(page, 'output')).toEqual([])
    expect(find(page, 'code')[0]?.text).toBe('npm install\nnpm start')
  })

  it('does not mistake a price in the output for a prompt', async () => {
    expect(withClass(await html(fence('console', '$ price\n$5.00')), 'output').map(({ text }) => text)).toEqual(['$5.00'])
  })
})

describe('code from an mdBook', () => {
  it.each(['rust,ignore', 'rust,noplayground', 'rust,ignore,does_not_compile', 'rust,should_panic,panics', 'rust,no_run,edition2021'])(
    'is coloured as Rust under %s, and the flags stay out of the page',
    async (info) => {
      const page = await html(fence(info, 'fn main() {}'))
      expect(page).toContain('<span class="tok-keyword">fn </span>')
      expect(page).not.toMatch(/ignore|playground|does_not|should_panic|no_run|edition/)
    },
  )

  it.each([
    ['does_not_compile', 'This code does not compile'],
    ['should_panic', 'This code panics'],
    ['not_desired_behavior', 'This code does not do what we want'],
  ])('says quietly what %s means', async (flag, label) => {
    expect(withClass(await html(fence(`rust,ignore,${flag}`, 'x')), 'code__note').map(({ text }) => text)).toEqual([label])
  })

  it('leaves out the lines that Rust examples hide, and keeps attributes', async () => {
    const page = await render(fence('rust', '# use std::fmt;\n#\n#[derive(Debug)]\nstruct A;\n    # hidden();\n## shown'))
    expect(find(page.html, 'code')[0]?.text).toBe('#[derive(Debug)]\nstruct A;\n# shown')
    expect(page.sections[0]?.code).not.toContain('std::fmt')
  })

  it('hides nothing in other languages', async () => {
    expect(find(await html(fence('python', '# a comment')), 'code')[0]?.text).toBe('# a comment')
  })

  it('takes its file name from the line above', async () => {
    const page = await html(`<span class="filename">Filename: src/main.rs</span>\n\n${fence('rust', 'fn main() {}')}`)
    expect(withClass(page, 'code__file').map(({ text }) => text)).toEqual(['src/main.rs'])
    expect(visibleText(page)).not.toContain('Filename')
  })

  it('stands as a figure with its number and caption in a listing', async () => {
    const page = await render(
      `<Listing number="4-1" file-name="src/lib.rs" caption="The \`Foo\` type, &amp; more">\n\n${fence('rust', 'struct Foo;')}\n\n</Listing>\n\nSee [it](#listing-4-1).`,
    )
    expect(find(page.html, 'figure')[0]?.attributes).toEqual({ class: 'listing', id: 's-listing-4-1' })
    expect(find(page.html, 'figcaption')[0]?.text).toBe('Listing 4-1: The Foo type, & more')
    expect(withClass(page.html, 'code__file')[0]?.text).toBe('src/lib.rs')
    expect(page.problems).toEqual([])
  })

  it('drops includes, never prints them, and names them to the author', async () => {
    const page = await render(`Before {{#include a.md}} after.\n\n${fence('rust', '{{#rustdoc_include ../listings/a.rs:here}}\nfn main() {}')}`)
    expect(page.html).not.toContain('include')
    expect(page.problems).toEqual([
      'Line 1: “{{#include a.md}}” cannot be resolved here and is left out',
      'Line 3: “{{#rustdoc_include ../listings/a.rs:here}}” cannot be resolved here and is left out',
    ])
  })

  it('prints a directive that the author escaped', async () => {
    expect(visibleText(await html(fence('text', '\\{{#include a.md}}')))).toContain('{{#include a.md}}')
  })
})
