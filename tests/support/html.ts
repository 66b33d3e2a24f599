import { DomUtils, parseDocument, Parser } from 'htmlparser2'

type Parsed = ReturnType<typeof parseDocument>
type Tag = Exclude<ReturnType<typeof DomUtils.findOne>, null>

const { findAll, textContent } = DomUtils

const hasClass = (tag: Tag, name: string): boolean => (tag.attribs.class ?? '').split(' ').includes(name)

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim()

export function tags(html: string | Parsed, name: string, className?: string): Tag[] {
  const document = typeof html === 'string' ? parseDocument(html) : html
  return findAll((tag) => tag.name === name && (className === undefined || hasClass(tag, className)), document.children)
}

/** What a reader sees of a page, or of a piece of it, on one line. */
export const textOf = (html: string | Tag): string => squeeze(typeof html === 'string' ? textContent(parseDocument(html)) : textContent(html))

/** The titles of the cards in a list, in order. */
export const cardTitles = (html: string): string[] => [...tags(html, 'h3', 'entry__title'), ...tags(html, 'h3', 'cover__title')].map((tag) => textContent(tag).trim())

/** Where the links in a piece of a page lead. */
export const linksIn = (piece: Tag): string[] => findAll((tag) => tag.name === 'a', piece.children).map((tag) => tag.attribs.href ?? '')

/** Each group of filters: what its links say, and the count beside it ('' where there is none). */
export function chips(html: string): Record<string, Record<string, string>> {
  const groups = tags(html, 'div', 'filters__group').map((group) => {
    const label = textOf(findAll((tag) => hasClass(tag, 'filters__label'), group.children)[0] ?? group)
    const options = findAll((tag) => hasClass(tag, 'chip'), group.children).map((chip) => {
      const count = findAll((tag) => hasClass(tag, 'chip__count'), chip.children).map(textOf).join('')
      return [textOf(chip).slice(0, count === '' ? undefined : -count.length).trim(), count] as const
    })
    return [label, Object.fromEntries(options)] as const
  })
  return Object.fromEntries(groups)
}

export const metaOf = (html: string, name: string): string | null =>
  tags(html, 'meta').find((tag) => tag.attribs.name === name || tag.attribs.property === name)?.attribs.content ?? null

export const canonicalOf = (html: string): string | null => tags(html, 'link').find((tag) => tag.attribs.rel === 'canonical')?.attribs.href ?? null

/** The page's structured data, every node of its graph. */
export function structuredData(html: string): Record<string, unknown>[] {
  return tags(html, 'script')
    .filter((tag) => tag.attribs.type === 'application/ld+json')
    .flatMap((tag) => {
      const data = JSON.parse(textContent(tag)) as Record<string, unknown> & { '@graph'?: Record<string, unknown>[] }
      return data['@graph'] ?? [data]
    })
}

/** An XML document's elements; throws where it is not well-formed. */
export function parseXml(text: string): { all: (name: string) => Tag[] } {
  const open: string[] = []
  const parser = new Parser(
    {
      onopentagname: (name) => void open.push(name),
      onclosetag: (name, implied) => {
        if (implied && !text.includes(`<${name}`)) throw new Error(`<${name}> is not closed`)
        if (open.pop() !== name) throw new Error(`</${name}> closes something else`)
      },
    },
    { xmlMode: true },
  )
  parser.end(text)
  const outside = text.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '')
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(outside)) throw new Error('a bare ampersand')
  if (outside.includes(']]>')) throw new Error('an end of CDATA without its beginning')
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) throw new Error('a control character')
  for (const name of new Set([...outside.matchAll(/<([a-z][\w:]*)[^>]*[^/]?>/gi)].map((match) => match[1] ?? ''))) {
    const count = (pattern: RegExp) => [...outside.matchAll(pattern)].length
    const opened = count(new RegExp(`<${name}(?=[\\s>/])`, 'g')) - count(new RegExp(`<${name}(?:\\s[^>]*)?/>`, 'g'))
    if (opened !== count(new RegExp(`</${name}\\s*>`, 'g'))) throw new Error(`<${name}> and </${name}> do not match`)
  }
  if (!/^<\?xml version="1\.0" encoding="utf-8"\?>/i.test(text)) throw new Error('no XML declaration')
  const document = parseDocument(text, { xmlMode: true })
  return { all: (name) => findAll((tag) => tag.name === name, document.children) }
}
