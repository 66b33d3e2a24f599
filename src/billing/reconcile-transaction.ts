import type { Prisma } from '#prisma'
import { queueMail, ringMail } from '../mail/queue-mail.ts'
import type { Tx } from '../platform/db.ts'
import { Invalid } from '../platform/errors.ts'
import { moneyText } from '../platform/words.ts'
import type { Adjustment, Transaction } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import { receiptEmail, refundEmail } from './emails.ts'
import { lineOutcomes, orderState, type LineOutcome } from './order.ts'

/**
 * Makes our order, its items and the rights that come from it equal to what Paddle says now. Runs as often as anybody
 * likes. Throws `Invalid` when something was sold that we do not know.
 */
export async function reconcileTransaction(services: Services, transactionId: string): Promise<void> {
  const { db, payments } = services
  const transaction = await payments.findTransaction(transactionId)
  const adjustments = await payments.listAdjustments(transactionId)
  const mails = await db.$transaction((tx) => applyTransaction(services, tx, transaction, adjustments))
  for (const mail of mails) await ringMail(services, mail)
}

async function applyTransaction(services: Services, tx: Tx, transaction: Transaction, adjustments: readonly Adjustment[]): Promise<(string | null)[]> {
  // One at a time per transaction: two folds must not both see "no order yet".
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`transaction:${transaction.transactionId}`}))`
  const order = await findOrder(tx, transaction)
  const state = orderState(transaction)
  // Somebody looked at a price and left: nothing to remember.
  if (order === null && (state === 'open' || state === 'canceled')) return []
  const outcomes = lineOutcomes(transaction, adjustments)
  const refunded = outcomes.reduce((sum, outcome) => sum + outcome.refunded, 0n)
  const saved = await saveOrder(services, tx, order, transaction, refunded)
  const items = await saveItems(tx, saved.id, transaction, outcomes)
  if (state === 'completed') await grant(tx, saved.accountId, items)
  return queueMails(services, tx, { before: order, saved, items, transaction, refunded })
}

const orderFields = {
  id: true, accountId: true, state: true, refunded: true, completedAt: true,
  account: { select: { email: true, name: true } },
} satisfies Prisma.OrderSelect
type Order = Prisma.OrderGetPayload<{ select: typeof orderFields }>

/** By Paddle's id; else the order that we made it for, if the answer to that was lost. */
async function findOrder(tx: Tx, { transactionId, reference }: Transaction): Promise<Order | null> {
  const known = await tx.order.findUnique({ where: { providerTransactionId: transactionId }, select: orderFields })
  if (known !== null || reference === null || !/^[0-9a-f-]{36}$/.test(reference)) return known
  return tx.order.findFirst({ where: { id: reference, providerTransactionId: null }, select: orderFields })
}

async function saveOrder({ clock }: Services, tx: Tx, order: Order | null, transaction: Transaction, refunded: bigint): Promise<Order> {
  const state = orderState(transaction)
  const data = {
    state,
    providerTransactionId: transaction.transactionId,
    currency: transaction.currency,
    total: transaction.totals.total,
    tax: transaction.totals.tax,
    refunded,
    completedAt: order?.completedAt ?? (state === 'completed' ? (transaction.billedAt ?? clock.now()) : null),
    // Whoever comes again may start a new order.
    ...(state === 'open' ? {} : { checkoutKey: null }),
  }
  if (order !== null) return tx.order.update({ where: { id: order.id }, data, select: orderFields })
  const customer = transaction.customerId === null ? null : await tx.customer.findUnique({ where: { providerCustomerId: transaction.customerId }, select: { accountId: true } })
  return tx.order.create({ data: { ...data, accountId: customer?.accountId ?? null, createdAt: transaction.createdAt }, select: orderFields })
}

interface Item {
  id: string
  endedAt: Date | null
  product: { name: string; grants: { documentId: string | null; document: { title: string; path: string } | null }[] }
}

/** What was sold is what Paddle's lines say, in our prices; what the browser or our own order said does not count. */
async function saveItems(tx: Tx, orderId: string, transaction: Transaction, outcomes: readonly LineOutcome[]): Promise<Item[]> {
  const items: Item[] = []
  for (const line of transaction.lines) {
    const price = await tx.price.findUnique({
      where: { providerPriceId: line.priceId },
      select: { id: true, product: { select: { name: true, grants: { select: { documentId: true, document: { select: { title: true, path: true } } } } } } },
    })
    if (price === null) throw new Invalid(`The price ${line.priceId} was sold, and is none of ours.`)
    const outcome = outcomes.find((one) => one.lineId === line.lineId)
    const data = { quantity: line.quantity, total: line.totals.total, refunded: outcome?.refunded ?? 0n, providerItemId: line.lineId }
    const known = await tx.orderItem.findFirst({
      where: { orderId, OR: [{ providerItemId: line.lineId }, { providerItemId: null, priceId: price.id }] },
      orderBy: { providerItemId: { sort: 'asc', nulls: 'last' } },
      select: { id: true },
    })
    const { id } = known === null ? await tx.orderItem.create({ data: { ...data, orderId, priceId: price.id }, select: { id: true } }) : await tx.orderItem.update({ where: { id: known.id }, data: { ...data, priceId: price.id }, select: { id: true } })
    items.push({ id, endedAt: outcome?.endedAt ?? null, product: price.product })
  }
  return items
}

/** One right per item and thing it opens, ended where the item was given back, open again where that was undone. */
async function grant(tx: Tx, accountId: string | null, items: readonly Item[]): Promise<void> {
  if (accountId === null) return
  for (const item of items) {
    for (const { documentId } of item.product.grants) {
      const reason = `Bought: ${item.product.name}`
      await tx.$executeRaw`
        INSERT INTO entitlement (id, account_id, document_id, source, source_id, reason, starts_at, ends_at)
        VALUES (gen_random_uuid(), ${accountId}::uuid, ${documentId}::uuid, 'purchase', ${item.id}, ${reason}, now(), GREATEST(${item.endedAt}, now()))
        ON CONFLICT (source, source_id, account_id, document_id) DO UPDATE
          SET ends_at = CASE WHEN ${item.endedAt}::timestamptz IS NULL THEN NULL ELSE GREATEST(${item.endedAt}::timestamptz, entitlement.starts_at) END`
    }
  }
}

interface Outcome {
  before: Order | null
  saved: Order
  items: readonly Item[]
  transaction: Transaction
  refunded: bigint
}

/** A receipt once, when the money has arrived; a note for each amount given back. */
async function queueMails({ config }: Services, tx: Tx, { before, saved, items, transaction, refunded }: Outcome): Promise<(string | null)[]> {
  const { account } = saved
  if (account === null || saved.state !== 'completed') return []
  const names = items.map((item) => item.product.name)
  const links = items.flatMap((item) => item.product.grants.flatMap(({ document }) => (document === null ? [] : [{ title: document.title, path: document.path }])))
  const amount = moneyText(transaction.totals.total, transaction.currency)
  const mails: (string | null)[] = []
  if (before?.state !== 'completed') {
    const mail = receiptEmail(config, { name: account.name, items: names, amount, links, number: transaction.invoiceNumber })
    mails.push(await queueMail(tx, { key: `receipt:${saved.id}`, template: 'receipt', recipient: account.email, email: mail }))
  }
  if (refunded > (before?.refunded ?? 0n)) {
    const ended = items.filter((item) => item.endedAt !== null).map((item) => item.product.name)
    const mail = refundEmail(config, { name: account.name, amount: moneyText(refunded - (before?.refunded ?? 0n), transaction.currency), ended })
    mails.push(await queueMail(tx, { key: `refund:${saved.id}:${refunded}`, template: 'refund', recipient: account.email, email: mail }))
  }
  return mails
}
