/**
 * The one place that decides access. A fragment of SQL, true when a live entitlement of the account opens the
 * document: by name (a lesson through its course), or "everything marked members". Judged by the database's clock.
 * The arguments are SQL expressions of the caller's own query, never anybody's input.
 */
export const entitled = (expression: { account: string; document: string; course: string; access: string }): string => `EXISTS (
    SELECT 1 FROM entitlement e
    WHERE e.account_id = ${expression.account}
      AND e.starts_at <= now() AND (e.ends_at IS NULL OR e.ends_at > now())
      AND (e.document_id IN (${expression.document}, ${expression.course})
        OR (e.document_id IS NULL AND ${expression.access} = 'members')))`
