import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import { attributes, escapeHtml } from './html.ts'
import { resolveLink } from './links.ts'
import { pageOf } from './page.ts'
import { figureHtml, pictureHtml } from './pictures.ts'
import { loneImage, rawFigure, rawHtml } from './raw.ts'
import { plainText } from './text.ts'

/** Links, pictures, author's HTML, tables and task lists. */
export function prose(md: MarkdownIt, normalise: (url: string) => string): void {
  md.core.ruler.before('smartquotes', 'raw_code', keepQuotesInRawCode)
  md.core.ruler.after('inline', 'lines', numberLines)
  md.core.ruler.push('figures', figures)
  md.core.ruler.push('tasks', tasks)
  md.core.ruler.push('tables', tables)
  const rules = md.renderer.rules

  // A link left open by author's HTML must not swallow the links of the next paragraph.
  const renderInline = md.renderer.renderInline.bind(md.renderer)
  md.renderer.renderInline = (tokens, options, env) => {
    pageOf(env).linkDepth = 0
    return renderInline(tokens, options, env)
  }
  rules.text_raw = (tokens, index) => escapeHtml(tokens[index]?.content ?? '')

  rules.link_open = (tokens, index, _options, env) => {
    const token = tokens[index] as Token
    const page = pageOf(env)
    page.linkDepth += 1
    if (page.linkDepth > 1) return ''
    const link = resolveLink(page, String(token.attrGet('href') ?? ''), normalise)
    return `<a${attributes({ ...link, title: token.attrGet('title') || null })}>`
  }
  rules.link_close = (_tokens, _index, _options, env) => {
    const page = pageOf(env)
    const depth = (page.linkDepth = Math.max(0, page.linkDepth - 1))
    return depth === 0 ? '</a>' : ''
  }

  rules.image = (tokens, index, _options, env) => {
    const token = tokens[index] as Token
    return pictureHtml(pageOf(env), token, String(token.attrGet('src') ?? ''), plainText(token.children))
  }
  rules.figure = (tokens, index, _options, env) => {
    const token = tokens[index] as Token
    const page = pageOf(env)
    page.linkDepth = 0
    const raw = token.meta?.raw
    if (raw instanceof Map) return rawFigure(page, token, raw)
    const { src, alt, title } = token.meta as { src: string; alt: string; title: string }
    return `${figureHtml(pictureHtml(page, token, src, alt), title)}\n`
  }

  rules.html_inline = (tokens, index, _options, env) => rawHtml(pageOf(env), tokens[index] as Token, normalise)
  rules.html_block = (tokens, index, _options, env) => {
    const page = pageOf(env)
    page.linkDepth = 0
    return rawHtml(page, tokens[index] as Token, normalise)
  }

  rules.table_open = (tokens, index) => `<div${attributes(tokens[index]?.meta as Record<string, string>)}><table>\n`
  rules.table_close = () => '</table></div>\n'
  rules.task = (tokens, index) => {
    const done = tokens[index]?.meta?.done === true
    const box = { type: 'checkbox', disabled: true as const, checked: done ? (true as const) : null, 'aria-label': done ? 'Done' : 'To do' }
    return `<input${attributes(box)} /> `
  }
}

/** Tells each part of a paragraph its line, for the author's checks. */
function numberLines(state: StateCore): void {
  for (const { children, map } of state.tokens) {
    let line = map?.[0]
    if (line === undefined) continue
    for (const token of children ?? []) {
      token.map = [line, line + 1]
      if (token.type === 'softbreak' || token.type === 'hardbreak') line += 1
    }
  }
}

/** `<code>"raw"</code>` keeps its straight quotes, as a code span does. */
function keepQuotesInRawCode(state: StateCore): void {
  for (const { children } of state.tokens) {
    let depth = 0
    for (const token of children ?? []) {
      if (token.type === 'html_inline') {
        if (/^<(?:code|kbd|samp|var|pre)\b/i.test(token.content)) depth += 1
        else if (/^<\/(?:code|kbd|samp|var|pre)\b/i.test(token.content)) depth = Math.max(0, depth - 1)
      } else if (depth > 0 && token.type === 'text') token.type = 'text_raw'
    }
  }
}

/** A picture alone in its paragraph is a figure; its title is the caption. */
function figures(state: StateCore): void {
  const result: Token[] = []
  for (let index = 0; index < state.tokens.length; index++) {
    const token = state.tokens[index] as Token
    const inline = state.tokens[index + 1]
    const meta = token.type === 'paragraph_open' && inline ? loneFigure(inline) : token.type === 'html_block' ? rawOnly(token.content) : null
    if (!meta) {
      result.push(token)
      continue
    }
    const figure = new state.Token('figure', '', 0)
    figure.block = true
    figure.map = token.map
    figure.level = token.level
    figure.meta = meta
    result.push(figure)
    if (token.type === 'paragraph_open') index += 2
  }
  state.tokens = result
}

function loneFigure(inline: Token): Record<string, unknown> | null {
  const children = (inline.children ?? []).filter((child) => child.type !== 'softbreak' && child.content + child.type !== 'text')
  const [only] = children
  if (children.length !== 1 || !only) return null
  if (only.type === 'html_inline') return rawOnly(only.content)
  if (only.type !== 'image') return null
  const [alt, title] = [plainText(only.children), String(only.attrGet('title') ?? '')]
  return { src: String(only.attrGet('src') ?? ''), alt, title, text: `${alt} ${title}` }
}

// Figures do not nest in `figure` alone: an `<img>` of a block stays with the tags around it.
function rawOnly(html: string): Record<string, unknown> | null {
  if (!/^\s*<img\b/i.test(html)) return null
  const raw = loneImage(html)
  return raw && { raw, text: `${raw.get('alt') ?? ''} ${raw.get('title') ?? ''}` }
}

const TASK = /^\[([ xX])\][ \t]+/

function tasks(state: StateCore): void {
  const lists: Token[] = []
  for (const [index, token] of state.tokens.entries()) {
    if (/^(?:bullet|ordered)_list_open$/.test(token.type)) lists.push(token)
    else if (/^(?:bullet|ordered)_list_close$/.test(token.type)) lists.pop()
    if (token.type !== 'list_item_open' || state.tokens[index + 1]?.type !== 'paragraph_open') continue

    const children = state.tokens[index + 2]?.children
    const first = children?.[0]
    const box = first?.type === 'text' ? TASK.exec(first.content) : null
    if (!children || !first || !box) continue
    first.content = first.content.slice(box[0].length)
    const task = new state.Token('task', '', 0)
    task.meta = { done: box[1] !== ' ' }
    children.unshift(task)
    token.attrSet('class', 'task')
    lists.at(-1)?.attrSet('class', 'tasks')
  }
}

const CAPTION = /^<span class="caption">/

/** Columns are aligned by class (our policy forbids `style`), and the frame that scrolls gets its name. */
function tables(state: StateCore): void {
  const page = pageOf(state.env)
  for (const [index, token] of state.tokens.entries()) {
    if (token.type === 'th_open' || token.type === 'td_open') {
      const align = /^text-align:(left|center|right)$/.exec(String(token.attrGet('style') ?? ''))?.[1]
      token.attrs = align ? [['class', `align-${align}`]] : null
      if (token.type === 'th_open') token.attrPush(['scope', 'col'])
    }
    if (token.type !== 'table_open') continue
    page.tableCount += 1
    const before = state.tokens[index - 2]
    const caption = before?.type === 'inline' && CAPTION.test(before.content) ? plainText(before.children) : ''
    const label = caption || `Table ${page.tableCount}`
    token.meta = { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label }
  }
}
