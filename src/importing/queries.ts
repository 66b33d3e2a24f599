import type { Prisma } from '#prisma'
import type { Reader } from '../platform/db.ts'
import { markOf } from './mark.ts'

const here = {
  id: true, importKey: true, importHash: true, kind: true, slug: true, path: true, state: true, level: true, access: true, featured: true, coverId: true, coverAlt: true, canonicalUrl: true,
  publishedAt: true,
  latestRevision: { select: { title: true, summary: true, source: true } },
  topics: { select: { topicId: true }, orderBy: { topicId: 'asc' } },
  authors: { select: { authorId: true }, orderBy: { position: 'asc' } },
  lesson: { select: { courseId: true, preview: true } },
  course: {
    select: {
      outcomes: true, audience: true,
      sections: { select: { title: true, lessons: { select: { documentId: true }, orderBy: [{ position: 'asc' }, { documentId: 'asc' }] } }, orderBy: [{ position: 'asc' }, { id: 'asc' }] },
    },
  },
} satisfies Prisma.DocumentSelect

type Row = Prisma.DocumentGetPayload<{ select: typeof here }>

export interface Imported {
  id: string
  kind: Row['kind']
  slug: string
  path: string
  state: Row['state']
  courseId: string | null
  /** The hash of what was last brought; null when an import was interrupted in the middle of it. */
  brought: string | null
  /** Has somebody changed it here since? */
  edited: boolean
}

/** What earlier imports made of these sources, by their key. */
export async function findImported(db: Reader, keys: string[]): Promise<Map<string, Imported>> {
  const rows = await db.document.findMany({ where: { importKey: { in: keys } }, select: here })
  return new Map(rows.map((row) => {
    const [brought = null, mark = null] = row.importHash?.split('.') ?? []
    return [row.importKey ?? '', { id: row.id, kind: row.kind, slug: row.slug, path: row.path, state: row.state, courseId: row.lesson?.courseId ?? null, brought, edited: mark !== null && mark !== markOf(choices(row)) }]
  }))
}

/** A short fingerprint of everything that somebody could change here. */
export async function markOfDocument(db: Reader, id: string): Promise<string> {
  return markOf(choices(await db.document.findUniqueOrThrow({ where: { id }, select: here })))
}

/** What stands in a document's row about somebody's choices, and nothing that machines write. */
const choices = ({ id: _id, importKey: _key, importHash: _hash, path: _path, kind: _kind, ...rest }: Row) => rest

/** Every address in use, and by which source. */
export async function findAddresses(db: Reader): Promise<Map<string, string | null>> {
  const rows = await db.document.findMany({ select: { path: true, importKey: true } })
  return new Map(rows.map(({ path, importKey }) => [path, importKey]))
}
