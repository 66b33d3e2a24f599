import type { Sql } from '../platform/db.ts'

export interface Counts {
  tutorials: number
  lessons: number
}

/** How much there is to read. */
export async function countTexts(sql: Sql): Promise<Counts> {
  const rows = await sql.rows<Counts>('home-counts', COUNTS, [])
  return rows[0] ?? { tutorials: 0, lessons: 0 }
}

const COUNTS = `
  SELECT count(*) FILTER (WHERE d.kind = 'tutorial')::int AS tutorials, count(*) FILTER (WHERE c.state = 'published')::int AS lessons
  FROM document d LEFT JOIN lesson l ON l.document_id = d.id LEFT JOIN document c ON c.id = l.course_id
  WHERE d.state = 'published' AND d.kind IN ('tutorial', 'lesson')`
