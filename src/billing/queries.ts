import type { Prisma } from '#prisma'
import type { Reader, Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'
import type { Offer } from './offer.ts'

/** A price that can be bought now, and what it opens: all of it published. */
export interface Sale extends Offer {
  productId: string
  providerPriceId: string | null
  documents: { title: string; path: string }[]
  /** The viewer has all of it already. */
  owned: boolean
}

/** Null when this price is not on sale, or not any more. */
export async function findSale(sql: Sql, priceId: string, accountId: string): Promise<Sale | null> {
  const rows = await sql.rows<Sale>('sale', SALE, [accountId, priceId])
  return rows[0] ?? null
}

const SALE = `
  SELECT p.id AS "priceId", p.provider_price_id AS "providerPriceId", p.amount::text AS amount, p.currency, p.interval,
    pr.id AS "productId", pr.name AS "productName",
    COALESCE((SELECT json_agg(json_build_object('title', d.title, 'path', d.path) ORDER BY d.title)
      FROM product_grant g JOIN document d ON d.id = g.document_id WHERE g.product_id = pr.id), '[]') AS documents,
    NOT EXISTS (
      SELECT 1 FROM product_grant g WHERE g.product_id = pr.id AND NOT EXISTS (
        SELECT 1 FROM entitlement e WHERE e.account_id = $1::uuid AND e.starts_at <= now() AND (e.ends_at IS NULL OR e.ends_at > now())
          AND e.document_id IS NOT DISTINCT FROM g.document_id)) AS owned
  FROM price p JOIN product pr ON pr.id = p.product_id
  WHERE p.id = $2::uuid AND p.active AND pr.state = 'active' AND EXISTS (SELECT 1 FROM product_grant g WHERE g.product_id = pr.id)
    AND NOT EXISTS (SELECT 1 FROM product_grant g JOIN document d ON d.id = g.document_id WHERE g.product_id = pr.id AND d.state <> 'published')`

const orderFields = {
  id: true, state: true, createdAt: true, completedAt: true, currency: true, total: true, refunded: true, providerTransactionId: true,
  items: {
    select: { price: { select: { id: true, product: { select: { name: true, grants: { select: { document: { select: { title: true, path: true, state: true } } } } } } } } },
  },
} satisfies Prisma.OrderSelect

export type PlacedOrder = Prisma.OrderGetPayload<{ select: typeof orderFields }>

/** One of this person's orders; nobody else's exists for them. */
export async function findOrder(db: Reader, id: string, accountId: string): Promise<PlacedOrder> {
  return found(await db.order.findFirst({ where: { id, accountId }, select: orderFields }), 'order')
}

/** Where an order leads: what was bought and can be read now. */
export const openedBy = (order: PlacedOrder): { title: string; path: string }[] => order.items.flatMap(documentsOf)

export const documentsOf = (item: PlacedOrder['items'][number]): { title: string; path: string }[] =>
  item.price.product.grants.flatMap(({ document }) => (document?.state === 'published' ? [document] : []))

export const ORDERS_PER_PAGE = 20

/** What somebody bought, newest first. Orders that were never paid are left out. */
export async function listOrders(db: Reader, accountId: string, page: number): Promise<{ orders: PlacedOrder[]; total: number }> {
  const where = { accountId, state: { in: ['paid', 'completed'] } } satisfies Prisma.OrderWhereInput
  const [orders, total] = await Promise.all([
    db.order.findMany({ where, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], skip: (page - 1) * ORDERS_PER_PAGE, take: ORDERS_PER_PAGE, select: orderFields }),
    db.order.count({ where }),
  ])
  return { orders, total }
}

/** Prices that open everything marked "members", cheapest first. */
export async function listMemberships(sql: Sql): Promise<Offer[]> {
  return sql.rows<Offer>('memberships', MEMBERSHIPS, [])
}

const MEMBERSHIPS = `
  SELECT p.id AS "priceId", pr.name AS "productName", p.amount::text AS amount, p.currency, p.interval
  FROM product pr JOIN price p ON p.product_id = pr.id AND p.active
  WHERE pr.state = 'active' AND EXISTS (SELECT 1 FROM product_grant g WHERE g.product_id = pr.id AND g.document_id IS NULL)
  ORDER BY p.amount`

/** Does "everything marked members" stand open to this account? */
export async function isMember(sql: Sql, accountId: string): Promise<boolean> {
  const rows = await sql.rows<{ member: boolean }>('is-member', MEMBER, [accountId])
  return rows[0]?.member === true
}

const MEMBER = `
  SELECT EXISTS (SELECT 1 FROM entitlement e
    WHERE e.account_id = $1::uuid AND e.document_id IS NULL AND e.starts_at <= now() AND (e.ends_at IS NULL OR e.ends_at > now())) AS member`
