import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import { attributes } from './html.ts'
import { pageOf, quoted, report, type Heading, type Page } from './page.ts'
import { explicitIds } from './raw.ts'
import { ID_PREFIX, slug, unique } from './slug.ts'
import { plainText } from './text.ts'

const CUSTOM_ID = /[ \t]*\{#([^\s{}#]{1,100})\}$/

/** Title, levels, ids, outline, and the link beside each heading. */
export function headings(md: MarkdownIt): void {
  md.core.ruler.after('block', 'heading_ids', takeCustomIds)
  md.core.ruler.push('headings', (state) => {
    const page = pageOf(state.env)
    takeTitle(state, page)
    const last = new Map<string, number>()
    reserveExplicitIds(state.tokens, page)
    level(state, page, last)
  })
  md.renderer.rules.heading_open = (tokens, index) => {
    const { tag, meta } = tokens[index] as Token
    return `<div class="heading"><${tag}${attributes({ id: String(meta?.id) })}>`
  }
  md.renderer.rules.heading_close = (tokens, index) => {
    const { tag, meta } = tokens[index] as Token
    const link = { class: 'heading__link', href: `#${String(meta?.id)}`, 'aria-label': `Link to section ${String(meta?.text)}` }
    return `</${tag}><a${attributes(link)}><span aria-hidden="true">#</span></a></div>\n`
  }
}

function takeCustomIds(state: StateCore): void {
  for (const [index, token] of state.tokens.entries()) {
    const inline = state.tokens[index + 1]
    if (token.type !== 'heading_open' || !inline) continue
    const custom = CUSTOM_ID.exec(inline.content.slice(-120))
    if (!custom) continue
    inline.content = inline.content.slice(0, -custom[0].length)
    const id = slug(custom[1] ?? '')
    token.meta = id ? { wantedId: ID_PREFIX + id } : null
  }
}

function takeTitle(state: StateCore, page: Page): void {
  const first = state.tokens.findIndex((token) => token.type !== 'html_block' || !/^\s*<!--/.test(token.content))
  if (state.tokens[first]?.type !== 'heading_open' || state.tokens[first].tag !== 'h1') return
  page.title = plainText(state.tokens[first + 1]?.children ?? null) || null
  state.tokens.splice(first, 3)
}

/** Ids that the author wrote win over those we make; of two equal ones the first wins. */
function reserveExplicitIds(tokens: Token[], page: Page): void {
  const take = (token: Token, id: string): boolean => {
    if (page.ids.has(id)) {
      report(page, token, `the id ${quoted(id.slice(ID_PREFIX.length))} is used twice`)
      return false
    }
    page.ids.add(id)
    return true
  }
  for (const token of tokens) {
    const wanted = token.meta?.wantedId
    if (typeof wanted === 'string' && take(token, wanted)) token.meta = { ...token.meta, id: wanted }
    for (const html of token.type === 'html_block' ? [token] : (token.children ?? [])) {
      if (html.type !== 'html_block' && html.type !== 'html_inline') continue
      const ids = explicitIds(html.content).filter((id) => take(token, id))
      if (ids.length > 0) html.meta = { ids }
    }
  }
}

/**
 * The template prints the one h1, so ours begin at h2 and go down one step at a time, however the author counted. A
 * heading inside a quotation or a box fits in below its section without changing the count for what follows.
 */
function level(state: StateCore, page: Page, last: Map<string, number>): void {
  const result: Token[] = []
  let path: number[] = []
  let inner: number[] = []
  let previous = 1
  for (let index = 0; index < state.tokens.length; index++) {
    const open = state.tokens[index] as Token
    const [inline, close] = [state.tokens[index + 1], state.tokens[index + 2]]
    if (open.type !== 'heading_open' || !inline || !close) {
      result.push(open)
      continue
    }
    const text = plainText(inline.children)
    if (!text) {
      report(page, open, 'the heading has no text and is left out')
      index += 2
      continue
    }

    const written = Number(open.tag.slice(1))
    const isTop = open.level === 0
    if (isTop) {
      if (written > previous + 1) report(page, open, `the heading ${quoted(text)} skips a level (h${previous} to h${written})`)
      previous = written
      path = [...path.filter((above) => above < written), written]
      inner = path
    } else {
      inner = [...inner.filter((above) => above < written), written]
    }
    const depth = Math.min((isTop ? path : inner).length + 1, 6)
    open.tag = close.tag = `h${depth}`
    open.meta = close.meta = { id: idOf(open, inline, text, page, last), text }
    if (isTop && depth <= 4) page.outline.push({ id: open.meta.id as string, text, level: depth as Heading['level'] })
    result.push(open)
  }
  state.tokens = result
}

function idOf(open: Token, inline: Token, text: string, page: Page, last: Map<string, number>): string {
  if (typeof open.meta?.id === 'string') return open.meta.id
  const wanted = ID_PREFIX + (slug(text) || 'section')
  // `## Quotes <a id="quotes"></a>`: the heading itself takes the id.
  for (const child of inline.children ?? []) {
    const ids = child.meta?.ids as string[] | undefined
    if (child.type === 'html_inline' && ids?.includes(wanted)) {
      child.meta = null
      return wanted
    }
  }
  return unique(wanted, page.ids, last)
}
