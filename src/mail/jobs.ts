import { z } from 'zod'
import { job } from '../platform/jobs.ts'

export const sendMailJob = job({ name: 'mail.send-mail', queue: 'mail', payload: z.object({ id: z.uuid() }) })
export const sweepMailJob = job({ name: 'mail.sweep-mail', queue: 'mail', payload: z.record(z.string(), z.never()) })
