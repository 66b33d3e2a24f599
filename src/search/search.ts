import { z } from 'zod'
import { LEVELS } from '../content/document.ts'
import { pageField, slugFilter } from '../platform/paging.ts'

export const PER_PAGE = 10

/** Nobody reads on; a better question helps more. */
export const MOST_PAGES = 50

export const KINDS = ['tutorial', 'course', 'lesson', 'page'] as const
export const SORTS = ['relevance', 'newest'] as const
export type Sort = (typeof SORTS)[number]

/** What search can be asked for. Nonsense in a filter is as good as nothing; NUL and overlong text are cut. */
export const searchQuery = z.object({
  q: z.string().transform((text) => text.replaceAll('\u0000', '').replace(/\s+/g, ' ').trim().slice(0, 200)).catch(''),
  page: pageField.transform((page) => Math.min(page, MOST_PAGES)),
  kind: z.enum(KINDS).nullable().catch(null),
  topic: slugFilter,
  level: z.enum(LEVELS).nullable().catch(null),
  sort: z.enum(SORTS).catch('relevance'),
})

export type SearchQuery = z.infer<typeof searchQuery>

/** What is asked for, and what is not wanted (`-word`, `-"two words"`), each as Postgres' web search reads it. `--flag` is code. */
export function splitWords(q: string): { wanted: string; unwanted: string } {
  const words = q.match(/-?"[^"]*"?|\S+/g) ?? []
  const isUnwanted = (word: string) => /^-[^-]/.test(word)
  return {
    wanted: words.filter((word) => !isUnwanted(word)).join(' '),
    unwanted: words.filter(isUnwanted).map((word) => word.slice(1)).join(' or '),
  }
}

export interface SnippetPart {
  text: string
  hit: boolean
}

/** What surrounds a found word in Postgres' answer: control characters that no text of ours holds. */
export const HIT_START = '\u0002'
export const HIT_END = '\u0003'

/** Splits Postgres' marked text into parts that a template prints, each escaped. */
export function snippetParts(marked: string): SnippetPart[] {
  return marked
    .split(/(\u0002[^\u0003]*\u0003)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(HIT_START) ? { text: part.slice(1, -1), hit: true } : { text: part, hit: false }))
}
