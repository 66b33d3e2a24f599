import { z } from 'zod'
import { LEVELS } from '../content/document.ts'
import { pageField } from '../platform/paging.ts'

export const PER_PAGE = 10

export const KINDS = ['tutorial', 'course', 'lesson', 'page'] as const
export const SORTS = ['relevance', 'newest'] as const

/** What search can be asked for. Nonsense in a filter is as good as nothing; NUL and overlong text are cut. */
export const searchQuery = z.object({
  q: z.string().transform((text) => text.replaceAll('\u0000', '').replace(/\s+/g, ' ').trim().slice(0, 200)).catch(''),
  page: pageField.pipe(z.number().max(50).catch(1)),
  kind: z.enum(KINDS).nullable().catch(null),
  topic: z.string().regex(/^[a-z0-9-]{1,80}$/).nullable().catch(null),
  level: z.enum(LEVELS).nullable().catch(null),
  sort: z.enum(SORTS).catch('relevance'),
})

export type SearchQuery = z.infer<typeof searchQuery>

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
