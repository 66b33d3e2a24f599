import type { Payments, Subscription } from '../../ports/payments.ts'
import { readSubscription } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

type Subscriptions = Pick<
  Payments, 'findSubscription' | 'listSubscriptions' | 'cancelSubscription' | 'pauseSubscription' | 'resumeSubscription' | 'keepSubscription'
>

export function subscriptions(api: Api): Subscriptions {
  async function findSubscription(id: string): Promise<Subscription> {
    const { data } = await api.read((sdk) => sdk.subscriptions.get(id))
    return understood(readSubscription, data)
  }

  /** Looks first, so that asking twice is harmless; and again when the answer was lost. */
  async function reach(id: string, there: (now: Subscription) => boolean, request: Parameters<Api['write']>[0]): Promise<Subscription> {
    const before = await findSubscription(id)
    if (there(before)) return before
    try {
      const { data } = await api.write(request)
      return understood(readSubscription, data)
    } catch (error) {
      return lookAfterUnknown(error, async () => {
        const now = await findSubscription(id)
        return there(now) ? now : null
      })
    }
  }

  return {
    findSubscription,

    async listSubscriptions({ customerId, priceId, states, scheduled, limit = 1000 }) {
      const { rows } = await api.list((sdk) => sdk.subscriptions.list({
        perPage: 200, orderBy: 'id[ASC]', ...(customerId !== undefined && { customerId: [customerId] }),
        ...(priceId !== undefined && { priceId: [priceId] }), ...(scheduled !== undefined && { scheduledChangeAction: [scheduled] }),
        ...(states !== undefined && { status: states.map((state) => (state === 'past-due' ? 'past_due' as const : state)) }),
      }), limit)
      return rows.map((row) => understood(readSubscription, row))
    },

    cancelSubscription: (id, when) =>
      reach(id, (now) => now.state === 'canceled' || (when === 'period-end' && now.scheduledChange?.action === 'cancel'),
        (sdk) => sdk.subscriptions.cancel(id, { effectiveFrom: effectiveFrom(when) })),

    pauseSubscription: (id, when, resumeAt = null) =>
      reach(id, (now) => now.state === 'paused' || (when === 'period-end' && now.scheduledChange?.action === 'pause'),
        (sdk) => sdk.subscriptions.pause(id, { effectiveFrom: effectiveFrom(when), resumeAt: resumeAt?.toISOString() ?? null })),

    resumeSubscription: (id) =>
      reach(id, (now) => now.state === 'active', (sdk) => sdk.subscriptions.resume(id, { effectiveFrom: 'immediately' })),

    keepSubscription: (id) =>
      reach(id, (now) => now.scheduledChange === null && now.state !== 'canceled', (sdk) => sdk.subscriptions.update(id, { scheduledChange: null })),
  }
}

const effectiveFrom = (when: 'now' | 'period-end') => (when === 'now' ? 'immediately' as const : 'next_billing_period' as const)
