import type { ProrationBillingMode } from '@paddle/paddle-node-sdk'
import type { Payments, Subscription, SubscriptionChange } from '../../ports/payments.ts'
import { readChange, readSubscription } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

const MODES: Record<SubscriptionChange['billing'], ProrationBillingMode> = {
  'prorated-now': 'prorated_immediately', 'prorated-later': 'prorated_next_billing_period', 'full-now': 'full_immediately',
  'full-later': 'full_next_billing_period', none: 'do_not_bill',
}

/** A change may charge a card, so it is never sent again blindly: the items themselves tell whether it happened. */
export function changes(api: Api): Pick<Payments, 'changeSubscription' | 'previewChange'> {
  async function find(id: string): Promise<Subscription> {
    const { data } = await api.read((sdk) => sdk.subscriptions.get(id))
    return understood(readSubscription, data)
  }

  return {
    async changeSubscription(change) {
      const before = await find(change.subscriptionId)
      if (isThere(before, change)) return before
      try {
        const { data } = await api.write((sdk) => sdk.subscriptions.update(change.subscriptionId, body(change)))
        return understood(readSubscription, data)
      } catch (error) {
        return lookAfterUnknown(error, async () => {
          const now = await find(change.subscriptionId)
          return isThere(now, change) ? now : null
        })
      }
    },

    async previewChange(change) {
      const { data } = await api.read((sdk) => sdk.subscriptions.previewUpdate(change.subscriptionId, body(change)))
      return understood(readChange, data)
    },
  }
}

const body = ({ items, billing, onFailure }: SubscriptionChange) => ({
  items, prorationBillingMode: MODES[billing], onPaymentFailure: onFailure === 'refuse' ? 'prevent_change' as const : 'apply_change' as const,
})

const isThere = (now: Subscription, { items }: SubscriptionChange): boolean =>
  now.items.length === items.length && items.every((item) => now.items.some((one) => one.priceId === item.priceId && one.quantity === item.quantity))
