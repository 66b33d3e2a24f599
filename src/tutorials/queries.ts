import { entitled } from '../access/sql.ts'
import { OFFERS, type Offer } from '../billing/offer.ts'
import type { ListedTutorial } from '../content/cards.ts'
import type { Access, Level } from '../content/document.ts'
import { BYLINES, CARD, COMPLETED, COVER, TOPICS } from '../content/sql.ts'
import type { Heading } from '../markdown/render.ts'
import type { ShownAsset } from '../media/media.ts'
import type { Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'
import { PER_PAGE, type ListQuery, type Sort } from './tutorial.ts'

export interface Tutorial {
  id: string
  path: string
  title: string
  summary: string
  minutes: number
  level: Level | null
  access: Access
  publishedAt: Date
  updatedAt: Date
  canonicalUrl: string | null
  cardRevisionId: string | null
  html: string
  excerpt: string
  outline: Heading[]
  coverAlt: string
  cover: ShownAsset | null
  authors: { name: string; slug: string; headline: string }[]
  topics: { name: string; slug: string }[]
  completed: boolean
  entitled: boolean
  offers: Offer[]
}

/** A published tutorial as this viewer finds it: one prepared statement, since it is what people come for. */
export async function findTutorial(sql: Sql, path: string, accountId: string | null): Promise<Tutorial> {
  const rows = await sql.rows<Tutorial>('tutorial', TUTORIAL, [accountId, path])
  return found(rows[0], 'tutorial')
}

const TUTORIAL = `
  SELECT d.id, d.path, d.title, d.summary, d.minutes, d.level, d.access, d.published_at AS "publishedAt", d.updated_at AS "updatedAt",
    d.canonical_url AS "canonicalUrl", d.card_revision_id AS "cardRevisionId", r.html, r.excerpt, r.outline, d.cover_alt AS "coverAlt", ${COVER} AS cover, ${TOPICS} AS topics,
    ${BYLINES} AS authors,
    ${COMPLETED} AS completed,
    ${entitled({ account: '$1::uuid', document: 'd.id', course: 'd.id', access: 'd.access' })} AS entitled,
    CASE WHEN d.access = 'free' THEN '[]' ELSE ${OFFERS} END AS offers
  FROM document d JOIN revision r ON r.id = d.published_revision_id
  WHERE d.path = $2 AND d.kind = 'tutorial' AND d.state = 'published'`

const ORDERS: Record<Sort, string> = {
  newest: 'd.published_at DESC, d.id DESC',
  updated: 'd.updated_at DESC, d.id DESC',
  shortest: 'd.minutes, d.published_at DESC, d.id DESC',
  title: 'd.title, d.id',
}

/** One page of published tutorials, and how many there are in all (0 on a page past the end). */
export async function listTutorials(sql: Sql, query: ListQuery, accountId: string | null): Promise<{ tutorials: ListedTutorial[]; total: number }> {
  const tutorials = await sql.rows<ListedTutorial & { total: number }>(`tutorials-${query.sort}`, listSql(ORDERS[query.sort]), [
    accountId, query.topic, query.level, query.author, PER_PAGE, (query.page - 1) * PER_PAGE,
  ])
  return { tutorials, total: tutorials[0]?.total ?? 0 }
}

const PUBLISHED = `d.kind = 'tutorial' AND d.state = 'published'`
const ON_TOPIC = `($2::text IS NULL OR EXISTS (
    SELECT 1 FROM document_topic dt JOIN topic t ON t.id = dt.topic_id WHERE dt.document_id = d.id AND t.slug = $2))`
const AT_LEVEL = `($3::text IS NULL OR d.level = $3::level)`
const BY_AUTHOR = `($4::text IS NULL OR EXISTS (
    SELECT 1 FROM document_author da JOIN author a ON a.id = da.author_id WHERE da.document_id = d.id AND a.slug = $4))`

/** The page's rows are chosen first, so that covers, authors and ticks are looked up for these alone. */
const listSql = (order: string): string => `
  WITH wanted AS (
    SELECT d.id, count(*) OVER ()::int AS total FROM document d
    WHERE ${PUBLISHED} AND ${ON_TOPIC} AND ${AT_LEVEL} AND ${BY_AUTHOR} ORDER BY ${order} LIMIT $5 OFFSET $6)
  SELECT ${CARD}, ${COMPLETED} AS completed, wanted.total FROM wanted JOIN document d ON d.id = wanted.id ORDER BY ${order}`

export interface Facet {
  kind: 'topic' | 'level' | 'author'
  value: string
  text: string
  count: number
}

/** How many tutorials each topic, level and author would leave, given the other filters: the counts beside them. */
export async function listFacets(sql: Sql, query: Pick<ListQuery, 'topic' | 'level' | 'author'>): Promise<Facet[]> {
  return sql.rows<Facet>('tutorial-facets', FACETS, [null, query.topic, query.level, query.author])
}

/** The conditions above number their parameters for `listSql`, whose first is the viewer; Postgres wants each to be used. */
const FACETS = `
  SELECT 'topic' AS kind, t.slug AS value, t.name AS text, count(*) FILTER (WHERE ${AT_LEVEL} AND ${BY_AUTHOR})::int AS count, $1::uuid AS viewer
  FROM topic t JOIN document_topic dt ON dt.topic_id = t.id JOIN document d ON d.id = dt.document_id
  WHERE ${PUBLISHED} GROUP BY t.slug, t.name
  UNION ALL
  SELECT 'level', d.level::text, '', count(*) FILTER (WHERE ${ON_TOPIC} AND ${BY_AUTHOR})::int, null FROM document d
  WHERE ${PUBLISHED} AND d.level IS NOT NULL GROUP BY d.level
  UNION ALL
  SELECT 'author', a.slug, a.name, count(*) FILTER (WHERE ${ON_TOPIC} AND ${AT_LEVEL})::int, null
  FROM author a JOIN document_author da ON da.author_id = a.id JOIN document d ON d.id = da.document_id
  WHERE ${PUBLISHED} GROUP BY a.slug, a.name
  ORDER BY 1 DESC, 3, 2`

/** Three more that share most topics, newest first: what to read next. */
export async function listRelated(sql: Sql, tutorialId: string, accountId: string | null): Promise<ListedTutorial[]> {
  return sql.rows<ListedTutorial>('tutorials-related', RELATED, [accountId, tutorialId])
}

const RELATED = `
  WITH near AS (
    SELECT other.document_id AS id, count(*) AS shared FROM document_topic mine JOIN document_topic other ON other.topic_id = mine.topic_id
    WHERE mine.document_id = $2::uuid AND other.document_id <> $2::uuid GROUP BY other.document_id)
  SELECT ${CARD}, ${COMPLETED} AS completed FROM near JOIN document d ON d.id = near.id
  WHERE d.kind = 'tutorial' AND d.state = 'published'
  ORDER BY near.shared DESC, d.published_at DESC, d.id DESC LIMIT 3`

/** What the owner recommends to begin with, newest first. */
export async function listFeatured(sql: Sql, accountId: string | null): Promise<ListedTutorial[]> {
  return sql.rows<ListedTutorial>('tutorials-featured', FEATURED, [accountId])
}

const FEATURED = `
  SELECT ${CARD}, ${COMPLETED} AS completed FROM document d
  WHERE d.kind = 'tutorial' AND d.state = 'published' AND d.featured
  ORDER BY d.published_at DESC, d.id DESC LIMIT 3`
