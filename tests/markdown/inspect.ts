import { Parser } from 'htmlparser2'
import { renderMarkdown, type RenderContext, type Rendered } from '../../src/markdown/render.ts'

/** A site with three pictures and a course of Markdown files. */
export const context: RenderContext = {
  origin: 'https://learn.example',
  picture(src) {
    if (src === 'img/ready.png') {
      return {
        src: '/media/ready-800.png',
        width: 1600,
        height: 900,
        sources: [{ type: 'image/webp', srcset: '/media/ready-400.webp 400w, /media/ready-800.webp 800w' }],
      }
    }
    return src === 'img/new.png' ? 'pending' : null
  },
  link: (href) => (/^[\w-]+\.md(?:#|$)/.test(href) ? href.replace('.md', '').replace(/^/, '/courses/rust/') : null),
}

export const render = (source: string): Promise<Rendered> => renderMarkdown(source, context)
export const html = async (source: string): Promise<string> => (await render(source)).html

export interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

/** Every element of the page, as a parser that is not the renderer's sees it. */
export function elements(page: string): Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const element = { name, attributes: { ...attributes }, text: '' }
        all.push(element)
        open.push(element)
      },
      ontext(text) {
        for (const element of open) element.text += text
      },
      onclosetag() {
        open.pop()
      },
    },
    { decodeEntities: true },
  )
  parser.write(page)
  parser.end()
  return all
}

export const find = (page: string, name: string): Element[] => elements(page).filter((element) => element.name === name)

export const withClass = (page: string, name: string): Element[] =>
  elements(page).filter((element) => (element.attributes.class ?? '').split(' ').includes(name))

export const visibleText = (page: string): string => {
  let text = ''
  const parser = new Parser({ ontext: (part) => (text += part) }, { decodeEntities: true })
  parser.write(page)
  parser.end()
  return text
}

const FORBIDDEN = new Set(
  (
    'script style iframe frame frameset object embed applet form button textarea select option link meta base title svg math ' +
    'template noscript audio video canvas xmp plaintext noembed noframes portal slot dialog body html head foreignobject'
  ).split(' '),
)
const ADDRESSES = new Set(['href', 'src', 'srcset', 'action', 'formaction', 'cite', 'poster', 'data', 'xlink:href', 'background', 'ping'])
// The few names that the renderer may write. `on…` and `style` are not among them, nor is anything new.
const ATTRIBUTES = new Set(
  (
    'class title lang dir aria-hidden aria-label id href rel role cite open data-code tabindex src alt width height loading ' +
    'decoding type srcset sizes disabled checked value start reversed colspan rowspan scope'
  ).split(' '),
)

/** What is dangerous in this page, in words; empty when it is safe. */
export function dangers(page: string): string[] {
  const found: string[] = []
  for (const { name, attributes } of elements(page)) {
    if (FORBIDDEN.has(name)) found.push(`<${name}>`)
    if (name === 'input' && (attributes.type !== 'checkbox' || attributes.disabled === undefined)) found.push('a live <input>')
    for (const [key, value] of Object.entries(attributes)) {
      if (!ATTRIBUTES.has(key)) found.push(`${name} ${key}`)
      if (ADDRESSES.has(key) && !isHarmless(value)) found.push(`${name} ${key}=${value}`)
      if (key === 'id' && !/^(?:s-|fn-\d|fnref-\d)/.test(value)) found.push(`id ${value}`)
    }
  }
  return found
}

/** As a browser reads it: without control characters and white space, any case. */
function isHarmless(address: string): boolean {
   
  const bare = address.replace(/[\u0000-\u0020]+/g, '').toLowerCase()
  const scheme = /^([a-z][a-z0-9+.-]*):/.exec(bare)?.[1]
  return scheme === undefined || ['http', 'https', 'mailto', 'tel'].includes(scheme)
}
