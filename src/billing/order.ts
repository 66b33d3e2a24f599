import type { Adjustment, Transaction } from '../ports/payments.ts'

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

export interface LineOutcome {
  lineId: string
  /** Minor units given back. */
  refunded: bigint
  /** When the right to this line ended; null while it stands. A refund of only some money takes nothing away. */
  endedAt: Date | null
}

const TAKES_AWAY = new Set(['refund', 'chargeback'])

/**
 * What is left of each line after every adjustment, whatever their order. Only approved ones count; a chargeback that
 * was reversed gives the right back.
 */
export function lineOutcomes(transaction: Pick<Transaction, 'lines'>, adjustments: readonly Adjustment[]): LineOutcome[] {
  const standing = adjustments.filter((adjustment) => adjustment.state === 'approved' && TAKES_AWAY.has(adjustment.kind) && !isReversed(adjustment, adjustments))
  return transaction.lines.map((line) => {
    const parts = standing.flatMap((adjustment) =>
      adjustment.lines
        .filter((part) => part.lineId === line.lineId)
        .map((part) => ({ total: part.total, whole: part.scope === 'full' || adjustment.scope === 'full', at: adjustment.updatedAt })),
    )
    const refunded = parts.reduce((sum, part) => sum + part.total, 0n)
    const ends = parts.filter((part) => part.whole || refunded >= line.totals.total).map((part) => part.at)
    const first = ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime())))
    return { lineId: line.lineId, refunded: refunded > line.totals.total ? line.totals.total : refunded, endedAt: first }
  })
}

/** Chargebacks and their reversals come as separate adjustments; each reversal undoes the oldest open chargeback before it. */
function isReversed(chargeback: Adjustment, all: readonly Adjustment[]): boolean {
  if (chargeback.kind !== 'chargeback') return false
  const byTime = (one: Adjustment, other: Adjustment) => one.createdAt.getTime() - other.createdAt.getTime() || one.adjustmentId.localeCompare(other.adjustmentId)
  const chargebacks = all.filter((one) => one.kind === 'chargeback' && one.state === 'approved').toSorted(byTime)
  const reversals = all.filter((one) => one.kind === 'chargeback-reversal' && one.state === 'approved').toSorted(byTime)
  return chargebacks.indexOf(chargeback) < reversals.length
}
