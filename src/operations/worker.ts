import { HOUR } from '../platform/clock.ts'
import { handle, type Handler, type Schedule } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import * as jobs from './jobs.ts'
import { sweepLimits } from './sweep-limits.ts'

export const operationHandlers: Handler<Services>[] = [handle(jobs.sweepLimits, (services: Services) => sweepLimits(services))]

export const operationSchedules: Schedule[] = [{ job: jobs.sweepLimits, every: HOUR }]
