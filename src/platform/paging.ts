import { z } from 'zod'
import type { Pagination } from './shapes.ts'
import { NotFound } from './errors.ts'

/** `?page=`: a number from 1; anything else is no page of ours. */
export const pageField = z.coerce.number().int().min(1).max(10_000).catch(1)

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
