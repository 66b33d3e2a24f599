import type { Adjustment, Transaction, TransactionLine } from '../ports/payments.ts'

export type OrderState = 'open' | 'paid' | 'completed' | 'canceled'

/** What a transaction at Paddle means for our order. Money that is on its way opens nothing yet. */
export function orderState(transaction: Pick<Transaction, 'state'>): OrderState {
  switch (transaction.state) {
    case 'completed':
      return 'completed'
    case 'paid':
      return 'paid'
    case 'canceled':
      return 'canceled'
    default:
      return 'open'
  }
}

/** How far along a transaction is, for two versions that carry the same time. */
const RANKS: Record<Transaction['state'], number> = { unknown: 0, draft: 1, ready: 2, billed: 3, 'past-due': 4, canceled: 5, paid: 6, completed: 7 }

/**
 * The newest of the versions that we know: Paddle's answer, and those in the events that we kept. The answer may be older
 * than an event (Paddle's API can lag), and an event may be older than the answer (it came late). For equals the first counts.
 */
export function newestTransaction(answer: Transaction, kept: readonly Transaction[]): Transaction {
  return kept.reduce((best, one) => {
    const later = one.updatedAt.getTime() - best.updatedAt.getTime()
    return later > 0 || (later === 0 && RANKS[one.state] > RANKS[best.state]) ? one : best
  }, answer)
}

/** Each adjustment once, in its newest version, oldest adjustment first. For equals a decision counts more than waiting. */
export function newestAdjustments(all: readonly Adjustment[]): Adjustment[] {
  const newest = new Map<string, Adjustment>()
  for (const one of all) {
    const known = newest.get(one.adjustmentId)
    const later = known === undefined ? 1 : one.updatedAt.getTime() - known.updatedAt.getTime()
    if (later > 0 || (later === 0 && known?.state === 'pending')) newest.set(one.adjustmentId, one)
  }
  return [...newest.values()].toSorted(byTime)
}

const byTime = (one: Adjustment, other: Adjustment) => one.createdAt.getTime() - other.createdAt.getTime() || one.adjustmentId.localeCompare(other.adjustmentId)

export interface LineOutcome {
  lineId: string
  /** Minor units given back. */
  refunded: bigint
  /** When the right to this line ended; null while it stands. A refund of only some money takes nothing away. */
  endedAt: Date | null
}

/** What is left of each line after every adjustment, whatever their order. Each adjustment must be named once. */
export function lineOutcomes(transaction: Pick<Transaction, 'lines'>, adjustments: readonly Adjustment[]): LineOutcome[] {
  const standing = [...refundsOf(adjustments), ...standingChargebacks(adjustments)].toSorted((one, other) => one.updatedAt.getTime() - other.updatedAt.getTime())
  return transaction.lines.map((line) => lineOutcome(line, standing))
}

function lineOutcome({ lineId, totals }: TransactionLine, standing: readonly Adjustment[]): LineOutcome {
  let refunded = 0n
  let endedAt: Date | null = null
  for (const adjustment of standing) {
    const parts = adjustment.lines.filter((part) => part.lineId === lineId)
    refunded += parts.reduce((sum, part) => sum + part.total, 0n)
    const whole = adjustment.scope === 'full' || parts.some((part) => part.scope === 'full')
    const allMoney = parts.length > 0 && totals.total > 0n && refunded >= totals.total
    if (whole || allMoney) endedAt ??= adjustment.updatedAt
  }
  return { lineId, refunded: refunded > totals.total ? totals.total : refunded, endedAt }
}

/** Refunds that Paddle has approved: waiting ones and refused ones count for nothing. */
export function refundsOf(adjustments: readonly Adjustment[]): Adjustment[] {
  return adjustments.filter(({ kind, state }) => kind === 'refund' && state === 'approved')
}

/**
 * Chargebacks that nobody has undone. A reversal comes as an adjustment of its own, and marks the chargeback as reversed,
 * at the same time or later; a reversal whose chargeback is not marked yet undoes the oldest.
 */
function standingChargebacks(adjustments: readonly Adjustment[]): Adjustment[] {
  const count = (kind: Adjustment['kind'], state: Adjustment['state']) => adjustments.filter((one) => one.kind === kind && one.state === state).length
  const unmarked = Math.max(0, count('chargeback-reversal', 'approved') - count('chargeback', 'reversed'))
  return adjustments.filter(({ kind, state }) => kind === 'chargeback' && state === 'approved').toSorted(byTime).slice(unmarked)
}
