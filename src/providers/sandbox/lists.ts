import { Failure, invalid } from './failure.ts'

export interface ListRules {
  perPage: number
  maximum: number
  /** Query names that filter by equality; several values are separated by commas. A dotted path looks inside. */
  filters: Record<string, string>
  /** Fields that take `[LT]`, `[LTE]`, `[GT]`, `[GTE]`. */
  moments?: string[]
  /** Shown unless `status` says otherwise. */
  statuses?: string[]
  search?: string[]
}

export interface Page<T> {
  data: T[]
  perPage: number
  hasMore: boolean
  total: number
  /** The `after` of the next page. */
  last: string | null
}

type Row = { id: string }

/**
 * A page as Paddle cuts it: newest first unless asked otherwise, `per_page` silently clamped,
 * `after` an id that need not match the filter.
 */
export function listPage<T extends Row>(rows: T[], query: URLSearchParams, rules: ListRules): Page<T> {
  const direction = orderOf(query)
  const perPage = sizeOf(query, rules)
  const matching = rows.filter((row) => matches(row, query, rules)).sort((a, b) => (a.id < b.id ? -direction : direction))
  const after = query.get('after')
  if (after !== null && !/^[a-z]+_[a-z\d]{26}$/.test(after)) throw invalid('after', 'is not an id')
  const rest = after === null ? matching : matching.filter(({ id }) => (direction === 1 ? id > after : id < after))
  const data = rest.slice(0, perPage)
  return { data, perPage, hasMore: rest.length > perPage, total: matching.length, last: data.at(-1)?.id ?? after }
}

function orderOf(query: URLSearchParams): 1 | -1 {
  const order = query.get('order_by')
  if (order === null) return -1
  const [, direction] = /^[a-z_]+\[(ASC|DESC)\]$/.exec(order) ?? []
  if (direction === undefined) throw invalid('order_by', 'must look like id[ASC]')
  return direction === 'ASC' ? 1 : -1
}

function sizeOf(query: URLSearchParams, { perPage, maximum }: ListRules): number {
  const asked = query.get('per_page')
  if (asked === null) return perPage
  if (!/^\d+$/.test(asked) || Number(asked) < 1) throw invalid('per_page', 'must be greater than 0')
  return Math.min(Number(asked), maximum)
}

function matches(row: Row, query: URLSearchParams, rules: ListRules): boolean {
  const record = row as unknown as Record<string, unknown>
  for (const [name, field] of Object.entries(rules.filters)) {
    const wanted = query.get(name)
    if (wanted !== null && !wanted.split(',').some((value) => holds(record, field, value))) return false
  }
  for (const field of rules.moments ?? []) if (!withinMoments(record[field], field, query)) return false
  if (rules.statuses && query.get('status') === null && !rules.statuses.includes(String(record['status']))) return false
  const search = query.get('search')?.toLowerCase()
  return !search || (rules.search ?? []).some((field) => String(record[field] ?? '').toLowerCase().includes(search))
}

function holds(record: Record<string, unknown>, field: string, value: string): boolean {
  const found = record[field]
  if (field === 'email' || field === 'code') return String(found).toLowerCase() === value.toLowerCase()
  if (field === 'billing_cycle') return String(found !== null) === value
  return found === null || found === undefined ? value === 'null' : String(found) === value
}

const OPERATORS: Record<string, (a: number, b: number) => boolean> = {
  '': (a, b) => a === b, '[LT]': (a, b) => a < b, '[LTE]': (a, b) => a <= b, '[GT]': (a, b) => a > b, '[GTE]': (a, b) => a >= b,
}

function withinMoments(value: unknown, field: string, query: URLSearchParams): boolean {
  return Object.entries(OPERATORS).every(([suffix, holdsFor]) => {
    const limit = query.get(`${field}${suffix}`)
    if (limit === null) return true
    const at = Date.parse(limit)
    if (Number.isNaN(at)) throw new Failure(400, 'bad_request', `${field}${suffix} is no RFC 3339 moment`, [{ field, message: 'invalid' }])
    return typeof value === 'string' && holdsFor(Date.parse(value), at)
  })
}
