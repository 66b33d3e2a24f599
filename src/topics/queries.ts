import type { Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'

export interface Topic {
  id: string
  slug: string
  name: string
  description: string
}

export interface ListedTopic extends Topic {
  tutorials: number
}

export async function findTopic(sql: Sql, slug: string): Promise<Topic> {
  const rows = await sql.rows<Topic>('topic', 'SELECT id, slug, name, description FROM topic WHERE slug = $1', [slug])
  return found(rows[0], 'topic')
}

/** Topics that have something to read, by name. */
export async function listTopics(sql: Sql): Promise<ListedTopic[]> {
  return sql.rows<ListedTopic>('topics', LISTED, [])
}

const LISTED = `
  SELECT t.id, t.slug, t.name, t.description, count(*) FILTER (WHERE d.kind = 'tutorial')::int AS tutorials
  FROM topic t JOIN document_topic dt ON dt.topic_id = t.id JOIN document d ON d.id = dt.document_id
  WHERE d.state = 'published' AND d.kind IN ('tutorial', 'course') GROUP BY t.id ORDER BY t.name`
