import { after, MINUTE } from '../platform/clock.ts'
import type { Services } from '../services.ts'
import { MOST_ATTEMPTS } from './fold-event.ts'
import * as jobs from './jobs.ts'

/** Rings for every event and product still owed: the queue may have been lost, or a job may have given up. */
export async function sweepBilling({ db, jobs: queue, clock, config }: Services): Promise<void> {
  const events = await db.providerEvent.findMany({
    where: { processedAt: null, quarantinedAt: null, attempts: { lt: MOST_ATTEMPTS }, receivedAt: { lt: after(clock.now(), -MINUTE) } },
    orderBy: { receivedAt: 'asc' },
    take: 500,
    select: { eventId: true },
  })
  for (const { eventId } of events) await queue.enqueue(jobs.foldEvent, { eventId }, { once: eventId })
  if (config.paddle === null) return
  const products = await db.product.findMany({ where: { syncedAt: null }, take: 100, select: { id: true } })
  for (const { id } of products) await queue.enqueue(jobs.syncProduct, { productId: id }, { once: id })
}
