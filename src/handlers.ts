import { accountHandlers, accountSchedules } from './accounts/worker.ts'
import { billingHandlers, billingSchedules } from './billing/worker.ts'
import { contentHandlers, contentSchedules } from './content/worker.ts'
import { mailHandlers, mailSchedules } from './mail/worker.ts'
import { mediaHandlers, mediaSchedules } from './media/worker.ts'
import { operationHandlers, operationSchedules } from './operations/worker.ts'
import type { Handler, Schedule } from './platform/jobs.ts'
import type { Services } from './services.ts'

/** Every job and what does it: the worker's map. A test sees to it that each declared job stands here once. */
export const handlers: Handler<Services>[] = [...accountHandlers, ...billingHandlers, ...contentHandlers, ...mailHandlers, ...mediaHandlers, ...operationHandlers]

/** Everything that happens by the clock. */
export const schedules: Schedule[] = [...accountSchedules, ...billingSchedules, ...contentSchedules, ...mailSchedules, ...mediaSchedules, ...operationSchedules]
