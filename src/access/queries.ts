import type { Reader } from '../platform/db.ts'

export interface Right {
  id: string
  documentId: string | null
  title: string | null
  source: string
  reason: string
  startsAt: Date
  endsAt: Date | null
  live: boolean
}

/** Every right an account has or had, newest first: what support reads to a learner who cannot open something. */
export async function listRights(db: Reader, accountId: string): Promise<Right[]> {
  return db.$queryRaw<Right[]>`
    SELECT e.id, e.document_id AS "documentId", d.title, e.source::text, e.reason,
      e.starts_at AS "startsAt", e.ends_at AS "endsAt",
      (e.starts_at <= now() AND (e.ends_at IS NULL OR e.ends_at > now())) AS live
    FROM entitlement e LEFT JOIN document d ON d.id = e.document_id
    WHERE e.account_id = ${accountId}::uuid
    ORDER BY e.created_at DESC, e.id DESC`
}
