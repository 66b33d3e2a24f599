import { MINUTE } from '../platform/clock.ts'
import { handle, type Handler, type Schedule } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import { foldEvent } from './fold-event.ts'
import * as jobs from './jobs.ts'
import { sweepBilling } from './sweep-billing.ts'
import { syncProduct } from './sync-product.ts'

export const billingHandlers: Handler<Services>[] = [
  handle(jobs.foldEvent, (services: Services, { eventId }) => foldEvent(services, eventId)),
  handle(jobs.syncProduct, (services: Services, { productId }) => syncProduct(services, productId)),
  handle(jobs.sweepBilling, (services: Services) => sweepBilling(services)),
]

export const billingSchedules: Schedule[] = [{ job: jobs.sweepBilling, every: MINUTE }]
