import { z } from 'zod'
import { job } from '../platform/jobs.ts'

export const foldEvent = job({ name: 'billing.fold-event', queue: 'billing', payload: z.object({ eventId: z.string() }) })

export const syncProduct = job({ name: 'billing.sync-product', queue: 'billing', payload: z.object({ productId: z.string() }) })

/** Rings again for every event and product still owed. */
export const sweepBilling = job({ name: 'billing.sweep-billing', queue: 'billing', payload: z.record(z.string(), z.never()) })
