import { entitled } from '../access/sql.ts'
import type { Access, Kind, Level } from '../content/document.ts'
import type { Sql } from '../platform/db.ts'
import { HIT_END, HIT_START, PER_PAGE, splitWords, type SearchQuery } from './search.ts'

export interface Hit {
  id: string
  path: string
  kind: Kind
  title: string
  level: Level | null
  minutes: number
  courseTitle: string | null
  /** Where in the document: null for its beginning, and always for what the viewer may not read. */
  anchor: string | null
  heading: string | null
  /** Text with the found words marked; of what is locked only the summary. */
  snippet: string
  locked: boolean
  /** Of the document, a lesson's through its course. */
  access: Access
}

export interface Found {
  hits: Hit[]
  total: number
  kinds: Partial<Record<Kind, number>>
}

/**
 * Sections that match, folded into one hit per document at its best section. Snippets are made for one page of hits
 * only: they cost more than the search.
 */
export async function searchDocuments(sql: Sql, query: SearchQuery, accountId: string | null): Promise<Found> {
  const { wanted, unwanted } = splitWords(query.q)
  const filter = [accountId, wanted, unwanted, query.topic, query.level]
  const [hits, counts] = await Promise.all([
    sql.rows<Hit>(`search-${query.sort}`, hitsSql(ORDERS[query.sort]), [...filter, query.kind, PER_PAGE, (query.page - 1) * PER_PAGE]),
    sql.rows<{ kind: Kind; count: number }>('search-kinds', KINDS_SQL, filter),
  ])
  const kinds = Object.fromEntries(counts.map(({ kind, count }) => [kind, count]))
  const total = query.kind === null ? counts.reduce((sum, { count }) => sum + count, 0) : (kinds[query.kind] ?? 0)
  return { hits, total, kinds }
}

const ORDERS: Record<SearchQuery['sort'], string> = {
  relevance: 'rank DESC, d.published_at DESC, d.id',
  newest: 'd.published_at DESC, d.id',
}

/** Words in any form (english), or exactly as written (simple), which is how code is kept. */
const ASKED = `asked AS (
    SELECT websearch_to_tsquery('english', $2) || websearch_to_tsquery('simple', $2) AS words,
      websearch_to_tsquery('english', $3) || websearch_to_tsquery('simple', $3) AS unwanted)`

/** A word that is not wanted rules out the whole document, wherever in it the word stands. */
const VISIBLE = `d.state = 'published' AND (c.id IS NULL OR c.state = 'published')
    AND ($3 = '' OR NOT EXISTS (SELECT 1 FROM search_section other WHERE other.document_id = d.id AND other.vector @@ asked.unwanted))
    AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM document_topic dt JOIN topic t ON t.id = dt.topic_id WHERE dt.document_id IN (d.id, c.id) AND t.slug = $4))
    AND ($5::text IS NULL OR COALESCE(d.level, c.level) = $5::level)`

const WITH_COURSE = `LEFT JOIN lesson l ON l.document_id = d.id LEFT JOIN document c ON c.id = l.course_id`

const hitsSql = (order: string): string => `
  WITH ${ASKED},
  best AS (
    SELECT DISTINCT ON (s.document_id) s.document_id, s.id AS section_id,
      max(ts_rank_cd(s.vector, asked.words, 32) * CASE WHEN s.position = 0 THEN 2 ELSE 1 END) OVER (PARTITION BY s.document_id) AS rank
    FROM search_section s, asked WHERE s.vector @@ asked.words
    ORDER BY s.document_id, ts_rank_cd(s.vector, asked.words, 32) DESC, s.position),
  shown AS (
    SELECT d.id, best.section_id, best.rank, c.title AS course_title, COALESCE(c.access, d.access) AS access,
      NOT (COALESCE(c.access, d.access) = 'free' OR COALESCE(l.preview, false) OR d.kind = 'course'
        OR ${entitled({ account: '$1::uuid', document: 'd.id', course: 'c.id', access: 'COALESCE(c.access, d.access)' })}) AS locked
    FROM best CROSS JOIN asked JOIN document d ON d.id = best.document_id ${WITH_COURSE}
    WHERE ${VISIBLE} AND ($6::text IS NULL OR d.kind = $6::document_kind)
    ORDER BY ${order} LIMIT $7 OFFSET $8)
  SELECT d.id, d.path, d.kind, d.title, d.level, d.minutes, shown.course_title AS "courseTitle", shown.locked, shown.access,
    CASE WHEN shown.locked OR s.position = 0 THEN NULL ELSE s.anchor END AS anchor,
    CASE WHEN shown.locked OR s.position = 0 THEN NULL ELSE s.heading END AS heading,
    CASE WHEN starts_with(whole.text, left(plain.text, 40)) THEN '' ELSE '… ' END || marked.text || CASE WHEN right(whole.text, 40) = right(plain.text, 40) THEN '' ELSE ' …' END AS snippet
  FROM shown JOIN document d ON d.id = shown.id JOIN search_section s ON s.id = shown.section_id CROSS JOIN asked
    CROSS JOIN LATERAL (SELECT btrim(CASE WHEN shown.locked THEN d.summary WHEN s.text = '' THEN left(s.code, 2000) ELSE left(s.text, 20000) END)) whole (text)
    CROSS JOIN LATERAL (SELECT ts_headline('english', whole.text, asked.words, 'StartSel=${HIT_START}, StopSel=${HIT_END}, ' ||
      CASE WHEN length(whole.text) <= 240 THEN 'HighlightAll=true' ELSE 'MaxWords=32, MinWords=16, MaxFragments=1' END)) marked (text)
    CROSS JOIN LATERAL (SELECT btrim(translate(marked.text, '${HIT_START}${HIT_END}', ''))) plain (text)
  ORDER BY ${order.replaceAll('rank', 'shown.rank')}`

const KINDS_SQL = `
  WITH ${ASKED}
  SELECT d.kind, count(DISTINCT d.id)::int AS count, $1::uuid AS viewer
  FROM search_section s JOIN asked ON s.vector @@ asked.words JOIN document d ON d.id = s.document_id ${WITH_COURSE}
  WHERE ${VISIBLE} GROUP BY d.kind`
