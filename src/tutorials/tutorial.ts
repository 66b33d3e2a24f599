import { z } from 'zod'
import { LEVELS } from '../content/document.ts'
import { pageField } from '../platform/paging.ts'

export const PER_PAGE = 12

export const SORTS = ['newest', 'updated', 'shortest', 'title'] as const
export type Sort = (typeof SORTS)[number]

/** What the list of tutorials can be asked for. Nonsense is as good as nothing. */
export const listQuery = z.object({
  page: pageField,
  topic: z.string().regex(/^[a-z0-9-]{1,80}$/).nullable().catch(null),
  level: z.enum(LEVELS).nullable().catch(null),
  author: z.string().regex(/^[a-z0-9-]{1,80}$/).nullable().catch(null),
  sort: z.enum(SORTS).catch('newest'),
})

export type ListQuery = z.infer<typeof listQuery>
