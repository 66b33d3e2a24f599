import type { Action, PriceBox } from '../platform/shapes.ts'
import { moneyText } from '../platform/words.ts'

/** What a document can be had for: an active price of an active product that opens it. */
export interface Offer {
  priceId: string
  productName: string
  /** Minor units; a string as it comes out of JSON. */
  amount: string
  currency: string
  interval: 'month' | 'year' | null
}

/** The fragment of SQL that lists a document's offers, cheapest first. `d` is the document's alias. */
export const OFFERS = `COALESCE((
    SELECT json_agg(json_build_object('priceId', p.id, 'productName', pr.name, 'amount', p.amount::text, 'currency', p.currency, 'interval', p.interval) ORDER BY p.amount)
    FROM product_grant g JOIN product pr ON pr.id = g.product_id AND pr.state = 'active'
      JOIN price p ON p.product_id = pr.id AND p.active
    WHERE g.document_id = d.id OR (g.document_id IS NULL AND d.access = 'members')), '[]')`

export const offerPrice = (offer: Offer): string => moneyText(BigInt(offer.amount), offer.currency)

const PERIODS = { month: 'per month', year: 'per year' } as const

export const buyAction = (offer: Offer, label: string): Action => ({ label, href: `/checkout?price=${offer.priceId}`, method: 'get', fields: [] })

/** The box that says what a thing costs and takes one to the order. */
export function offerBox(offer: Offer, options: { title: string; label: string; points: string[] }): PriceBox {
  return {
    title: options.title,
    price: offerPrice(offer),
    per: offer.interval === null ? 'once' : PERIODS[offer.interval],
    was: null,
    note: 'Taxes are worked out at checkout.',
    points: options.points,
    primary: buyAction(offer, options.label),
    secondary: null,
    featured: true,
  }
}
