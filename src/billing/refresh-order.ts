import { LRUCache } from 'lru-cache'
import { SECOND } from '../platform/clock.ts'
import type { Services } from '../services.ts'
import { reconcileTransaction } from './reconcile-transaction.ts'

/** Paddle answers 240 requests a minute, and a page that waits asks us every two seconds. */
const EVERY = 6 * SECOND

interface Waiting {
  id: string
  state: string
  providerTransactionId: string | null
}

/**
 * The webhook may be late or lost: whoever waits for a payment makes us ask Paddle, once in a few seconds per order and
 * process. Never throws: if Paddle is away, the page goes on waiting. Answers whether anything was asked.
 */
export function orderRefresher(services: Services): (order: Waiting) => Promise<boolean> {
  const asked = new LRUCache<string, number>({ max: 5_000 })
  return async ({ id, state, providerTransactionId }) => {
    if (state === 'completed' || state === 'canceled' || providerTransactionId === null) return false
    const now = services.clock.now().getTime()
    if (now - (asked.get(id) ?? -EVERY) < EVERY) return false
    asked.set(id, now)
    try {
      await reconcileTransaction(services, providerTransactionId)
    } catch (error) {
      services.log.warn({ err: error, orderId: id }, 'could not ask about a payment; the webhook or the next look will tell')
    }
    return true
  }
}
