import type { Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'

export interface Author {
  id: string
  slug: string
  name: string
  headline: string
  bioHtml: string
}

export async function findAuthor(sql: Sql, slug: string): Promise<Author> {
  const rows = await sql.rows<Author>('author', 'SELECT id, slug, name, headline, bio_html AS "bioHtml" FROM author WHERE slug = $1', [slug])
  return found(rows[0], 'author')
}
