import type { Adjustment, Payments, RefundInput } from '../../ports/payments.ts'
import { readAdjustment, readInvoiceUrl } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { linkOrNull } from './link-or-null.ts'
import { understood } from './understood.ts'

/** A refund is never sent again blindly: Paddle has no key for repeated requests, so the reason carries ours. */
export function refunds(api: Api): Pick<Payments, 'refund' | 'listAdjustments' | 'findCreditNoteLink'> {
  async function listAdjustments(transactionId: string): Promise<Adjustment[]> {
    const { rows } = await api.list((sdk) => sdk.adjustments.list({ transactionId: [transactionId], orderBy: 'id[ASC]', perPage: 50 }), 1000)
    return rows.map((row) => understood(readAdjustment, row))
  }

  async function findEarlier({ transactionId, reference }: RefundInput): Promise<Adjustment | null> {
    const made = await listAdjustments(transactionId)
    return made.find(({ kind, reason }) => kind === 'refund' && reason.endsWith(mark(reference))) ?? null
  }

  return {
    listAdjustments,

    findCreditNoteLink: (adjustmentId) => linkOrNull(async () => {
      const { data } = await api.read((sdk) => sdk.adjustments.getCreditNotePDF(adjustmentId))
      return understood(readInvoiceUrl, data)
    }),

    async refund(input) {
      const earlier = await findEarlier(input)
      if (earlier !== null) return earlier
      const common = { action: 'refund' as const, transactionId: input.transactionId, reason: `${input.reason}${mark(input.reference)}` }
      const { lines } = input
      try {
        const { data } = await api.write((sdk) => sdk.adjustments.create(lines === 'all'
          ? { ...common, type: 'full' }
          : {
              ...common, type: 'partial',
              items: lines.map(({ lineId, amount }) => ({
                itemId: lineId, type: amount === null ? 'full' as const : 'partial' as const, amount: amount === null ? null : String(amount),
              })),
            }))
        return understood(readAdjustment, data)
      } catch (error) {
        return lookAfterUnknown(error, () => findEarlier(input))
      }
    },
  }
}

const mark = (reference: string): string => ` [${reference}]`
