import { z } from 'zod'
import { find, type Account } from './account.ts'
import { emit } from './events.ts'
import { Failure } from './failure.ts'
import { sum, type Split } from './money.ts'
import { addTotals, adjustedDetails, partOf } from './totals.ts'
import type { Adjustment, AdjustmentAction, AdjustmentItem, LineItem, Transaction } from './wire.ts'

const item = z.strictObject({
  item_id: z.string(), type: z.enum(['full', 'partial']), amount: z.string().regex(/^\d{1,18}$/).nullable().optional(),
})
export const adjustmentCreate = z.strictObject({
  action: z.enum(['refund', 'credit']),
  type: z.enum(['full', 'partial']).optional(),
  transaction_id: z.string(),
  tax_mode: z.literal('internal').optional(),
  reason: z.string().min(1),
  items: z.array(item).min(1).nullable().optional(),
})

type Create = z.infer<typeof adjustmentCreate>

const refuse = (code: string, detail: string): Failure => new Failure(400, code, detail)

/** A refund waits for approval; another one cannot be asked for meanwhile, and no more than was paid can go back. */
export function createAdjustment(account: Account, input: Create): Adjustment {
  const transaction = find(account, 'transactions', input.transaction_id)
  if (input.action === 'credit') throw refuse('adjustment_invalid_credit_action', 'credits are for manually-collected transactions')
  if (transaction.status !== 'completed') {
    throw refuse('adjustment_transaction_invalid_status_for_refund', `transaction ${transaction.id} is ${transaction.status}`)
  }
  if (made(account, transaction).some(({ action, status }) => action === 'refund' && status === 'pending_approval')) {
    throw refuse('adjustment_pending_refund_request', 'there is already a pending refund request for this transaction')
  }
  const full = input.type === 'full'
  if (!full && !input.items) throw refuse('adjustment_items_required', 'a partial adjustment needs items')
  const adjustment = record(account, transaction, {
    action: 'refund', type: full ? 'full' : 'partial', reason: input.reason, status: 'pending_approval',
    items: full ? everything(account, transaction) : partial(account, transaction, input.items ?? []),
  })
  const { approveAfter } = account.settings
  if (approveAfter !== null) {
    account.store.put('tasks', { id: `approve ${adjustment.id}`, kind: 'approve', subject: adjustment.id, due: account.real() + approveAfter })
  }
  return adjustment
}

function made(account: Account, { id }: Transaction): Adjustment[] {
  return account.store.where('adjustments', 'transaction_id', id)
}

/** What has gone back, or is about to; the bank asks for the former only. */
const taken = (account: Account, transaction: Transaction, bank: boolean): Adjustment[] => made(account, transaction)
  .filter(({ action, status }) => (action === 'refund' || action === 'chargeback') && (status === 'approved' || (status === 'pending_approval' && !bank)))

/** What has not gone back of a line. */
function left(account: Account, transaction: Transaction, line: LineItem, bank = false): bigint {
  const gone = taken(account, transaction, bank)
    .flatMap(({ items }) => items.filter(({ item_id }) => item_id === line.id))
  return BigInt(line.totals.total) - sum(gone.map(({ totals }) => totals.total))
}

const adjustmentItem = (account: Account, line: LineItem, type: AdjustmentItem['type'], { subtotal, tax, total }: Split): AdjustmentItem => ({
  id: account.ids.next('adjitm'), item_id: line.id, type, amount: String(total), proration: null,
  totals: { subtotal: String(subtotal), tax: String(tax), total: String(total) },
})

/** Of what was paid with money: credit that was used up does not come back as money. */
const payable = (account: Account, transaction: Transaction, bank = false): bigint =>
  BigInt(transaction.details.totals.grand_total) - sum(taken(account, transaction, bank).map(({ totals }) => totals.total))

function everything(account: Account, transaction: Transaction, bank = false): AdjustmentItem[] {
  const lines = transaction.details.line_items.map((line) => ({ line, amount: left(account, transaction, line, bank) }))
  let over = sum(lines.map(({ amount }) => amount)) - payable(account, transaction, bank)
  const items = lines.flatMap(({ line, amount: rest }) => {
    const cut = over <= 0n || rest <= 0n ? 0n : over < rest ? over : rest
    over -= cut
    const amount = rest - cut
    return amount === 0n ? [] : [adjustmentItem(account, line, amount === BigInt(line.totals.total) ? 'full' : 'partial', partOf(line.totals, amount))]
  })
  if (sum(items.map(({ totals }) => totals.total)) <= 0n) throw refuse('adjustment_total_amount_above_remaining_allowed', 'nothing is left to refund')
  return items
}

