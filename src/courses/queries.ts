import { entitled } from '../access/sql.ts'
import { OFFERS, type Offer } from '../billing/offer.ts'
import type { Access, Level } from '../content/document.ts'
import type { ShownAsset } from '../media/media.ts'
import { AUTHORS, BYLINES, COVER } from '../content/sql.ts'
import type { Heading } from '../markdown/render.ts'
import type { Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'
import { PER_PAGE, type ListQuery, type OutlinedSection, type Sort } from './course.ts'

export interface Teacher {
  name: string
  slug: string
  headline: string
}

export interface Course {
  id: string
  path: string
  title: string
  summary: string
  level: Level | null
  access: Access
  publishedAt: Date
  updatedAt: Date
  canonicalUrl: string | null
  cardRevisionId: string | null
  html: string
  excerpt: string
  coverAlt: string
  cover: ShownAsset | null
  outcomes: string[]
  audience: string[]
  sections: OutlinedSection[]
  authors: Teacher[]
  offers: Offer[]
  entitled: boolean
}

/** Published lessons in their sections; sections without any are left out. `course` is an SQL expression. */
const outlineOf = (course: string): string => `COALESCE((
    SELECT json_agg(json_build_object('id', s.id, 'title', s.title, 'lessons', s.lessons) ORDER BY s.position, s.id)
    FROM (
      SELECT cs.id, cs.title, cs.position, json_agg(json_build_object(
        'id', ld.id, 'path', ld.path, 'title', ld.title, 'minutes', ld.minutes, 'preview', l.preview, 'completed', lc.account_id IS NOT NULL)
        ORDER BY l.position, ld.id) AS lessons
      FROM course_section cs JOIN lesson l ON l.section_id = cs.id JOIN document ld ON ld.id = l.document_id AND ld.state = 'published'
        LEFT JOIN completion lc ON lc.document_id = ld.id AND lc.account_id = $1::uuid
      WHERE cs.course_id = ${course} GROUP BY cs.id) s), '[]')`

/** A published course with its outline, the viewer's ticks and what it costs. */
export async function findCourse(sql: Sql, path: string, accountId: string | null): Promise<Course> {
  const rows = await sql.rows<Course>('course', COURSE, [accountId, path])
  return found(rows[0], 'course')
}

const COURSE = `
  SELECT d.id, d.path, d.title, d.summary, d.level, d.access, d.published_at AS "publishedAt", d.updated_at AS "updatedAt",
    d.canonical_url AS "canonicalUrl", d.card_revision_id AS "cardRevisionId", r.html, r.excerpt, d.cover_alt AS "coverAlt", ${COVER} AS cover,
    c.outcomes, c.audience, ${outlineOf('d.id')} AS sections, ${BYLINES} AS authors,
    CASE WHEN d.access = 'free' THEN '[]' ELSE ${OFFERS} END AS offers,
    ${entitled({ account: '$1::uuid', document: 'd.id', course: 'd.id', access: 'd.access' })} AS entitled
  FROM document d JOIN course c ON c.document_id = d.id JOIN revision r ON r.id = d.published_revision_id
  WHERE d.path = $2 AND d.kind = 'course' AND d.state = 'published'`

export interface Lesson {
  id: string
  path: string
  title: string
  summary: string
  minutes: number
  preview: boolean
  publishedAt: Date
  updatedAt: Date
  canonicalUrl: string | null
  cardRevisionId: string | null
  html: string
  excerpt: string
  outline: Heading[]
  completed: boolean
  entitled: boolean
  course: { id: string; path: string; title: string; access: Access }
  sections: OutlinedSection[]
  offers: Offer[]
}

/** A published lesson of a published course, with the course's outline around it: one prepared statement. */
export async function findLesson(sql: Sql, path: string, accountId: string | null): Promise<Lesson> {
  const rows = await sql.rows<Lesson>('lesson', LESSON, [accountId, path])
  return found(rows[0], 'lesson')
}

const LESSON = `
  SELECT ld.id, ld.path, ld.title, ld.summary, ld.minutes, le.preview, ld.published_at AS "publishedAt", ld.updated_at AS "updatedAt",
    ld.canonical_url AS "canonicalUrl", ld.card_revision_id AS "cardRevisionId", r.html, r.excerpt, r.outline,
    EXISTS (SELECT 1 FROM completion c WHERE c.account_id = $1::uuid AND c.document_id = ld.id) AS completed,
    ${entitled({ account: '$1::uuid', document: 'ld.id', course: 'd.id', access: 'd.access' })} AS entitled,
    json_build_object('id', d.id, 'path', d.path, 'title', d.title, 'access', d.access) AS course,
    ${outlineOf('d.id')} AS sections,
    CASE WHEN d.access = 'free' THEN '[]' ELSE ${OFFERS} END AS offers
  FROM document ld JOIN lesson le ON le.document_id = ld.id JOIN document d ON d.id = le.course_id
    JOIN revision r ON r.id = ld.published_revision_id
  WHERE ld.path = $2 AND ld.state = 'published' AND d.state = 'published'`

export interface ListedCourse {
  id: string
  path: string
  title: string
  summary: string
  level: Level | null
  access: Access
  coverAlt: string
  cover: ShownAsset | null
  authors: { name: string; slug: string }[]
  lessons: number
  minutes: number
  done: number
  entitled: boolean
  offers: Offer[]
}

const ORDERS: Record<Sort, string> = {
  newest: 'published_at DESC, id DESC',
  title: 'title, id',
  shortest: 'minutes, id',
}

const LISTED = `
  SELECT d.id, d.path, d.title, d.summary, d.level, d.access, d.published_at, d.cover_alt AS "coverAlt", ${COVER} AS cover, ${AUTHORS} AS authors,
    size.lessons, size.minutes, size.done,
    ${entitled({ account: '$1::uuid', document: 'd.id', course: 'd.id', access: 'd.access' })} AS entitled,
    CASE WHEN d.access = 'free' THEN '[]' ELSE ${OFFERS} END AS offers
  FROM document d CROSS JOIN LATERAL (
    SELECT count(*)::int AS lessons, COALESCE(sum(ld.minutes), 0)::int AS minutes, count(c.account_id)::int AS done
    FROM lesson l JOIN document ld ON ld.id = l.document_id AND ld.state = 'published'
      LEFT JOIN completion c ON c.document_id = ld.id AND c.account_id = $1::uuid
    WHERE l.course_id = d.id) size`

const PUBLISHED = `d.kind = 'course' AND d.state = 'published'`
const ON_TOPIC = `($2::text IS NULL OR EXISTS (
    SELECT 1 FROM document_topic dt JOIN topic t ON t.id = dt.topic_id WHERE dt.document_id = d.id AND t.slug = $2))`
const AT_LEVEL = `($3::text IS NULL OR d.level = $3::level)`
const AT_PRICE = `($4::text IS NULL OR d.access = $4::access)`

/** One page of published courses, and how many there are in all (0 on a page past the end). */
export async function listCourses(sql: Sql, query: ListQuery, accountId: string | null): Promise<{ courses: ListedCourse[]; total: number }> {
  const courses = await sql.rows<ListedCourse & { total: number }>(`courses-${query.sort}`, listSql(ORDERS[query.sort]), [
    accountId, query.topic, query.level, query.access, PER_PAGE, (query.page - 1) * PER_PAGE,
  ])
  return { courses, total: courses[0]?.total ?? 0 }
}

const listSql = (order: string): string => `
  SELECT listed.*, count(*) OVER ()::int AS total FROM (${LISTED} WHERE ${PUBLISHED} AND ${ON_TOPIC} AND ${AT_LEVEL} AND ${AT_PRICE}) listed
  ORDER BY ${order} LIMIT $5 OFFSET $6`

/** An author's courses, newest first. */
export async function listCoursesBy(sql: Sql, authorSlug: string, accountId: string | null): Promise<ListedCourse[]> {
  return sql.rows<ListedCourse>('courses-by', BY_AUTHOR, [accountId, authorSlug])
}

const BY_AUTHOR = `${LISTED}
  WHERE d.kind = 'course' AND d.state = 'published'
    AND EXISTS (SELECT 1 FROM document_author da JOIN author a ON a.id = da.author_id WHERE da.document_id = d.id AND a.slug = $2)
  ORDER BY d.published_at DESC, d.id DESC LIMIT 50`

/** Courses that somebody has begun, owns or finished, the last one touched first. */
export async function listMyCourses(sql: Sql, accountId: string): Promise<ListedCourse[]> {
  return sql.rows<ListedCourse>('courses-mine', MINE, [accountId])
}

const MINE = `
  WITH touched AS (
    SELECT l.course_id AS id, max(c.completed_at) AS at FROM completion c JOIN lesson l ON l.document_id = c.document_id
    WHERE c.account_id = $1::uuid GROUP BY l.course_id
    UNION ALL
    SELECT e.document_id, max(e.created_at) FROM entitlement e
    WHERE e.account_id = $1::uuid AND e.document_id IS NOT NULL AND e.starts_at <= now() AND (e.ends_at IS NULL OR e.ends_at > now()) GROUP BY e.document_id)
  ${LISTED} JOIN (SELECT id, max(at) AS at FROM touched GROUP BY id) mine ON mine.id = d.id
  WHERE d.kind = 'course' AND d.state = 'published' ORDER BY mine.at DESC LIMIT 100`

export interface Facet {
  kind: 'topic' | 'level' | 'access'
  value: string
  text: string
  count: number
}

/** How many courses each topic, level and price would leave, given the other filters: the counts beside them. */
export async function listFacets(sql: Sql, query: Pick<ListQuery, 'topic' | 'level' | 'access'>): Promise<Facet[]> {
  return sql.rows<Facet>('course-facets', FACETS, [null, query.topic, query.level, query.access])
}

/** The conditions number their parameters for the list, whose first is the viewer; Postgres wants each to be used. */
const FACETS = `
  SELECT 'topic' AS kind, t.slug AS value, t.name AS text, count(*) FILTER (WHERE ${AT_LEVEL} AND ${AT_PRICE})::int AS count, $1::uuid AS viewer
  FROM topic t JOIN document_topic dt ON dt.topic_id = t.id JOIN document d ON d.id = dt.document_id
  WHERE ${PUBLISHED} GROUP BY t.slug, t.name
  UNION ALL
  SELECT 'level', d.level::text, '', count(*) FILTER (WHERE ${ON_TOPIC} AND ${AT_PRICE})::int, null FROM document d
  WHERE ${PUBLISHED} AND d.level IS NOT NULL GROUP BY d.level
  UNION ALL
  SELECT 'access', d.access::text, '', count(*) FILTER (WHERE ${ON_TOPIC} AND ${AT_LEVEL})::int, null FROM document d
  WHERE ${PUBLISHED} GROUP BY d.access
  ORDER BY 1, 3, 2`
