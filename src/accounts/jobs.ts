import { z } from 'zod'
import { job } from '../platform/jobs.ts'

export const sweepSessionsJob = job({ name: 'accounts.sweep-sessions', queue: 'mail', payload: z.record(z.string(), z.never()) })
