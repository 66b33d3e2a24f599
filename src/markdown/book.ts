import type { MarkdownIt, StateCore, Token } from 'markdown-it'
import { pieces, decodeEntities, escapeHtml } from './html.ts'
import { pageOf, quoted, report, type Page } from './page.ts'
import { ID_PREFIX, slug } from './slug.ts'

const DIRECTIVE = /(\\?)\{\{\s*#(?:include|rustdoc_include|playground|playpen|title)\b[^{}\n]*\}\}/g
const FILENAME = /^<span class="filename">\s*(?:Filename:\s*)?([^<>]{1,200})<\/span>$/

/** What mdBook adds to Markdown: listings, file names above code, includes. */
export function book(md: MarkdownIt): void {
  md.core.ruler.after('block', 'book', (state) => {
    for (const token of state.tokens) dropDirectives(token, pageOf(state.env))
    state.tokens = listings(state, fileNames(state.tokens))
  })
  md.renderer.rules.listing_open = (tokens, index) => {
    const id = tokens[index]?.meta?.id
    return id ? `<figure class="listing" id="${escapeHtml(String(id))}">\n` : '<figure class="listing">\n'
  }
  md.renderer.rules.listing_close = () => '</figure>\n'
  md.renderer.rules.listing_caption_open = () => '<figcaption>'
  md.renderer.rules.listing_caption_close = () => '</figcaption>\n'
}

/** We render a document by itself: a file to include is not there, and the directive must not show. */
function dropDirectives(token: Token, page: Page): void {
  if (!token.content.includes('{{')) return
  token.content = token.content.replace(DIRECTIVE, (directive: string, escaped: string) => {
    if (escaped) return directive.slice(1)
    report(page, token, `${quoted(directive)} cannot be resolved here and is left out`)
    return ''
  })
}

/** A paragraph that only names a file, right before code, becomes that code's header. */
function fileNames(tokens: Token[]): Token[] {
  const result: Token[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const fence = tokens[index + 3]
    const name = token.type === 'paragraph_open' && fence?.type === 'fence' ? FILENAME.exec(tokens[index + 1]?.content.trim() ?? '') : null
    if (name && fence) {
      fence.meta = { file: decodeEntities(name[1] ?? '').trim() }
      index += 2
    } else result.push(token)
  }
  return result
}

interface Listing {
  token: Token
  caption: string
}

function listings(state: StateCore, tokens: Token[]): Token[] {
  const page = pageOf(state.env)
  const open: Listing[] = []
  const result: Token[] = []
  for (const [index, token] of tokens.entries()) {
    const tag = token.type === 'html_block' && /^\s*<\/?listing\b/i.test(token.content) ? loneTag(token.content) : null
    if (!tag) {
      result.push(token)
    } else if (tag.kind === 'open') {
      const listing = openListing(token, tag.attributes)
      const next = tokens[index + 1]
      const file = tag.attributes.get('file-name')
      if (next?.type === 'fence' && file) next.meta = { file }
      open.push(listing)
      result.push(listing.token)
    } else {
      const listing = open.at(-1)
      if (listing?.token.level !== token.level) continue
      open.pop()
      result.push(...captionTokens(state, listing, token))
    }
  }
  for (const { token } of open) report(page, token, 'the listing is never closed')
  const unclosed = new Set(open.map(({ token }) => token))
  return result.filter((token) => !unclosed.has(token))
}

function loneTag(html: string): ReturnType<typeof pieces>[number] & { kind: 'open' | 'close' } | null {
  const found = pieces(html).filter((piece) => piece.kind !== 'text' || piece.text.trim() !== '')
  const [only] = found
  return found.length === 1 && only && only.kind !== 'text' && only.name === 'listing' ? only : null
}

function openListing(token: Token, given: Map<string, string>): Listing {
  const number = given.get('number')?.trim() ?? ''
  const caption = given.get('caption')?.trim() ?? ''
  token.type = 'listing_open'
  token.content = ''
  token.meta = { wantedId: number ? `${ID_PREFIX}listing-${slug(number)}` : null }
  return { token, caption: [number && `Listing ${number}`, caption].filter(Boolean).join(': ') }
}

function captionTokens(state: StateCore, listing: Listing, close: Token): Token[] {
  close.type = 'listing_close'
  close.content = ''
  if (!listing.caption) return [close]
  const open = new state.Token('listing_caption_open', '', 1)
  const inline = new state.Token('inline', '', 0)
  inline.content = listing.caption
  inline.children = []
  inline.map = listing.token.map
  const end = new state.Token('listing_caption_close', '', -1)
  for (const token of [open, inline, end]) token.block = true
  return [open, inline, end, close]
}
