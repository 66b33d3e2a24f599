import type { Heading } from '../markdown/render.ts'
import type { Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'

export interface PlainDocument {
  id: string
  path: string
  title: string
  summary: string
  excerpt: string
  updatedAt: Date
  canonicalUrl: string | null
  cardRevisionId: string | null
  html: string
  outline: Heading[]
}

export async function findPage(sql: Sql, path: string): Promise<PlainDocument> {
  const rows = await sql.rows<PlainDocument>('page', PAGE, [path])
  return found(rows[0], 'page')
}

const PAGE = `
  SELECT d.id, d.path, d.title, d.summary, r.excerpt, d.updated_at AS "updatedAt", d.canonical_url AS "canonicalUrl",
    d.card_revision_id AS "cardRevisionId", r.html, r.outline
  FROM document d JOIN revision r ON r.id = d.published_revision_id
  WHERE d.path = $1 AND d.kind = 'page' AND d.state = 'published'`
