import type { Sql } from '../platform/db.ts'

/** Where an old address leads now: to a published document's path, or nowhere (`path` null: gone for good). */
export async function findRedirect(sql: Sql, path: string): Promise<{ path: string | null } | null> {
  const rows = await sql.rows<{ path: string | null }>('redirect', REDIRECT, [path])
  return rows[0] ?? null
}

/** A document that is a draft again is not gone: its old addresses are as empty as its new one. */
const REDIRECT = `
  SELECT d.path FROM redirect r LEFT JOIN document d ON d.id = r.document_id
  WHERE r.from_path = $1 AND (r.document_id IS NULL OR d.state = 'published')`
