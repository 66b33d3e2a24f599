import { handle, type Handler } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import { renderDocuments } from './jobs.ts'
import { renderDocumentsWith } from './render-documents.ts'

export const contentHandlers: Handler<Services>[] = [handle(renderDocuments, (services, { assetId }) => renderDocumentsWith(services, assetId))]
