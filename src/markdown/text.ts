import type { Token } from 'markdown-it'
import type { Page } from './page.ts'
import { textOf } from './html.ts'
import { isShownAsTyped } from './raw.ts'

/** Plain text for the search index: prose and code apart. The first section, before any heading, has the id null. */
export interface Section {
  id: string | null
  heading: string
  level: number
  text: string
  code: string
}

const WORDS_PER_MINUTE = 220
// Code is read by the line: about as long as six words of prose each.
const CODE_LINES_PER_MINUTE = 40
const EXCERPT = 240

const squeezed = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** The words of a line of prose, without its marks, notes and tags. */
export function plainText(children: Token[] | null): string {
  let text = ''
  for (const token of children ?? []) {
    if (token.type === 'softbreak' || token.type === 'hardbreak') text += ' '
    else if (token.type === 'html_inline') text += isShownAsTyped(token.content) ? token.content : /^<br/i.test(token.content) ? ' ' : ''
    else if (token.type !== 'footnote_ref') text += token.content
  }
  return squeezed(text)
}

export function sectionsOf(tokens: Token[], page: Page): Section[] {
  const sections: (Omit<Section, 'text' | 'code'> & { text: string[]; code: string[] })[] = []
  let current = { id: null as string | null, heading: '', level: 1, text: [] as string[], code: [] as string[] }
  sections.push(current)
  for (const [index, token] of tokens.entries()) {
    const heading = token.type === 'heading_open' && token.level === 0 ? token.meta : null
    if (heading) {
      current = { id: String(heading.id), heading: String(heading.text), level: Number(token.tag.slice(1)), text: [], code: [] }
      sections.push(current)
      continue
    }
    const block = page.code.get(token)
    if (block) current.code.push(block.source)
    else if (token.type === 'html_block') current.text.push(squeezed(textOf(token.content)))
    else if (token.type === 'inline' && !isTopHeading(tokens[index - 1])) current.text.push(plainText(token.children))
    else if (token.type === 'figure') current.text.push(squeezed(String(token.meta?.text ?? '')))
  }
  return sections
    .map(({ text, code, ...rest }) => ({ ...rest, text: text.filter(Boolean).join('\n'), code: code.join('\n') }))
    .filter((section) => section.id !== null || section.text !== '' || section.code !== '')
}

const isTopHeading = (before: Token | undefined): boolean => before?.type === 'heading_open' && before.level === 0

/** The first paragraph of running text, at most 240 characters, cut at a word. */
export function excerptOf(tokens: Token[]): string {
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'paragraph_open' || token.level !== 0) continue
    const inline = tokens[index + 1]
    const text = plainText(inline?.children ?? null)
    if (text && !/^<span class="(?:caption|filename)">/.test(inline?.content ?? '')) return cut(text)
  }
  return ''
}

function cut(text: string): string {
  const characters = [...text]
  if (text.length <= EXCERPT) return text
  let short = ''
  for (const character of characters) {
    if (short.length + character.length > EXCERPT - 1) break
    short += character
  }
  const space = short.lastIndexOf(' ')
  return `${(space > EXCERPT / 2 ? short.slice(0, space) : short).replace(/[\s,;:.–—-]+$/, '')}…`
}

const WORD = /[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu

/** Words of prose. Chinese and Japanese write none: two of their signs count as one. */
export function wordsIn(sections: Section[]): number {
  let words = 0
  for (const { heading, text } of sections) {
    const prose = `${heading} ${text}`
    const signs = prose.match(CJK)?.length ?? 0
    words += Math.ceil(signs / 2) + ((signs ? prose.replace(CJK, ' ') : prose).match(WORD)?.length ?? 0)
  }
  return words
}

export function minutesFor(words: number, sections: Section[]): number {
  const lines = sections.reduce((sum, { code }) => sum + (code ? code.split('\n').filter((line) => line.trim()).length : 0), 0)
  return Math.max(1, Math.round(words / WORDS_PER_MINUTE + lines / CODE_LINES_PER_MINUTE))
}
