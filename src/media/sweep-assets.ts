import { renderDocuments } from '../content/jobs.ts'
import type { Services } from '../services.ts'
import { processAssetJob } from './jobs.ts'

const AT_ONCE = 200

/** Rings for every picture still owed its sizes, and for texts that still say "in preparation" of one that is done. */
export async function sweepAssets({ db, jobs }: Services): Promise<void> {
  const pending = await db.asset.findMany({ where: { state: 'pending' }, orderBy: { createdAt: 'asc' }, take: AT_ONCE, select: { id: true } })
  for (const { id } of pending) await jobs.enqueue(processAssetJob, { id }, { once: id })
  for (const { id } of await listUnshown(db)) await jobs.enqueue(renderDocuments, { assetId: id }, { once: id })
}

/** Only pictures of the last day: the rest has been looked at often enough. */
async function listUnshown(db: Services['db']): Promise<{ id: string }[]> {
  return db.$queryRaw<{ id: string }[]>`
    select distinct a.id from asset a
    join document_asset shown on shown.asset_id = a.id
    join document d on d.id = shown.document_id
    join revision r on r.id in (d.published_revision_id, d.latest_revision_id)
    where a.state <> 'pending' and a.processed_at > now() - interval '1 day' and r.html like '%class="picture-pending"%'
    limit ${AT_ONCE}`
}
