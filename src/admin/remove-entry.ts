import { tagsOf } from '../content/document.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'

/** Deletes a topic or an author; texts stay and lose the link. A second time there is nothing left to do. */
export async function removeEntry({ db }: Services, kind: 'topic' | 'author', id: string): Promise<void> {
  await db.$transaction(async (tx) => {
    if (kind === 'topic') await tx.topic.deleteMany({ where: { id } })
    else await tx.author.deleteMany({ where: { id } })
    await invalidate(tx, [kind === 'topic' ? tagsOf.topics : tagsOf.authors])
  })
}
