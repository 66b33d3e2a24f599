import type { Access, Kind } from '../content/document.ts'
import { AUTHORS } from '../content/sql.ts'
import type { Sql } from '../platform/db.ts'

export interface FeedEntry {
  id: string
  path: string
  title: string
  summary: string
  access: Access
  html: string
  publishedAt: Date
  updatedAt: Date
  authors: { name: string; slug: string }[]
}

/** The newest tutorials and courses, all of them or of one topic or author. */
export async function listFeedEntries(sql: Sql, filter: { topic: string | null; author: string | null }): Promise<FeedEntry[]> {
  return sql.rows<FeedEntry>('feed', FEED, [filter.topic, filter.author])
}

const FEED = `
  SELECT d.id, d.path, d.title, d.summary, d.access, CASE WHEN d.kind = 'tutorial' AND d.access = 'free' THEN r.html ELSE '' END AS html,
    d.published_at AS "publishedAt", d.updated_at AS "updatedAt", ${AUTHORS} AS authors
  FROM document d JOIN revision r ON r.id = d.published_revision_id
  WHERE d.kind IN ('tutorial', 'course') AND d.state = 'published'
    AND ($1::text IS NULL OR EXISTS (SELECT 1 FROM document_topic dt JOIN topic t ON t.id = dt.topic_id WHERE dt.document_id = d.id AND t.slug = $1))
    AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM document_author da JOIN author a ON a.id = da.author_id WHERE da.document_id = d.id AND a.slug = $2))
  ORDER BY d.published_at DESC, d.id DESC LIMIT 30`

export interface SitemapEntry {
  path: string
  kind: Kind | 'topic' | 'author'
  updatedAt: Date | null
}

/** Every address worth finding: published documents, topics and authors. At most 50,000, as the protocol allows. */
export async function listSitemapEntries(sql: Sql): Promise<SitemapEntry[]> {
  return sql.rows<SitemapEntry>('sitemap', SITEMAP, [])
}

const SITEMAP = `
  SELECT * FROM (
    SELECT d.path, d.kind::text AS kind, d.updated_at AS "updatedAt" FROM document d
      LEFT JOIN lesson l ON l.document_id = d.id LEFT JOIN document c ON c.id = l.course_id
      WHERE d.state = 'published' AND (c.id IS NULL OR c.state = 'published') AND d.canonical_url IS NULL
    UNION ALL
    SELECT '/topics/' || t.slug, 'topic', max(d.updated_at) FROM topic t JOIN document_topic dt ON dt.topic_id = t.id
      JOIN document d ON d.id = dt.document_id AND d.state = 'published' GROUP BY t.slug
    UNION ALL
    SELECT '/authors/' || a.slug, 'author', max(d.updated_at) FROM author a JOIN document_author da ON da.author_id = a.id
      JOIN document d ON d.id = da.document_id AND d.state = 'published' GROUP BY a.slug) entries
  ORDER BY "updatedAt" DESC NULLS LAST, path LIMIT 49990`
