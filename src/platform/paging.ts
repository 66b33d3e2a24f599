import { z } from 'zod'
import { NotFound } from './errors.ts'
import type { FilterGroup, Pagination } from './shapes.ts'
import { numberText } from './words.ts'

/** `?page=`: a number from 1; anything else is no page of ours. */
export const pageField = z.coerce.number().int().min(1).max(10_000).catch(1)

const slug = z.string().regex(/^[a-z0-9-]{1,80}$/)

/** `?topic=`: the slug of something; nonsense is as good as nothing. */
export const slugFilter = slug.nullable().catch(null)

/** `/topics/:slug`: throws `NotFound` for what cannot be one. */
export function slugParam(value: unknown): string {
  const parsed = slug.safeParse(value)
  if (!parsed.success) throw new NotFound()
  return parsed.data
}

/** An address with these query keys; those that are null or at their default are left out, so each list has one address. */
export function address(path: string, query: Record<string, string | number | null | undefined>): string {
  const kept = Object.entries(query).flatMap(([name, value]) => (value === null || value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(value)}`]))
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

/** Numbered paging, or null when one page holds all. `href` gives a page's address. Throws `NotFound` past the end. */
export function pagination(options: { label: string; page: number; perPage: number; total: number; href: (page: number) => string }): Pagination | null {
  const { label, page, href } = options
  const pages = Math.max(1, Math.ceil(options.total / options.perPage))
  if (page > pages) throw new NotFound('This list has no such page.')
  if (pages === 1) return null
  const shown = [1, page - 1, page, page + 1, pages].filter((number, index, all) => number >= 1 && number <= pages && all.indexOf(number) === index)
  const items: Pagination['items'] = []
  shown.forEach((number, index) => {
    const gap = number - (shown[index - 1] ?? number)
    // A gap of one page is that page.
    if (gap === 2) items.push({ kind: 'page', number: String(number - 1), href: href(number - 1), current: false })
    else if (gap > 2) items.push({ kind: 'gap' })
    items.push({ kind: 'page', number: String(number), href: href(number), current: number === page })
  })
  return { label, previous: page > 1 ? href(page - 1) : null, next: page < pages ? href(page + 1) : null, items }
}

/** A row of filters: all, what would leave something, and what is chosen even when it leaves nothing. */
export function filterGroup<Value extends string>(filter: {
  label: string
  chosen: Value | null
  /** A count of null is not known, and not shown. */
  choices: readonly { value: Value; text: string; count: number | null }[]
  href: (value: Value | null) => string
}): FilterGroup {
  const { label, chosen, href } = filter
  const choices = filter.choices.filter(({ value, count }) => count !== 0 || value === chosen)
  return {
    label,
    options: [
      { text: 'All', href: href(null), current: chosen === null, count: null },
      ...choices.map(({ value, text, count }) => ({ text, href: href(value), current: value === chosen, count: count === null ? null : numberText(count) })),
    ],
  }
}

/** A row of orders, of which one always holds. `choices` has the words for each. */
export function orderGroup<Order extends string>(order: { chosen: Order; choices: Record<Order, string>; href: (value: Order) => string }): FilterGroup {
  const { chosen, choices, href } = order
  return { label: 'Order', options: (Object.keys(choices) as Order[]).map((value) => ({ text: choices[value], href: href(value), current: value === chosen, count: null })) }
}

export const offersChoice = (group: FilterGroup): boolean => group.options.length > 1
