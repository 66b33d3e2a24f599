import type { Prisma } from '#prisma'
import { ringMail } from '../mail/queue-mail.ts'
import { isLockBusy, type Tx } from '../platform/db.ts'
import { Invalid, Unavailable } from '../platform/errors.ts'
import type { Adjustment, Payments, Transaction } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import { grantItems, type SoldItem } from './grant-items.ts'
import { lineOutcomes, newestAdjustments, newestTransaction, orderState, type LineOutcome } from './order.ts'
import { queuePurchaseMails } from './queue-purchase-mails.ts'

/**
 * Makes our order, its items and the rights that come from it equal to what Paddle says: its answer now, or an event that is
 * newer still. Runs as often as anybody likes. Throws `Invalid` when something was sold that we do not know.
 */
export async function reconcileTransaction(services: Services, transactionId: string): Promise<void> {
  const { db, payments } = services
  const transaction = await payments.findTransaction(transactionId)
  // Only what was completed can be given back.
  const adjustments = transaction.state === 'completed' ? await payments.listAdjustments(transactionId) : []
  const mails = await db.$transaction((tx) => applyTransaction(services, tx, transaction, adjustments)).catch((error: unknown) => {
    throw isLockBusy(error) ? new Unavailable('Somebody else is working on this payment.', { cause: error, retryAfter: 2 }) : error
  })
  for (const mail of mails) await ringMail(services, mail)
}

async function applyTransaction(services: Services, tx: Tx, answer: Transaction, answered: readonly Adjustment[]): Promise<(string | null)[]> {
  // One at a time per transaction: two folds must not both see "no order yet".
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`transaction:${answer.transactionId}`}))`
  // Read under the lock: a fold that asked Paddle before us may come after us, and must not bring the past back.
  const kept = await listKept(services.payments, tx, answer.transactionId)
  const transaction = newestTransaction(answer, kept.transactions)
  const adjustments = newestAdjustments([...answered, ...kept.adjustments])
  const order = await findOrder(tx, transaction)
  const state = order?.state === 'completed' ? 'completed' : orderState(transaction)
  // Somebody looked at a price and left: nothing to remember.
  if (order === null && (state === 'open' || state === 'canceled')) return []
  const outcomes = lineOutcomes(transaction, adjustments)
  const saved = await saveOrder(services, tx, order, { transaction, state, refunded: outcomes.reduce((sum, { refunded }) => sum + refunded, 0n) })
  if (state === 'open' || state === 'canceled') return []
  const items = await saveItems(tx, saved.id, transaction, outcomes)
  if (state !== 'completed') return []
  if (saved.accountId !== null) await grantItems(tx, saved.accountId, items)
  return queuePurchaseMails(services, tx, { before: order, order: saved, items, transaction, adjustments })
}

/** What our stored events say about the transaction; those of the provider's simulator say nothing. */
async function listKept(payments: Payments, tx: Tx, transactionId: string): Promise<{ transactions: Transaction[]; adjustments: Adjustment[] }> {
  const rows = await tx.providerEvent.findMany({ where: { entityId: transactionId }, orderBy: [{ occurredAt: 'asc' }, { eventId: 'asc' }], select: { raw: true } })
  const subjects = rows.map(({ raw }) => payments.parseEvent(JSON.parse(raw))).flatMap(({ subject, simulated }) => (simulated ? [] : [subject]))
  return {
    transactions: subjects.flatMap((subject) => (subject.kind === 'transaction' ? [subject.transaction] : [])),
    adjustments: subjects.flatMap((subject) => (subject.kind === 'adjustment' ? [subject.adjustment] : [])),
  }
}

const orderFields = {
  id: true, accountId: true, state: true, refunded: true, completedAt: true,
  account: { select: { email: true, name: true } },
} satisfies Prisma.OrderSelect
export type FoldedOrder = Prisma.OrderGetPayload<{ select: typeof orderFields }>

/**
 * By Paddle's id; else the order that we made it for, if the answer to that was lost. A browser can write any reference
 * into a transaction of its own, so the customer must be the order's too.
 */
async function findOrder(tx: Tx, { transactionId, reference, customerId }: Transaction): Promise<FoldedOrder | null> {
  const known = await tx.order.findUnique({ where: { providerTransactionId: transactionId }, select: orderFields })
  if (known !== null || reference === null || customerId === null || !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(reference)) return known
  return tx.order.findFirst({ where: { id: reference, providerTransactionId: null, account: { customers: { some: { providerCustomerId: customerId } } } }, select: orderFields })
}

async function saveOrder({ clock }: Services, tx: Tx, order: FoldedOrder | null, { transaction, state, refunded }: { transaction: Transaction; state: FoldedOrder['state']; refunded: bigint }): Promise<FoldedOrder> {
  const data = {
    state,
    providerTransactionId: transaction.transactionId,
    currency: transaction.currency,
    total: transaction.totals.total,
    tax: transaction.totals.tax,
    refunded,
    completedAt: order?.completedAt ?? (state === 'completed' ? (transaction.billedAt ?? clock.now()) : null),
    // Whoever comes again may start a new order; while money is on its way they may not.
    ...(state === 'completed' || state === 'canceled' ? { checkoutKey: null } : {}),
  }
  if (order !== null) return tx.order.update({ where: { id: order.id }, data, select: orderFields })
  const customer = transaction.customerId === null ? null : await tx.customer.findUnique({ where: { providerCustomerId: transaction.customerId }, select: { accountId: true } })
  return tx.order.create({ data: { ...data, accountId: customer?.accountId ?? null, createdAt: transaction.createdAt }, select: orderFields })
}

/** What was sold is what Paddle's lines say, in our prices; what the browser or our own order said does not count. */
async function saveItems(tx: Tx, orderId: string, transaction: Transaction, outcomes: readonly LineOutcome[]): Promise<SoldItem[]> {
  const items: SoldItem[] = []
  for (const line of transaction.lines) {
    const price = await tx.price.findUnique({
      where: { providerPriceId: line.priceId },
      select: { id: true, product: { select: { id: true, name: true } } },
    })
    if (price === null) throw new Invalid(`The price ${line.priceId} was sold, and is none of ours.`)
    if (line.recurring && transaction.state === 'completed' && transaction.period === null) throw new Unavailable('The paid period is not known yet.')
    const outcome = outcomes.find((one) => one.lineId === line.lineId)
    const data = { priceId: price.id, quantity: line.quantity, total: line.totals.total, refunded: outcome?.refunded ?? 0n, providerItemId: line.lineId }
    const known = await tx.orderItem.findFirst({
      where: { orderId, OR: [{ providerItemId: line.lineId }, { providerItemId: null, priceId: price.id }] },
      orderBy: { providerItemId: { sort: 'asc', nulls: 'last' } },
      select: { id: true },
    })
    const { id } = known === null ? await tx.orderItem.create({ data: { ...data, orderId }, select: { id: true } }) : await tx.orderItem.update({ where: { id: known.id }, data, select: { id: true } })
    items.push({ id, product: price.product, endedAt: outcome?.endedAt ?? null, paidUntil: line.recurring ? (transaction.period?.endsAt ?? null) : null })
  }
  // What was ordered and then not paid for was not bought.
  await tx.orderItem.deleteMany({ where: { orderId, providerItemId: null } })
  return items
}
