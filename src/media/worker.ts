import { MINUTE } from '../platform/clock.ts'
import { handle, type Handler, type Schedule } from '../platform/jobs.ts'
import type { Services } from '../services.ts'
import { processAssetJob, sweepAssetsJob } from './jobs.ts'
import { processAsset } from './process-asset.ts'
import { sweepAssets } from './sweep-assets.ts'

export const mediaHandlers: Handler<Services>[] = [handle(processAssetJob, processAsset), handle(sweepAssetsJob, sweepAssets)]

export const mediaSchedules: Schedule[] = [{ job: sweepAssetsJob, every: MINUTE }]
