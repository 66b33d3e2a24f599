import type { Prisma, PrismaClient } from '#prisma'
import { z } from 'zod'
import { address } from '../platform/paging.ts'

export type Model = 'account' | 'asset' | 'author' | 'document' | 'mail' | 'order' | 'providerEvent' | 'topic'

type Args<M extends Model> = Prisma.Args<PrismaClient[M], 'findMany'>
type Where<M extends Model> = NonNullable<Args<M>['where']>
type Select<M extends Model> = NonNullable<Args<M>['select']>
type RowOf<M extends Model, S> = Prisma.Result<PrismaClient[M], { select: S }, 'findMany'>[number]

export type Tone = 'good' | 'warn' | 'bad' | 'accent'

export interface Column<Row> {
  label: string
  /** What a person reads; empty for nothing. */
  value: (row: Row) => string
  /** What the CSV says, where a machine reads better (an ISO date). */
  csv?: (row: Row) => string
  /** Makes the value a badge; null for a quiet one. */
  tone?: (row: Row) => Tone | null
  /** One of the screen's sorts: the head becomes a link. */
  sort?: string
  numeric?: boolean
}

/** Choices that are few and fixed each carry their condition; choices from a table are looked up, and the condition gets the value. */
export type Filter<M extends Model> = { key: string; label: string } & (
  | { options: { value: string; label: string; where: Where<M> }[] }
  | { from: 'topics' | 'authors' | 'courses'; where: (id: string) => Where<M> }
)

export interface Bulk {
  key: 'publish' | 'unpublish'
  label: string
  /** The consequence, in a sentence, for so many rows. */
  says: (count: string) => string
}

export interface Screen<M extends Model, S extends Select<M>> {
  /** /admin/PATH */
  path: string
  title: string
  /** "tutorial", "tutorials" */
  one: string
  many: string
  guard: 'staff' | 'owner'
  model: M
  /** The model's unique key. */
  id: 'id' | 'eventId'
  where?: Where<M>
  select: S
  href: (row: RowOf<M, S>) => string
  /** The first one is the row's link. */
  columns: Column<RowOf<M, S>>[]
  /** Columns (never null, so that a place in the order can be named) that lists may be ordered by. */
  sorts: Record<string, { by: keyof RowOf<M, S> & string; label: string }>
  /** A sort, "-" before it for the other way round. */
  order: string
  /** The condition for one word of a search; a screen without it has no search. */
  search?: (word: string) => Where<M>
  filters?: Filter<M>[]
  bulk?: Bulk[]
  /** A picture for each row turns the table into a grid. */
  picture?: (row: RowOf<M, S>) => { src: string; width: number; height: number; alt: string } | null
  create?: { label: string; href: string }
  empty: { title: string; text: string }
}

/** A declared screen, with its row type forgotten: the one set of routes and templates serves them all. */
export interface AnyScreen extends Omit<Screen<'document', never>, 'model' | 'where' | 'select' | 'href' | 'columns' | 'sorts' | 'search' | 'filters' | 'picture'> {
  model: Model
  where?: object
  select: object
  href: (row: AnyRow) => string
  columns: Column<AnyRow>[]
  sorts: Record<string, { by: string; label: string }>
  search?: (word: string) => object
  filters?: AnyFilter[]
  picture?: (row: AnyRow) => { src: string; width: number; height: number; alt: string } | null
}

export type AnyRow = Record<string, unknown>
export type AnyFilter = { key: string; label: string } & ({ options: { value: string; label: string; where: object }[] } | { from: 'topics' | 'authors' | 'courses'; where: (id: string) => object })

/** Declares a screen; the rows' type follows from `model` and `select`. */
export function list<M extends Model, const S extends Select<M>>(screen: Screen<M, S>): AnyScreen {
  // The generic routes hand each function only rows that this screen's own `select` made.
  return screen as unknown as AnyScreen
}

export const PER_PAGE = 50
/** Numbered pages go this deep; further on one row leads to the next ones, which costs the same at any depth. */
export const NUMBERED_ROWS = 10_000
/** Counting stops here: nobody reads the difference, and Postgres would read every row. */
export const COUNTED_ROWS = 10_000
const MOST_WORDS = 5

