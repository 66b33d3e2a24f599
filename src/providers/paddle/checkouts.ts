import type { CurrencyCode } from '@paddle/paddle-node-sdk'
import { Invalid } from '../../platform/errors.ts'
import { after, MINUTE } from '../../platform/clock.ts'
import type { CheckoutDoor, CheckoutInput, Payments, ReturnUrls, Transaction, TransactionFilter } from '../../ports/payments.ts'
import { addressIn } from './addresses.ts'
import { readInvoiceUrl, readTransaction } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { discountByCode } from './discounts.ts'
import { linkOrNull } from './link-or-null.ts'
import { isPaddles, type PaddleConfig } from './config.ts'
import { understood } from './understood.ts'

/** How far the provider's clock and ours may differ when we look for what we may have created. */
const SKEW = 5 * MINUTE
const include: ['address'] = ['address']

type Checkouts = Pick<
  Payments, 'createCheckout' | 'createCardCheckout' | 'openCheckout' | 'cancelCheckout' | 'findTransaction' | 'listTransactions' | 'findInvoiceLink'
>

export function checkouts(api: Api, config: PaddleConfig): Checkouts {
  const openCheckout = (transactionId: string, back: ReturnUrls): CheckoutDoor => door(config, transactionId, back)

  async function findTransaction(transactionId: string): Promise<Transaction> {
    const { data } = await api.read((sdk) => sdk.transactions.get(transactionId, { include }))
    return understood(readTransaction, data)
  }

  async function listTransactions({ limit = 1000, ...filter }: TransactionFilter): Promise<Transaction[]> {
    const { rows } = await api.list((sdk) => sdk.transactions.list({ ...query(filter), include, orderBy: 'id[ASC]' }), limit)
    return rows.map((row) => understood(readTransaction, row))
  }

  /** The newest open transaction with our reference that was made since. */
  async function findEarlier({ reference, customerId }: CheckoutInput, since: Date): Promise<Transaction | null> {
    const made = await listTransactions({ createdSince: after(since, -SKEW), ...(customerId !== null && { customerId }) })
    return made.findLast((one) => one.reference === reference && one.state !== 'canceled') ?? null
  }

  async function discountOf({ discountId, discountCode }: CheckoutInput): Promise<string | null> {
    if (!discountCode) return discountId ?? null
    if (discountId) throw new Invalid('A checkout takes one discount.')
    const known = await discountByCode(api, discountCode)
    if (known === null) throw new Invalid('There is no such discount code.')
    return known.discountId
  }

  async function create(order: CheckoutInput): Promise<Transaction> {
    const begun = config.clock.now()
    const discountId = await discountOf(order)
    const addressId = order.customerId && order.countryCode ? await addressIn(api, order.customerId, order.countryCode) : null
    try {
      const { data } = await api.write((sdk) => sdk.transactions.create({
        items: order.items, customerId: order.customerId, customData: { reference: order.reference },
        ...(discountId !== null && { discountId }), ...(addressId !== null && { addressId }),
        ...(order.currency !== null && { currencyCode: order.currency as CurrencyCode }),
      }))
      return understood(readTransaction, data)
    } catch (error) {
      return lookAfterUnknown(error, () => findEarlier(order, begun))
    }
  }

  return {
    openCheckout,
    findTransaction,
    listTransactions,

    async createCheckout(order) {
      const earlier = order.triedAt === null ? null : await findEarlier(order, order.triedAt)
      const transaction = earlier ?? await create(order)
      return { transactionId: transaction.transactionId, transaction, door: door(config, transaction.transactionId, order.back, order.countryCode ?? null) }
    },

    async createCardCheckout(subscriptionId, back) {
      const { data } = await api.read((sdk) => sdk.subscriptions.getPaymentMethodChangeTransaction(subscriptionId))
      const transaction = understood(readTransaction, data)
      return { transactionId: transaction.transactionId, transaction, door: openCheckout(transaction.transactionId, back) }
    },

    async cancelCheckout(transactionId) {
      try {
        const { data } = await api.write((sdk) => sdk.transactions.update(transactionId, { status: 'canceled' }))
        return understood(readTransaction, data)
      } catch (error) {
        return lookAfterUnknown(error, async () => {
          const now = await findTransaction(transactionId)
          return now.state === 'canceled' ? now : null
        })
      }
    },

    findInvoiceLink: (transactionId) => linkOrNull(async () => {
      const { data } = await api.read((sdk) => sdk.transactions.getInvoicePDF(transactionId))
      return understood(readInvoiceUrl, data)
    }),
  }
}

/** Paddle's own checkout opens over our page; a stand-in has a page of its own. */
function door(
  { environment, clientToken, pagesUrl }: PaddleConfig, transactionId: string, { successUrl, closeUrl }: ReturnUrls, countryCode: string | null = null,
): CheckoutDoor {
  if (isPaddles(environment)) return { kind: 'overlay', clientToken: clientToken ?? '', environment, ...(countryCode !== null && { countryCode }) }
  const url = new URL(`${pagesUrl ?? environment}/checkout/${encodeURIComponent(transactionId)}`)
  url.searchParams.set('success_url', successUrl)
  url.searchParams.set('close_url', closeUrl)
  if (countryCode !== null) url.searchParams.set('country', countryCode)
  return { kind: 'page', url: url.href }
}

function query(filter: Omit<TransactionFilter, 'limit'>) {
  return {
    perPage: 30,
    ...(filter.customerId !== undefined && { customerId: [filter.customerId] }),
    ...(filter.subscriptionId !== undefined && { subscriptionId: [filter.subscriptionId] }),
    ...(filter.state !== undefined && { status: [filter.state === 'past-due' ? 'past_due' as const : filter.state] }),
    ...(filter.updatedSince !== undefined && { 'updatedAt[GTE]': filter.updatedSince.toISOString() }),
    ...(filter.createdSince !== undefined && { 'createdAt[GTE]': filter.createdSince.toISOString() }),
  }
}
