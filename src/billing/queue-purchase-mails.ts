import { queueMail } from '../mail/queue-mail.ts'
import type { Tx } from '../platform/db.ts'
import { moneyText } from '../platform/words.ts'
import type { Adjustment, Transaction } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import { receiptEmail, refundEmail } from './emails.ts'
import type { SoldItem } from './grant-items.ts'
import { refundsOf } from './order.ts'

interface Folded {
  /** The order as it stood before this fold; null when it is new to us. */
  before: { state: string; refunded: bigint } | null
  order: { id: string; refunded: bigint; account: { email: string; name: string } | null }
  items: readonly SoldItem[]
  transaction: Transaction
  adjustments: readonly Adjustment[]
}

/**
 * A receipt once, when the money has arrived and something of it is still the buyer's; a note for each refund that was
 * approved. What a bank takes back is no refund of ours. Answers the mails to ring for.
 */
export async function queuePurchaseMails({ config }: Services, tx: Tx, { before, order, items, transaction, adjustments }: Folded): Promise<(string | null)[]> {
  const { account } = order
  if (account === null) return []
  const write = (amount: bigint) => moneyText(amount, transaction.currency)
  const mails: (string | null)[] = []
  const standing = items.filter((item) => item.endedAt === null)
  if (before?.state !== 'completed' && standing.length > 0) {
    const email = receiptEmail(config, {
      name: account.name,
      items: items.map((item) => item.product.name),
      amount: write(transaction.totals.total),
      links: await listOpened(tx, standing),
      number: transaction.invoiceNumber,
    })
    mails.push(await queueMail(tx, { key: `receipt:${order.id}`, template: 'receipt', recipient: account.email, email }))
  }
  if (order.refunded <= (before?.refunded ?? 0n)) return mails
  const ended = await listClosed(tx, items)
  for (const refund of refundsOf(adjustments)) {
    const email = refundEmail(config, { name: account.name, amount: write(refund.totals.total), ended })
    mails.push(await queueMail(tx, { key: `refund:${refund.adjustmentId}`, template: 'refund', recipient: account.email, email }))
  }
  return mails
}

async function listOpened(tx: Tx, items: readonly SoldItem[]): Promise<{ title: string; path: string }[]> {
  const rights = await tx.entitlement.findMany({
    where: { source: 'purchase', sourceId: { in: items.map((item) => item.id) }, document: { state: 'published' } },
    orderBy: { document: { title: 'asc' } },
    select: { document: { select: { title: true, path: true } } },
  })
  return rights.flatMap(({ document }) => (document === null ? [] : [document]))
}

/** Products given back that nothing else opens for their buyer: who has another right is not told that it ended. */
async function listClosed(tx: Tx, items: readonly SoldItem[]): Promise<string[]> {
  const closed: string[] = []
  for (const item of items) {
    if (item.endedAt === null) continue
    const [row] = await tx.$queryRaw<{ closed: boolean }[]>`
      SELECT EXISTS (
        SELECT 1 FROM entitlement gone WHERE gone.source = 'purchase' AND gone.source_id = ${item.id} AND NOT EXISTS (
          SELECT 1 FROM entitlement live WHERE live.account_id = gone.account_id AND live.document_id IS NOT DISTINCT FROM gone.document_id
            AND live.starts_at <= now() AND (live.ends_at IS NULL OR live.ends_at > now()))) AS closed`
    if (row?.closed === true) closed.push(item.product.name)
  }
  return closed
}