function partial(account: Account, transaction: Transaction, wanted: NonNullable<Create['items']>): AdjustmentItem[] {
  if (new Set(wanted.map(({ item_id }) => item_id)).size !== wanted.length) throw refuse('adjustment_duplicate_item', 'an item is named twice')
  const items = wanted.map(({ item_id, type, amount }) => {
    const line = transaction.details.line_items.find(({ id }) => id === item_id)
    if (line === undefined) throw refuse('adjustment_transaction_item_invalid', `transaction item ${item_id} is not on this transaction`)
    const rest = left(account, transaction, line)
    const value = type === 'full' ? BigInt(line.totals.total) : BigInt(amount ?? '0')
    if (value <= 0n) throw refuse('adjustment_amount_required', 'a partial item needs an amount above zero')
    if (value > rest) throw refuse('adjustment_total_amount_above_remaining_allowed', `${value} is more than the ${rest} that is left`)
    return adjustmentItem(account, line, type, partOf(line.totals, value))
  })
  const most = payable(account, transaction)
  const asked = sum(items.map(({ totals }) => totals.total))
  if (asked > most) throw refuse('adjustment_total_amount_above_remaining_allowed', `${asked} is more than the ${most} that is left`)
  return items
}

function record(
  account: Account, transaction: Transaction, input: Pick<Adjustment, 'action' | 'type' | 'reason' | 'status' | 'items'>,
): Adjustment {
  const at = account.stamp()
  const { subtotal, tax, total } = addTotals(input.items.map(({ totals }) => totals))
  const totals = { subtotal: String(subtotal), tax: String(tax), total: String(total) }
  const adjustment = account.store.put('adjustments', {
    ...input,
    id: account.ids.next('adj'), transaction_id: transaction.id, subscription_id: transaction.subscription_id,
    customer_id: transaction.customer_id ?? '', credit_applied_to_balance: null, currency_code: transaction.currency_code,
    totals: { ...totals, fee: '0', retained_fee: '0', earnings: String(subtotal), currency_code: transaction.currency_code },
    payout_totals: {
      ...totals, fee: '0', retained_fee: '0', chargeback_fee: { amount: input.action === 'chargeback' ? '1500' : '0', original: null },
      earnings: String(subtotal), currency_code: transaction.currency_code, exchange_rate: '1',
    },
    tax_rates_used: [...new Set(transaction.details.line_items.map((line) => line.tax_rate))].map((rate) => ({ tax_rate: rate, totals })),
    created_at: at, updated_at: at,
  })
  emit(account, 'adjustment.created', adjustment)
  if (adjustment.status === 'approved') retotal(account, transaction.id)
  return adjustment
}

/** The transaction's adjusted totals follow. */
function retotal(account: Account, transactionId: string): void {
  const transaction = find(account, 'transactions', transactionId)
  account.store.put('transactions', {
    ...transaction, details: adjustedDetails(transaction.details, made(account, transaction)), updated_at: account.stamp(),
  })
  emit(account, 'transaction.updated', find(account, 'transactions', transactionId))
}

/** Paddle's decision on a refund. Deciding again changes nothing; what the bank took back meanwhile cannot be approved. */
export function decideRefund(account: Account, id: string, decision: 'approved' | 'rejected'): Adjustment {
  const before = find(account, 'adjustments', id)
  account.store.remove('tasks', `approve ${id}`)
  if (before.status !== 'pending_approval') return before
  const possible = payable(account, find(account, 'transactions', before.transaction_id), true) >= BigInt(before.totals.total)
  const adjustment = account.store.put('adjustments', { ...before, status: possible ? decision : 'rejected', updated_at: account.stamp() })
  emit(account, 'adjustment.updated', adjustment)
  if (adjustment.status === 'approved') retotal(account, before.transaction_id)
  return adjustment
}

const REVERSED: Partial<Record<AdjustmentAction, AdjustmentAction>> = {
  chargeback_reverse: 'chargeback', chargeback_warning_reverse: 'chargeback_warning',
}

export const chargebackCreate = z.object({
  transaction_id: z.string(), action: z.enum(['chargeback', 'chargeback_reverse', 'chargeback_warning', 'chargeback_warning_reverse']),
})

/** The bank's doing: it comes by itself, for everything that is left; a reversal undoes the newest one. */
export function chargeBack(account: Account, { transaction_id, action }: z.infer<typeof chargebackCreate>): Adjustment {
  const transaction = find(account, 'transactions', transaction_id)
  const first = REVERSED[action]
  if (first === undefined) {
    if (transaction.status !== 'completed') throw refuse('transaction_not_completed', `transaction ${transaction_id} is ${transaction.status}`)
    return record(account, transaction, { action, type: 'full', reason: 'fraud', status: 'approved', items: everything(account, transaction, true) })
  }
  const original = made(account, transaction).filter((one) => one.action === first && one.status === 'approved').at(-1)
  if (original === undefined) throw refuse('chargeback_not_found', `there is no ${first} to reverse`)
  const reversed = account.store.put('adjustments', { ...original, status: 'reversed', updated_at: account.stamp() })
  emit(account, 'adjustment.updated', reversed)
  return record(account, transaction, {
    action, type: 'full', reason: 'fraud', status: 'approved',
    items: original.items.map((one) => ({ ...one, id: account.ids.next('adjitm') })),
  })
}
