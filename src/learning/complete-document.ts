import { entitled } from '../access/sql.ts'
import { found } from '../platform/errors.ts'
import type { Viewer } from '../platform/viewer.ts'
import type { Services } from '../services.ts'

/** Marks a tutorial or lesson as finished, or takes the mark away. Either may be said twice. Returns its address. */
export async function completeDocument({ db, sql }: Services, documentId: string, viewer: Viewer, completed: boolean): Promise<string> {
  const { path } = found((await sql.rows<{ path: string }>('completable', COMPLETABLE, [viewer.id, documentId]))[0], 'lesson')
  if (completed) await db.completion.createMany({ data: [{ accountId: viewer.id, documentId }], skipDuplicates: true })
  else await db.completion.deleteMany({ where: { accountId: viewer.id, documentId } })
  return path
}

/** A published tutorial or lesson that this account may read. */
const COMPLETABLE = `
  SELECT d.path FROM document d LEFT JOIN lesson l ON l.document_id = d.id LEFT JOIN document c ON c.id = l.course_id
  WHERE d.id = $2::uuid AND d.kind IN ('tutorial', 'lesson') AND d.state = 'published' AND (c.id IS NULL OR c.state = 'published')
    AND (COALESCE(c.access, d.access) = 'free' OR COALESCE(l.preview, false)
      OR ${entitled({ account: '$1::uuid', document: 'd.id', course: 'c.id', access: 'COALESCE(c.access, d.access)' })})`
