import type { MarkdownIt, StateBlock, StateCore, Token } from 'markdown-it'
import { pageOf, quoted, report } from './page.ts'

const TITLES: Record<string, string> = {
  note: 'Note',
  tip: 'Tip',
  important: 'Important',
  warning: 'Warning',
  caution: 'Caution',
  exercise: 'Exercise',
  details: 'Details',
  solution: 'Solution',
}
const FOLDED = new Set(['details', 'solution'])

const OPEN = /^:{3,}[ \t]*([A-Za-z]+)([ \t].*)?$/
const CLOSE = /^:{3,}[ \t]*$/
const FENCE = /^(`{3,}|~{3,})/
const ALERT = /^\[!(note|tip|important|warning|caution)\][ \t]*([^\n]*)(?:\n|$)/i

/** `:::note Title` … `:::`, and GitHub's `> [!NOTE]`. */
export function containers(md: MarkdownIt): void {
  md.block.ruler.before('fence', 'container', container, { alt: ['paragraph', 'reference', 'blockquote', 'list'] })
  md.core.ruler.after('block', 'alerts', alerts)
  md.renderer.rules.callout_open = (tokens, index) => {
    const kind = kindOf(tokens[index])
    return `<div class="callout callout--${kind}" role="note">\n`
  }
  md.renderer.rules.callout_close = () => '</div>\n'
  md.renderer.rules.callout_title_open = (tokens, index) => {
    const token = tokens[index]
    const named = token?.meta?.named ? `<span class="callout__kind">${TITLES[kindOf(token)]}:</span> ` : ''
    return `<p class="callout__title">${named}`
  }
  md.renderer.rules.callout_title_close = () => '</p>\n'
  md.renderer.rules.fold_open = (tokens, index) => `<details class="reveal reveal--${kindOf(tokens[index])}">\n`
  md.renderer.rules.fold_title_open = () => '<summary class="reveal__summary">'
  md.renderer.rules.fold_title_close = () => '</summary>\n<div class="reveal__body">\n'
  md.renderer.rules.fold_close = () => '</div>\n</details>\n'
}

function kindOf(token: Token | undefined): string {
  const kind = String(token?.meta?.kind)
  return Object.hasOwn(TITLES, kind) ? kind : 'note'
}

const lineAt = (state: StateBlock, line: number): string =>
  state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line])

function container(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const indent = state.sCount[start] ?? 0
  if (indent - state.blkIndent >= 4 || state.src.charCodeAt((state.bMarks[start] ?? 0) + (state.tShift[start] ?? 0)) !== 0x3a) return false
  const open = OPEN.exec(lineAt(state, start))
  const kind = open?.[1]?.toLowerCase() ?? ''
  if (!open || !Object.hasOwn(TITLES, kind)) return false
  if (silent) return true

  const { close, found } = closingLine(state, start, end)
  const token = state.push(FOLDED.has(kind) ? 'fold_open' : 'callout_open', '', 1)
  token.map = [start, close]
  token.block = true
  token.meta = { kind }
  if (!found) report(pageOf(state.env), token, `the block ${quoted(`:::${kind}`)} is never closed`)

  pushTitle(state, token, open[2]?.trim() ?? '', start)
  const { parentType, lineMax } = state
  state.parentType = 'container'
  state.lineMax = close
  state.md.block.tokenize(state, start + 1, close)
  state.parentType = parentType
  state.lineMax = lineMax
  state.line = found ? close + 1 : close
  state.push(FOLDED.has(kind) ? 'fold_close' : 'callout_close', '', -1).block = true
  return true
}

function pushTitle(state: StateBlock, block: Token, title: string, line: number): void {
  const titled = titleTokens(state.Token, block, title, line)
  for (const token of titled) token.level += state.level
  state.tokens.push(...titled)
}

function titleTokens(Make: typeof Token, block: Token, title: string, line: number): Token[] {
  const kind = kindOf(block)
  const name = FOLDED.has(kind) ? 'fold_title' : 'callout_title'
  const open = new Make(`${name}_open`, '', 1)
  open.meta = { kind, named: title !== '' }
  const inline = new Make('inline', '', 0)
  inline.content = title || (TITLES[kind] ?? '')
  inline.children = []
  inline.map = [line, line + 1]
  inline.level = 1
  const close = new Make(`${name}_close`, '', -1)
  for (const token of [open, inline, close]) token.block = true
  return [open, inline, close]
}

/** The line that closes this container, stepping over nested ones and over code. */
function closingLine(state: StateBlock, start: number, end: number): { close: number; found: boolean } {
  let depth = 0
  let fence = ''
  for (let line = start + 1; line < end; line++) {
    const blank = state.isEmpty(line)
    if (!blank && (state.sCount[line] ?? 0) < state.blkIndent) return { close: line, found: false }
    if (blank || (state.sCount[line] ?? 0) - state.blkIndent >= 4) continue

    const text = lineAt(state, line)
    const mark = FENCE.exec(text)?.[1]
    if (fence) {
      if (mark && mark.startsWith(fence) && text.trim() === mark) fence = ''
    } else if (mark) fence = mark
    else if (CLOSE.test(text)) {
      if (depth === 0) return { close: line, found: true }
      depth -= 1
    } else if (Object.hasOwn(TITLES, OPEN.exec(text)?.[1]?.toLowerCase() ?? '')) depth += 1
  }
  return { close: end, found: false }
}

/** A block quotation that begins with `[!NOTE]` becomes a callout. */
function alerts(state: StateCore): void {
  const open: boolean[] = []
  const result: Token[] = []
  for (let index = 0; index < state.tokens.length; index++) {
    const token = state.tokens[index] as Token
    result.push(token)
    if (token.type === 'blockquote_close' && open.pop()) token.type = 'callout_close'
    if (token.type !== 'blockquote_open') continue

    const inline = state.tokens[index + 2]
    const alert = state.tokens[index + 1]?.type === 'paragraph_open' ? ALERT.exec(inline?.content ?? '') : null
    open.push(alert !== null)
    if (!alert || !inline) continue

    token.type = 'callout_open'
    token.meta = { kind: alert[1]?.toLowerCase() }
    result.push(...titleTokens(state.Token, token, alert[2]?.trim() ?? '', token.map?.[0] ?? 0))
    inline.content = inline.content.slice(alert[0].length)
    if (inline.content.trim() === '') index += 3
  }
  state.tokens = result
}
