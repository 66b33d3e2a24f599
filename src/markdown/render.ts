import type { Token } from 'markdown-it'
import { readFence, withoutHiddenLines, type Fence } from './fence.ts'
import { grammar } from './grammar.ts'
import { plain, prepare, type CodeLine, type Colour } from './highlight.ts'
import { newPage, quoted, report, type Heading, type Page, type RenderContext } from './page.ts'
import { sessionLines } from './session.ts'
import { excerptOf, minutesFor, sectionsOf, wordsIn, type Section } from './text.ts'
import { wall } from './wall.ts'

export type { Heading, Picture, RenderContext } from './page.ts'
export type { Section } from './text.ts'

/** Stored with each revision. Raise it when the same source gives other HTML, so that old pages are rendered anew. */
export const RENDERER_VERSION = 1

export interface Rendered {
  html: string
  outline: Heading[]
  sections: Section[]
  /** The text of a leading h1, which is not in `html`: the template prints it. */
  title: string | null
  /** The first paragraph as plain text, at most 240 characters. */
  excerpt: string
  words: number
  /** Reading time, at least 1. */
  minutes: number
  /** Addresses as written in the source, each once. */
  pictures: string[]
  links: string[]
  /** What an author should look at, in English, with line numbers where known. None of it stops a render. */
  problems: string[]
}

// Beyond this a document is a dump: its later code is shown without colours, so that a save takes no more than a second.
const MOST_COLOURED = 400_000
// Rendering shares its process with requests: let others have a turn between so many blocks of code.
const TURN = 10

/** Markdown to the HTML that we store and serve. Never throws on any source; pure but for the context's answers. */
export async function renderMarkdown(source: string, context: RenderContext): Promise<Rendered> {
  const md = grammar()
  const page = newPage(context)
  const env = { page }
  const tokens = md.parse(source, env)
  await readCode(tokens, page)

  const html = wall(md.renderer.render(tokens, md.options, env))
  const sections = sectionsOf(tokens, page)
  const words = wordsIn(sections)
  return {
    html,
    outline: page.outline,
    sections,
    title: page.title,
    excerpt: excerptOf(tokens),
    words,
    minutes: minutesFor(words, sections),
    pictures: [...page.pictures],
    links: [...page.links],
    problems: [...page.problems].sort((a, b) => lineOf(a) - lineOf(b)),
  }
}

const lineOf = (problem: string): number => Number(/^Line (\d+)/.exec(problem)?.[1] ?? Infinity)

async function readCode(tokens: Token[], page: Page): Promise<void> {
  const found = tokens.filter((token) => token.type === 'fence' || token.type === 'code_block')
  const fences = found.map((token): [Token, Fence, string] => {
    const fence = readFence(token.info)
    fence.file ??= typeof token.meta?.file === 'string' ? token.meta.file : null
    return [token, fence, codeOf(token, fence)]
  })
  const grammars = new Set(fences.flatMap(([, { language }]) => language?.grammar ?? []))
  const colour = await prepare(grammars)

  let coloured = 0
  for (const [index, [token, fence, source]] of fences.entries()) {
    if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve))
    coloured += source.length
    const lines = linesOf(source, fence, coloured <= MOST_COLOURED ? colour : plain)
    page.code.set(token, { ...fence, source, lines })
    check(page, token, fence, source)
  }
}

function codeOf(token: Token, fence: Fence): string {
  const code = token.content.replace(/\n$/, '')
  return fence.language?.id === 'rust' ? withoutHiddenLines(code) : code
}

function linesOf(source: string, { language }: Fence, colour: Colour): CodeLine[] {
  if (!language) return plain(source)
  return language.session ? sessionLines(source, language, colour) : colour(source, language.grammar)
}

function check(page: Page, token: Token, fence: Fence, source: string): void {
  if (fence.named && !fence.language) report(page, token, `the language ${quoted(fence.named)} is unknown, its code has no colours`)
  const longest = source.split('\n').reduce((most, line) => Math.max(most, line.length), 0)
  if (longest > 100) report(page, token, `a line of code has ${longest} characters, over 100`)
}
