import { z } from 'zod'
import { job } from '../platform/jobs.ts'

export const processAssetJob = job({ name: 'media.process-asset', queue: 'media', payload: z.object({ id: z.uuid() }) })
export const sweepAssetsJob = job({ name: 'media.sweep-assets', queue: 'media', payload: z.record(z.string(), z.never()) })
