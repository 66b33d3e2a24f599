import { quoted, report, type Page } from './page.ts'
import { ID_PREFIX, slug } from './slug.ts'

const SCHEMES = new Set(['http', 'https', 'mailto', 'tel'])

/**
 * May this address stand in a page? Browsers skip control characters and white space when they read a scheme, so they
 * are taken out before we look at it.
 */
export function isSafeAddress(href: string): boolean {
   
  const bare = href.replace(/[\u0000-\u0020\u007F-\u00A0\u00AD\u200B-\u200F\u2028-\u202F\u2060\uFEFF]+/g, '')
  const scheme = /^([^/?#:]*):/.exec(bare)
  return !scheme || SCHEMES.has((scheme[1] ?? '').toLowerCase())
}

export function isForeign(href: string, origin: string): boolean {
  if (/^(?:mailto|tel):/i.test(href)) return false
  try {
    return new URL(href, origin).origin !== new URL(origin).origin
  } catch {
    return true
  }
}

export interface Link {
  href: string
  rel: 'noopener' | null
}

/** Where an author's link leads in our pages; null when it may not lead there. Remembers it as written. */
export function resolveLink(page: Page, written: string, normalise: (url: string) => string): Link | null {
  const href = written.trim()
  if (!href || !isSafeAddress(href)) return null
  page.links.add(href)
  if (href.startsWith('#')) return { href: ownSection(page, href.slice(1)), rel: null }

  const internal = page.context.link(href)
  const target = normalise(internal === null ? href : sectionOf(internal))
  if (!isSafeAddress(target)) return null
  return { href: target, rel: isForeign(target, page.context.origin) ? 'noopener' : null }
}

function ownSection(page: Page, fragment: string): string {
  const written = decoded(fragment)
  // `#` and `#top` lead to the top of any page.
  if (written === '' || written === 'top' || page.ids.has(written)) return `#${written}`
  const id = ID_PREFIX + slug(written)
  if (!page.ids.has(id)) report(page, null, `the link ${quoted(`#${written}`)} leads to no section of this page`)
  return `#${id}`
}

/** Other pages prefix their ids as this one does. */
function sectionOf(address: string): string {
  const hash = address.indexOf('#')
  if (hash < 0 || hash === address.length - 1) return address
  const fragment = decoded(address.slice(hash + 1))
  if (fragment.startsWith(ID_PREFIX)) return address
  return `${address.slice(0, hash)}#${ID_PREFIX}${slug(fragment)}`
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
