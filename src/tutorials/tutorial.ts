import { z } from 'zod'
import { LEVELS } from '../content/document.ts'
import { address, pageField, slugFilter } from '../platform/paging.ts'

export const PER_PAGE = 12

export const SORTS = ['newest', 'updated', 'shortest', 'title'] as const
export type Sort = (typeof SORTS)[number]

/** What the list of tutorials can be asked for. Nonsense is as good as nothing. */
export const listQuery = z.object({
  page: pageField,
  topic: slugFilter,
  level: z.enum(LEVELS).nullable().catch(null),
  author: slugFilter,
  sort: z.enum(SORTS).catch('newest'),
})

export type ListQuery = z.infer<typeof listQuery>

export const isFiltered = ({ topic, level, author }: ListQuery): boolean => topic !== null || level !== null || author !== null

/** The one address of a list: what is as usual is left out. */
export const listAddress = ({ topic, level, author, sort, page }: ListQuery): string =>
  address('/tutorials/', { topic, level, author, sort: sort === 'newest' ? null : sort, page: page === 1 ? null : page })
