import type { Tx } from '../platform/db.ts'

export interface SoldItem {
  /** Our order item. */
  id: string
  product: { id: string; name: string }
  /** When it was given back; null while it stands. */
  endedAt: Date | null
  /** What is paid for a time ends with it; null: for ever. */
  paidUntil: Date | null
}

/**
 * One right per item and thing that its product opened when it was first seen as bought; ended where the item was given
 * back, open again where that was undone. What the product opens later changes nobody's purchase.
 */
export async function grantItems(tx: Tx, accountId: string, items: readonly SoldItem[]): Promise<void> {
  for (const { id, product, endedAt, paidUntil } of items) {
    await tx.$executeRaw`
      INSERT INTO entitlement (id, account_id, document_id, source, source_id, reason, starts_at)
      SELECT gen_random_uuid(), ${accountId}::uuid, g.document_id, 'purchase', ${id}, ${`Bought: ${product.name}`}, now()
      FROM product_grant g
      WHERE g.product_id = ${product.id}::uuid
        AND NOT EXISTS (SELECT 1 FROM entitlement e WHERE e.source = 'purchase' AND e.source_id = ${id})
      ON CONFLICT (source, source_id, account_id, document_id) DO NOTHING`
    // Rights are judged by the database's clock: an end that Paddle dates in our future has come now.
    await tx.$executeRaw`
      UPDATE entitlement SET ends_at = CASE
        WHEN ${at(endedAt)}::timestamptz IS NOT NULL THEN GREATEST(starts_at, LEAST(${at(endedAt)}::timestamptz, ${at(paidUntil)}::timestamptz, now()))
        WHEN ${at(paidUntil)}::timestamptz IS NOT NULL THEN GREATEST(starts_at, ${at(paidUntil)}::timestamptz)
      END
      WHERE source = 'purchase' AND source_id = ${id}`
  }
}

/** As text with its zone: a bare date would be read in the session's. */
const at = (moment: Date | null): string | null => moment?.toISOString() ?? null
