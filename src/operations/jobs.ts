import { z } from 'zod'
import { job } from '../platform/jobs.ts'

export const sweepLimits = job({ name: 'operations.sweep-limits', queue: 'mail', payload: z.record(z.string(), z.never()) })
