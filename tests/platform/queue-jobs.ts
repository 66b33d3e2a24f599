import { z } from 'zod'
import { job } from '../../src/platform/jobs.ts'

export const slow = job({ name: 'test.slow', queue: 'billing', payload: z.object({ id: z.string(), ms: z.number(), firstMs: z.number() }) })
export const note = job({ name: 'test.note', queue: 'mail', payload: z.object({ id: z.string() }) })
export const tick = job({ name: 'test.tick', queue: 'mail', payload: z.object({}) as z.ZodType<Record<string, never>> })
