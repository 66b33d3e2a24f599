import { MINUTE } from '../platform/clock.ts'
import { handle, type Handler, type Schedule } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import { drawMissingCards } from './draw-card.ts'
import * as jobs from './jobs.ts'
import { renderDocumentsWith } from './render-documents.ts'

export const contentHandlers: Handler<Services>[] = [
  handle(jobs.renderDocuments, (services: Services, { assetId }) => renderDocumentsWith(services, assetId)),
  handle(jobs.drawMissingCards, (services: Services) => drawMissingCards(services)),
]

export const contentSchedules: Schedule[] = [{ job: jobs.drawMissingCards, every: MINUTE }]
