import { grammar } from '../markdown/grammar.ts'
import { newPage } from '../markdown/page.ts'

export interface WrittenLink {
  kind: 'link' | 'picture'
  address: string
  /** The text that stands for a picture. */
  alt: string
  /** Counted from 0 within the text. */
  line: number
}

/** What becomes of a link: another address, or (null) nothing but its words. Undefined leaves it alone. */
export type Rewrite = (link: WrittenLink) => string | null | undefined

interface Edit {
  start: number
  end: number
  text: string
}

interface Use {
  label: string
  isPicture: boolean
  alt: string
  /** The brackets to take away when it leads nowhere. */
  unlink: Edit[]
}

interface Scan {
  body: string
  /** Where each line begins. */
  starts: number[]
  rewrite: Rewrite
  edits: Edit[]
  uses: Use[]
}

const DEFINITION = /^([ \t>]*\[((?:[^\]\\]|\\.)+)\]:[ \t]*)(<[^<>\n]*>|\S+)/
const TAG = /<(img|a)\b(?:[^"'<>]|"[^"]*"|'[^']*')*>/iy
const ATTRIBUTE = { img: /(\ssrc\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/i, a: /(\shref\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/i }

/**
 * Changes the addresses of links and pictures in Markdown: inline ones, definitions, `<a href>` and `<img src>`. Code
 * and comments stay as they are, to the letter, and so does everything that is not an address.
 */
export function rewriteLinks(body: string, rewrite: Rewrite): string {
  const lines = body.split('\n')
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length + 1
  }
  const scan: Scan = { body, starts, rewrite, edits: [], uses: [] }
  const what = kindsOfLines(body, lines.length)
  const definitions: { label: string; line: number; start: number; written: string }[] = []
  let region: [number, number] | null = null
  const flush = () => {
    if (region !== null) inlineLinks(scan, ...region)
    region = null
  }
  for (const [index, line] of lines.entries()) {
    const start = starts[index] ?? 0
    const definition = what[index] === 'text' ? DEFINITION.exec(line) : null
    if (definition !== null && !definition[2]?.startsWith('^')) {
      flush()
      definitions.push({ label: labelOf(definition[2] ?? ''), line: index, start: start + (definition[1]?.length ?? 0), written: definition[3] ?? '' })
    } else if (what[index] === 'text' && /\S/.test(line.replace(/^[ \t>]+/, ''))) {
      if (region !== null && /^\s*(?:[-*+]|\d+[.)]|#{1,6}|\||:{3,})(?:\s|$|\|)/.test(line)) flush()
      region = [region?.[0] ?? start, start + line.length]
    } else flush()
  }
  flush()
  htmlLinks(scan, lines, what)
  settleDefinitions(scan, definitions)
  return apply(body, scan.edits)
}

type Kind = 'text' | 'code' | 'html'

/** By the same parser that renders: what it takes for code is code. */
function kindsOfLines(body: string, count: number): Kind[] {
  const kinds = Array<Kind>(count).fill('text')
  const tokens = grammar().parse(body, { page: newPage({ origin: 'http://localhost', link: () => null, picture: () => null }) })
  for (const { type, map } of tokens) {
    if (!map || !['fence', 'code_block', 'html_block'].includes(type)) continue
    kinds.fill(type === 'html_block' ? 'html' : 'code', map[0], map[1])
  }
  return kinds
}

interface Bracket {
  at: number
  isPicture: boolean
}

function inlineLinks(scan: Scan, start: number, end: number): void {
  const { body } = scan
  const open: Bracket[] = []
  let at = start
  while (at < end) {
    const char = body[at]
    if (char === '\\') at += 2
    else if (char === '`') at = afterCode(body, at, end)
    else if (char === '<') at = afterTag(scan, at, end)
    else if (char === '[') {
      open.push({ at, isPicture: body[at - 1] === '!' && body[at - 2] !== '\\' })
      at += 1
    } else if (char === ']') at = closeBracket(scan, open.pop(), at, end)
    else at += 1
  }
}

function afterCode(body: string, at: number, end: number): number {
  const ticks = /`+/y
  ticks.lastIndex = at
  const run = ticks.exec(body)?.[0] ?? '`'
  let next = at + run.length
  while (next < end) {
    const found = body.indexOf('`', next)
    if (found === -1 || found >= end) break
    ticks.lastIndex = found
    const length = ticks.exec(body)?.[0].length ?? 1
    if (length === run.length) return found + length
    next = found + length
  }
  return at + run.length
}

function afterTag(scan: Scan, at: number, end: number): number {
  if (scan.body.startsWith('<!--', at)) {
    const close = scan.body.indexOf('-->', at)
    return close === -1 ? end : close + 3
  }
  TAG.lastIndex = at
  const tag = TAG.exec(scan.body)
  if (tag === null || at + tag[0].length > end) {
    const auto = /<(?:[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*|[^\s<>@]+@[^\s<>]+)>/y
    auto.lastIndex = at
    return at + (auto.exec(scan.body)?.[0].length ?? 1)
  }
  rewriteTag(scan, at, tag[0], (tag[1] ?? '').toLowerCase() as 'img' | 'a')
  return at + tag[0].length
}

function rewriteTag(scan: Scan, at: number, tag: string, name: 'img' | 'a'): void {
  const attribute = ATTRIBUTE[name].exec(tag)
  if (attribute === null) return
  const [whole, before = '', quoted = ''] = attribute
  const address = quoted.replace(/^["']|["']$/g, '').replaceAll('&amp;', '&').trim()
  const alt = /\salt\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag)
  const kind = name === 'img' ? 'picture' : 'link'
  const start = at + attribute.index
  const result = scan.rewrite({ kind, address, alt: alt?.[1] ?? alt?.[2] ?? '', line: lineAt(scan, start) })
  if (result === null && kind === 'link') scan.edits.push({ start, end: start + whole.length, text: '' })
  else if (typeof result === 'string') scan.edits.push({ start: start + before.length, end: start + whole.length, text: `"${result}"` })
}

function closeBracket(scan: Scan, bracket: Bracket | undefined, at: number, end: number): number {
  const { body } = scan
  if (bracket === undefined) return at + 1
  const words = body.slice(bracket.at + 1, at)
  const unlink = (upTo: number): Edit[] => [{ start: bracket.at, end: bracket.at + 1, text: '' }, { start: at, end: upTo, text: '' }]
  if (body[at + 1] === '(') {
    const found = destination(body, at + 2, end)
    if (found !== null) {
      const result = scan.rewrite({ kind: bracket.isPicture ? 'picture' : 'link', address: unescape(found.address), alt: words, line: lineAt(scan, found.start) })
      if (result === null && !bracket.isPicture) scan.edits.push(...unlink(found.close))
      else if (typeof result === 'string') scan.edits.push({ start: found.start, end: found.end, text: result })
      return found.close
    }
  }
  const reference = /\[((?:[^[\]\\]|\\.)*)\]/y
  reference.lastIndex = at + 1
  const full = reference.exec(body)
  const close = full !== null && at + 1 + full[0].length <= end ? at + 1 + full[0].length : at + 1
  const label = labelOf(full?.[1] || words)
  scan.uses.push({ label, isPicture: bracket.isPicture, alt: words, unlink: unlink(close) })
  return close
}

/** `(address "title")`, from just after the bracket. */
function destination(body: string, from: number, end: number): { address: string; start: number; end: number; close: number } | null {
  let start = from
  while (start < end && /\s|>/.test(body[start] ?? '') && (body[start] !== '>' || body[start - 1] === '\n')) start += 1
  const angled = body[start] === '<'
  let stop = angled ? body.indexOf('>', start) + 1 : start
  if (angled && stop === 0) return null
  if (!angled) {
    for (let depth = 0; stop < end; stop++) {
      const char = body[stop] ?? ''
      if (char === '\\') stop += 1
      else if (/\s/.test(char)) break
      else if (char === '(') depth += 1
      else if (char === ')' && depth-- === 0) break
    }
  }
  const rest = /\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\))?\s*\)/y
  rest.lastIndex = stop
  const close = rest.exec(body)
  if (close === null || stop + close[0].length > end) return null
  const written = body.slice(start, stop)
  return { address: angled ? written.slice(1, -1) : written, start, end: stop, close: stop + close[0].length }
}

const unescape = (address: string): string => address.replace(/\\([!-/:-@[-`{-~])/g, '$1').replaceAll('&amp;', '&').trim()

const labelOf = (text: string): string => text.replace(/^>+/gm, '').replace(/\s+/g, ' ').trim().toLowerCase()

/** Blocks of HTML hold no Markdown: only their tags are looked at. */
function htmlLinks(scan: Scan, lines: string[], what: Kind[]): void {
  for (let index = 0; index < lines.length; index++) {
    if (what[index] !== 'html') continue
    let last = index
    while (what[last + 1] === 'html') last += 1
    const end = (scan.starts[last] ?? 0) + (lines[last]?.length ?? 0)
    for (let at = scan.starts[index] ?? 0; at < end; ) at = scan.body[at] === '<' ? afterTag(scan, at, end) : at + 1
    index = last
  }
}

function settleDefinitions(scan: Scan, definitions: { label: string; line: number; start: number; written: string }[]): void {
  const dead = new Set<string>()
  const known = new Set<string>()
  for (const { label, line, start, written } of definitions) {
    if (known.has(label)) continue
    known.add(label)
    const uses = scan.uses.filter((use) => use.label === label)
    const picture = uses.find(({ isPicture }) => isPicture)
    const address = unescape(written.replace(/^<(.*)>$/, '$1'))
    const result = scan.rewrite({ kind: picture ? 'picture' : 'link', address, alt: picture?.alt ?? '', line })
    if (typeof result === 'string') scan.edits.push({ start, end: start + written.length, text: result })
    else if (result === null && !picture) {
      dead.add(label)
      const from = scan.starts[line] ?? 0
      scan.edits.push({ start: from, end: (scan.starts[line + 1] ?? scan.body.length + 1) - 1, text: '' })
    }
  }
  for (const use of scan.uses) if (dead.has(use.label)) scan.edits.push(...use.unlink)
}

function lineAt({ starts }: Scan, at: number): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return low
}

function apply(body: string, edits: Edit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < at) continue
    result += body.slice(at, start) + text
    at = end
  }
  return result + body.slice(at)
}
