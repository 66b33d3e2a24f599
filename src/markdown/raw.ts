import type { Token } from 'markdown-it'
import { attributes, escapeHtml, pieces, type Piece } from './html.ts'
import { isSafeAddress, resolveLink } from './links.ts'
import { quoted, report, type Page } from './page.ts'
import { figureHtml, pictureHtml } from './pictures.ts'
import { ID_PREFIX, slug } from './slug.ts'

// What an author may write in HTML, and which attributes beside `title`, `lang`, `dir`, `id` and `class`.
const ALLOWED: Record<string, string[]> = {
  ...Object.fromEntries(
    (
      'kbd sub sup abbr summary figure figcaption caption table thead tbody tfoot tr span div code br hr em strong i b u s ' +
      'mark small cite dl dt dd ul p h2 h3 h4 h5 h6 pre samp var dfn del ins'
    )
      .split(' ')
      .map((name): [string, string[]] => [name, []]),
  ),
  a: ['href'],
  details: ['open'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan', 'scope'],
  ol: ['start', 'reversed'],
  li: ['value'],
  q: ['cite'],
  blockquote: ['cite'],
}
const CLASSES = new Set(['caption', 'filename', 'credit', 'lead'])
const NUMBERS = new Set(['colspan', 'rowspan', 'start', 'value'])

// Elements of HTML, SVG and MathML that we refuse without a trace. Any other name is no element at all: `Vec<T>`
// outside a code span, say. It is shown as it was typed.
const REFUSED = new Set(
  (
    'html head body title base link meta style script noscript template slot iframe frame frameset noframes object embed ' +
    'param applet form input button select option optgroup textarea label fieldset legend datalist output progress meter ' +
    'dialog menu svg math canvas audio video source track picture map area portal marquee blink font center big tt strike ' +
    'nav main header footer section article aside address hgroup search col colgroup time data ruby rt rp bdi bdo wbr ' +
    'noembed xmp plaintext listing image isindex nobr acronym dir basefont bgsound keygen ' +
    'g path rect circle use foreignobject desc animate set animatetransform mi mo mn ms mtext mglyph malignmark annotation-xml semantics'
  ).split(' '),
)

/** Author's HTML, cut down to what is allowed and written anew, tag by tag. */
export function rawHtml(page: Page, token: Token, normalise: (url: string) => string): string {
  return pieces(token.content)
    .map((piece) => pieceHtml(page, token, piece, normalise))
    .join('')
}

/** Is this tag no element at all, so that it is shown as it was typed? */
export function isShownAsTyped(html: string): boolean {
  const name = /^<\/?([A-Za-z][A-Za-z0-9-]*)/.exec(html)?.[1]?.toLowerCase()
  return name !== undefined && name !== 'img' && name !== 'h1' && !Object.hasOwn(ALLOWED, name) && !REFUSED.has(name)
}

/** An `<img>` alone in its paragraph or block. */
export function loneImage(html: string): Map<string, string> | null {
  const found = pieces(html).filter((piece) => piece.kind !== 'text' || piece.text.trim() !== '')
  const [only] = found
  return found.length === 1 && only?.kind === 'open' && only.name === 'img' ? only.attributes : null
}

export function rawFigure(page: Page, token: Token, image: Map<string, string>): string {
  const picture = pictureHtml(page, token, image.get('src') ?? '', image.get('alt') ?? '')
  return `${figureHtml(picture, image.get('title') ?? '')}\n`
}

function pieceHtml(page: Page, token: Token, piece: Piece, normalise: (url: string) => string): string {
  if (piece.kind === 'text') return piece.text
  const name = piece.name === 'h1' ? 'h2' : piece.name
  if (name === 'img' && piece.kind === 'open') {
    return pictureHtml(page, token, piece.attributes.get('src') ?? '', piece.attributes.get('alt') ?? '')
  }
  if (!Object.hasOwn(ALLOWED, name)) return refused(page, token, piece)
  if (name === 'a') return anchorHtml(page, token, piece, normalise)
  if (tooDeep(page, name, piece.kind)) return ''
  if (piece.kind === 'close') return `</${name}>`
  return `<${name}${attributes(kept(page, token, name, piece.attributes, normalise))}>`
}

// These close themselves, so that an author may leave their end tags out.
const SELF_CLOSING = new Set(['br', 'hr', 'p', 'li', 'dt', 'dd', 'td', 'th', 'tr', 'thead', 'tbody', 'tfoot'])
const DEEPEST = 100

/** Browsers and our own sanitiser pay for each open element again and again; nobody needs a hundred. */
function tooDeep(page: Page, name: string, kind: 'open' | 'close'): boolean {
  if (SELF_CLOSING.has(name)) return false
  if (kind === 'open') return (page.rawDepth += 1) > DEEPEST
  if (page.rawDepth === 0) return false
  return (page.rawDepth -= 1) >= DEEPEST
}

// A link inside a link is no HTML; of an inner one only its id matters.
function anchorHtml(page: Page, token: Token, piece: Exclude<Piece, { kind: 'text' }>, normalise: (url: string) => string): string {
  if (piece.kind === 'close') {
    if (page.linkDepth === 0) return ''
    page.linkDepth -= 1
    return page.linkDepth === 0 ? '</a>' : ''
  }
  page.linkDepth += 1
  const values = kept(page, token, 'a', piece.attributes, normalise)
  if (page.linkDepth === 1) return `<a${attributes(values)}>`
  return values.id ? `<span${attributes({ id: values.id })}></span>` : ''
}

function refused(page: Page, token: Token, piece: Exclude<Piece, { kind: 'text' }>): string {
  if (piece.name === 'img') return ''
  const isElement = REFUSED.has(piece.name)
  if (piece.kind === 'open') {
    report(page, token, `the tag ${quoted(piece.raw)} is ${isElement ? 'not allowed here and left out' : 'unknown and shown as text'}`)
  }
  return isElement ? '' : escapeHtml(piece.raw)
}

function kept(
  page: Page,
  token: Token,
  name: string,
  given: Map<string, string>,
  normalise: (url: string) => string,
): Record<string, string | true | null> {
  const result: Record<string, string | true | null> = {}
  for (const [key, value] of given) {
    if (key === 'id') result.id = ownId(token, value)
    else if (key === 'class') result.class = value.split(/\s+/).filter((word) => CLASSES.has(word)).join(' ') || null
    else if (key === 'title') result[key] = value || null
    else if (key === 'lang') result[key] = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}$/.test(value) ? value : null
    else if (key === 'dir') result[key] = /^(?:ltr|rtl|auto)$/.test(value) ? value : null
    else if (!ALLOWED[name]?.includes(key)) continue
    else if (key === 'href') Object.assign(result, resolveLink(page, value, normalise))
    else if (NUMBERS.has(key)) result[key] = /^\d{1,3}$/.test(value) && Number(value) > 0 ? value : null
    else if (key === 'scope') result[key] = /^(?:col|row|colgroup|rowgroup)$/.test(value) ? value : null
    else if (key === 'cite') result[key] = isSafeAddress(value) ? value : null
    else result[key] = true
  }
  // `name` was how pages marked link targets before `id`.
  const target = given.get('name')
  if (name === 'a' && target && !given.has('id')) result.id = ownId(token, target)
  return result
}

/** Explicit ids were collected before; the one that came second lost. */
function ownId(token: Token, written: string): string | null {
  const id = ID_PREFIX + slug(written)
  return (token.meta?.ids as string[] | undefined)?.includes(id) ? id : null
}

/** The ids that a piece of author's HTML asks for, in order, as they will be written. */
export function explicitIds(html: string): string[] {
  if (!/\b(?:id|name)\s*=/i.test(html)) return []
  return pieces(html).flatMap((piece) => {
    if (piece.kind !== 'open' || !Object.hasOwn(ALLOWED, piece.name === 'h1' ? 'h2' : piece.name)) return []
    const written = piece.attributes.get('id') ?? (piece.name === 'a' ? piece.attributes.get('name') : undefined)
    const id = written && slug(written)
    return id ? [ID_PREFIX + id] : []
  })
}
