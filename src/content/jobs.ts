import { z } from 'zod'
import { job } from '../platform/jobs.ts'

/** A picture is ready: the texts that show it get its sizes. */
export const renderDocuments = job({
  name: 'content.render-documents',
  queue: 'media',
  payload: z.object({ assetId: z.string() }),
})

/** Published documents whose OpenGraph picture is owed. */
export const drawMissingCards = job({ name: 'content.draw-missing-cards', queue: 'media', payload: z.record(z.string(), z.never()) })