/** What an address asks of a list. Whatever is not a choice of the screen's own is ignored. */
export interface Ask {
  q: string
  sort: string
  page: number
  /** Rows after this one; used beyond the numbered pages. */
  after: string | null
  filters: Record<string, string>
}

const keyField = z.string().min(1).max(100).regex(/^[\w-]+$/)

export function readAsk(screen: AnyScreen, query: Record<string, unknown>): Ask {
  const sorts = Object.keys(screen.sorts).flatMap((key) => [key, `-${key}`])
  const sort = z.enum(sorts as [string, ...string[]]).catch(screen.order).parse(query.sort)
  const q = screen.search === undefined ? '' : z.string().trim().max(200).regex(/^[^\u0000]*$/).catch('').parse(query.q)
  const page = z.coerce.number().int().min(1).max(NUMBERED_ROWS / PER_PAGE).catch(1).parse(query.page)
  const filters = (screen.filters ?? []).flatMap((filter) => {
    const value = keyField.safeParse(query[filter.key])
    if (!value.success) return []
    const known = 'options' in filter ? filter.options.some((option) => option.value === value.data) : z.uuid().safeParse(value.data).success
    return known ? [[filter.key, value.data] as const] : []
  })
  return { q, sort, page, after: keyField.catch('').parse(query.after) || null, filters: Object.fromEntries(filters) }
}

/** The one address of what is asked; `page` and `after` start anew unless given. */
export function askHref(screen: AnyScreen, ask: Ask, change: { sort?: string; page?: number; after?: string; csv?: boolean } = {}): string {
  const sort = change.sort ?? ask.sort
  const page = change.page ?? 1
  return address(`/admin/${screen.path}${change.csv ? '.csv' : ''}`, {
    q: ask.q,
    ...ask.filters,
    sort: sort === screen.order ? null : sort,
    page: page === 1 ? null : page,
    after: change.after ?? null,
  })
}

export const isNarrowed = (ask: Ask): boolean => ask.q !== '' || Object.keys(ask.filters).length > 0

/** The condition that search words and filters make together, under the screen's own. */
export function askWhere(screen: AnyScreen, ask: Ask): object {
  const { search } = screen
  const words = search === undefined ? [] : ask.q.split(/\s+/).filter((word) => word !== '').slice(0, MOST_WORDS)
  const searched = search === undefined ? [] : words.map((word) => search(word))
  const filtered = (screen.filters ?? []).flatMap((filter) => {
    const value = ask.filters[filter.key]
    if (value === undefined) return []
    if ('from' in filter) return [filter.where(value)]
    return filter.options.filter((option) => option.value === value).map((option) => option.where)
  })
  return { AND: [screen.where ?? {}, ...searched, ...filtered] }
}

interface Order {
  by: string
  down: boolean
}

export function readOrder(screen: AnyScreen, sort: string): Order {
  const down = sort.startsWith('-')
  return { by: screen.sorts[down ? sort.slice(1) : sort]?.by ?? screen.id, down }
}

/** Ties are broken by the id the other way round, as the schema's indexes are. */
export function orderBy(screen: AnyScreen, { by, down }: Order): object[] {
  const first = { [by]: down ? 'desc' : 'asc' }
  return by === screen.id ? [first] : [first, { [screen.id]: down ? 'asc' : 'desc' }]
}

/** Rows that stand after the given one. The outer bound alone lets Postgres begin at the right place of its index. */
export function rowsAfter(screen: AnyScreen, { by, down }: Order, last: AnyRow): object {
  const further = down ? 'lt' : 'gt'
  if (by === screen.id) return { [by]: { [further]: last[by] } }
  const value = last[by]
  return {
    [by]: { [`${further}e`]: value },
    OR: [{ [by]: { [further]: value } }, { [by]: value, [screen.id]: { [down ? 'gt' : 'lt']: last[screen.id] } }],
  }
}

/** A word as Prisma's `contains` takes it: % and _ mean themselves. */
export const containing = (word: string) => ({ contains: word.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const })

export const isUuid = (text: string): boolean => z.uuid().safeParse(text).success
