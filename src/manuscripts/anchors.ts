import { grammar } from '../markdown/grammar.ts'
import { newPage } from '../markdown/page.ts'
import { ID_PREFIX, slug } from '../markdown/slug.ts'
import { excerptOf } from '../markdown/text.ts'

/** What other pages may point at in a text, under the names that other site builders give to headings. */
export interface Anchors {
  /** Our id for a fragment; '' when it means the page itself, null when there is no such place. */
  find(fragment: string): string | null
  /** The heading that stands above everything. */
  title: string | null
  /** The first paragraph, at most 240 characters. */
  excerpt: string
}

export function readAnchors(body: string): Anchors {
  const page = newPage({ origin: 'http://localhost', link: () => null, picture: () => null })
  const tokens = grammar().parse(body, { page })
  const named = new Map<string, string>()
  const counts = new Map<string, number>()
  for (const token of tokens) {
    if (token.type !== 'heading_open' || typeof token.meta?.id !== 'string') continue
    for (const name of namesOf(String(token.meta.text))) {
      const count = counts.get(name) ?? 0
      counts.set(name, count + 1)
      // The second heading of the same words is `words-1` elsewhere.
      const key = count === 0 ? name : `${name}-${count}`
      if (!named.has(key)) named.set(key, token.meta.id)
    }
  }
  const titles = new Set(page.title === null ? [] : namesOf(page.title))
  return {
    title: page.title,
    excerpt: excerptOf(tokens),
    find(fragment) {
      const name = slug(decoded(fragment))
      if (page.ids.has(fragment)) return fragment
      const explicit = ID_PREFIX + name
      return named.get(name) ?? (page.ids.has(explicit) ? explicit : titles.has(name) || name === '' || name === 'top' ? '' : null)
    },
  }
}

/** Ours is also GitHub's, Hugo's and mdBook's but for repeated hyphens; kramdown leaves out what stands before the first letter, and `_`. */
function namesOf(text: string): string[] {
  const kramdown = text.toLowerCase().replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}\p{N} -]/gu, '')
  return [...new Set([slug(text), slug(kramdown)])].filter((name) => name !== '')
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
