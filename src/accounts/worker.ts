import { HOUR } from '../platform/clock.ts'
import { handle, type Handler, type Schedule } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import { sweepSessionsJob } from './jobs.ts'
import { sweepSessions } from './keep-sessions.ts'

export const accountHandlers: Handler<Services>[] = [handle(sweepSessionsJob, sweepSessions)]

export const accountSchedules: Schedule[] = [{ job: sweepSessionsJob, every: 6 * HOUR }]
