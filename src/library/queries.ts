import type { ListedTutorial } from '../content/cards.ts'
import { CARD } from '../content/sql.ts'
import type { Sql } from '../platform/db.ts'
import { TUTORIALS_PER_PAGE } from './library.ts'

/** Tutorials that somebody has finished, the last one first. */
export async function listFinishedTutorials(sql: Sql, accountId: string, page: number): Promise<{ tutorials: ListedTutorial[]; total: number }> {
  const [tutorials, totals] = await Promise.all([
    sql.rows<ListedTutorial>('tutorials-finished', FINISHED, [accountId, TUTORIALS_PER_PAGE, (page - 1) * TUTORIALS_PER_PAGE]),
    sql.rows<{ total: number }>('tutorials-finished-count', COUNT, [accountId]),
  ])
  return { tutorials, total: totals[0]?.total ?? 0 }
}

const MINE = `FROM completion c JOIN document d ON d.id = c.document_id AND d.kind = 'tutorial' AND d.state = 'published' WHERE c.account_id = $1::uuid`

const FINISHED = `SELECT ${CARD}, true AS completed ${MINE} ORDER BY c.completed_at DESC, d.id LIMIT $2 OFFSET $3`

const COUNT = `SELECT count(*)::int AS total ${MINE}`
