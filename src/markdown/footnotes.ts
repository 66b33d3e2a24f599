import footnote from 'markdown-it-footnote'
import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import { pageOf, quoted, report } from './page.ts'

interface Note {
  label: string
  count: number
}

/** Footnotes at the end of the page, with labels for the ear and one way back for each reference. */
export function footnotes(md: MarkdownIt): void {
  md.use(footnote as (md: MarkdownIt) => void)
  // `^[inline notes]` are not GitHub's, and parse in quadratic time.
  md.inline.ruler.disable('footnote_inline')
  // The plugin's own way of gathering notes copies the whole page for each.
  md.core.ruler.at('footnote_tail', gather)
  md.renderer.rules.footnote_ref = (tokens, index) => {
    const { id, subId } = numbers(tokens[index])
    return (
      `<sup class="footnote-ref"><a href="#fn-${id}" id="${refId(id, subId)}" role="doc-noteref" ` +
      `aria-label="Footnote ${id}">${id}</a></sup>`
    )
  }
  md.renderer.rules.notes_open = () => '<section class="footnotes" aria-label="Footnotes">\n<ol>\n'
  md.renderer.rules.notes_close = () => '</ol>\n</section>\n'
  md.renderer.rules.note_open = (tokens, index) => `<li id="fn-${numbers(tokens[index]).id}">\n`
  md.renderer.rules.note_close = () => '</li>\n'
  md.renderer.rules.note_back = (tokens, index) => {
    const { id, subId } = numbers(tokens[index])
    const which = subId > 0 ? `${id}, place ${subId + 1}` : id
    return ` <a class="footnote-back" href="#${refId(id, subId)}" role="doc-backlink" aria-label="Back to reference ${which}">↩\uFE0E</a>`
  }
}

const refId = (id: number, subId: number): string => `fnref-${id}${subId > 0 ? `-${subId + 1}` : ''}`

const numbers = (token: Token | undefined): { id: number; subId: number } => ({
  id: Number(token?.meta?.id) + 1,
  subId: Number(token?.meta?.subId ?? 0),
})

function gather(state: StateCore): void {
  const { footnotes: gathered } = state.env as { footnotes?: { list?: Note[] } }
  if (!gathered) return
  const used = gathered.list ?? []
  const texts = takeDefinitions(state, new Set(used.map((note) => note.label)))
  if (used.length === 0) return

  const make = (type: string, nesting: -1 | 0 | 1, meta: Record<string, unknown> | null = null): Token => {
    const token = new state.Token(type, '', nesting)
    token.block = nesting !== 0
    token.meta = meta
    return token
  }
  state.tokens.push(make('notes_open', 1))
  used.forEach((note, id) => {
    const text = texts.get(note.label) ?? []
    const backs = Array.from({ length: Math.max(note.count, 1) }, (_, subId) => make('note_back', 0, { id, subId }))
    // The way back belongs at the end of the last line, not below it.
    const last = text.at(-1)?.type === 'paragraph_close' ? text.slice(-1) : []
    state.tokens.push(make('note_open', 1, { id }))
    for (const token of [...text.slice(0, text.length - last.length), ...backs, ...last]) state.tokens.push(token)
    state.tokens.push(make('note_close', -1))
  })
  state.tokens.push(make('notes_close', -1))
}

/** Takes every definition out of the running text; those inside others stand on their own. */
function takeDefinitions(state: StateCore, used: Set<string>): Map<string, Token[]> {
  const texts = new Map<string, Token[]>()
  const open: { label: string; tokens: Token[]; line: Token }[] = []
  const running: Token[] = []
  let previous: Token | undefined
  for (const token of state.tokens) {
    if (token.type === 'footnote_reference_open') {
      open.push({ label: String(token.meta?.label), tokens: [], line: token })
    } else if (token.type === 'footnote_reference_close') {
      const note = open.pop()
      if (note && !texts.has(note.label)) texts.set(note.label, note.tokens)
      if (note && !used.has(note.label)) report(pageOf(state.env), previous ?? null, `footnote ${quoted(`[^${note.label}]`)} is never referred to`)
    } else {
      ;(open.at(-1)?.tokens ?? running).push(token)
    }
    if (token.map) previous = token
  }
  state.tokens = running
  return texts
}
