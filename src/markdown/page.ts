import type { Token } from 'markdown-it'
import type { CodeBlock } from './fence.ts'

export interface Picture {
  /** Address of the fallback that every browser can show. */
  src: string
  /** Intrinsic size in pixels. */
  width: number
  height: number
  sources: { type: string; srcset: string }[]
}

export interface RenderContext {
  /** 'pending': uploaded, not yet processed. null: not ours, or unknown. */
  picture(src: string): Picture | 'pending' | null
  /** The address of the page that an internal link means; null leaves the link as it is. */
  link(href: string): string | null
  /** Our own origin, e.g. `https://learn.example`. */
  origin: string
}

export interface Heading {
  id: string
  text: string
  level: 2 | 3 | 4
}

/** What one render gathers on its way from source to HTML. */
export interface Page {
  context: RenderContext
  title: string | null
  outline: Heading[]
  problems: string[]
  pictures: Set<string>
  links: Set<string>
  /** Ids in use, with their prefix. */
  ids: Set<string>
  code: Map<Token, CodeBlock>
  codeCount: number
  tableCount: number
  /** How many links are open at this point of the output: links must not nest. */
  linkDepth: number
  /** How many of the author's own elements are open. */
  rawDepth: number
}

export function newPage(context: RenderContext): Page {
  return {
    context,
    title: null,
    outline: [],
    problems: [],
    pictures: new Set(),
    links: new Set(),
    ids: new Set(),
    code: new Map(),
    codeCount: 0,
    tableCount: 0,
    linkDepth: 0,
    rawDepth: 0,
  }
}

export function pageOf(env: unknown): Page {
  return (env as { page: Page }).page
}

// A hostile document may have a problem on each of its 100,000 lines; an author reads the first dozen.
const MOST_PROBLEMS = 200

export function report(page: Page, token: Token | null, problem: string): void {
  if (page.problems.length >= MOST_PROBLEMS) return
  page.problems.push(token?.map ? `Line ${token.map[0] + 1}: ${problem}` : problem)
}

/** Author's text inside a message, short enough to read. */
export function quoted(text: string): string {
  return text.length > 80 ? `“${text.slice(0, 79)}…”` : `“${text}”`
}
