import type { Prisma } from '#prisma'
import type { Kind } from '../content/document.ts'
import type { Reader, Sql } from '../platform/db.ts'
import { found } from '../platform/errors.ts'

const revision = { number: true, title: true, summary: true, source: true, html: true, outline: true, problems: true, words: true, minutes: true, createdAt: true, savedBy: { select: { name: true } } } as const satisfies Prisma.RevisionSelect

const edited = {
  id: true, kind: true, slug: true, path: true, state: true, title: true, summary: true, level: true, access: true, featured: true, coverId: true, coverAlt: true, canonicalUrl: true, publishedAt: true,
  publishedRevisionId: true, latestRevisionId: true, latestRevision: { select: revision },
  topics: { select: { topicId: true } }, authors: { select: { authorId: true, author: { select: { name: true } } }, orderBy: { position: 'asc' } },
  course: { select: { outcomes: true, audience: true } },
  lesson: { select: { preview: true, courseId: true, course: { select: { document: { select: { title: true } } } } } },
} as const satisfies Prisma.DocumentSelect

export type Edited = Prisma.DocumentGetPayload<{ select: typeof edited }>

/** A document of this kind with its latest text, for its editor. */
export async function findEdited(db: Reader, kind: Kind, id: string): Promise<Edited> {
  return found(await db.document.findFirst({ where: { id, kind }, select: edited }), kind)
}

const MOST_COVERS = 100
const MOST_CHOICES = 500

/** What the settings offer: topics, authors, and the newest pictures with the one in use. */
export async function listOffers(db: Reader, coverId: string | null) {
  const [topics, authors, pictures, cover] = await Promise.all([
    db.topic.findMany({ select: { id: true, name: true }, orderBy: { name: 'asc' }, take: MOST_CHOICES }),
    db.author.findMany({ select: { id: true, name: true }, orderBy: { name: 'asc' }, take: MOST_CHOICES }),
    db.asset.findMany({ where: { state: { not: 'refused' } }, select: { id: true, name: true }, orderBy: { id: 'desc' }, take: MOST_COVERS }),
    coverId === null ? null : db.asset.findUnique({ where: { id: coverId }, select: { id: true, name: true } }),
  ])
  return { topics, authors, pictures: cover === null || pictures.some(({ id }) => id === cover.id) ? pictures : [cover, ...pictures] }
}
export type Offers = Awaited<ReturnType<typeof listOffers>>

const MOST_REVISIONS = 200

/** The newest saves, without their texts. */
export async function listRevisions(db: Reader, documentId: string) {
  return db.revision.findMany({ where: { documentId }, select: { id: true, number: true, title: true, words: true, createdAt: true, savedBy: { select: { name: true } } }, orderBy: { number: 'desc' }, take: MOST_REVISIONS })
}
export type RevisionLine = Awaited<ReturnType<typeof listRevisions>>[number]

export async function findRevision(db: Reader, documentId: string, number: number) {
  return found(await db.revision.findUnique({ where: { documentId_number: { documentId, number } }, select: revision }), 'revision')
}
export type RevisionShown = Awaited<ReturnType<typeof findRevision>>

/** A course's sections and lessons in their order. */
export async function listSections(db: Reader, courseId: string) {
  return db.courseSection.findMany({
    where: { courseId },
    select: {
      id: true, title: true,
      lessons: { select: { documentId: true, preview: true, document: { select: { title: true, state: true, minutes: true, publishedRevisionId: true, latestRevisionId: true } } }, orderBy: [{ position: 'asc' }, { documentId: 'asc' }] },
    },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  })
}
export type SectionShown = Awaited<ReturnType<typeof listSections>>[number]

/**
 * How many of these texts are somebody else's: they have authors (a lesson its course's), and this account is none of them.
 */
export async function countForeign(sql: Sql, accountId: string, ids: readonly string[]): Promise<number> {
  const rows = await sql.rows<{ count: number }>('foreign-texts', FOREIGN, [accountId, ids])
  return rows[0]?.count ?? 0
}

const FOREIGN = `
  SELECT count(*)::int AS count FROM document d LEFT JOIN lesson l ON l.document_id = d.id
  WHERE d.id = ANY($2::uuid[])
    AND EXISTS (SELECT 1 FROM document_author da WHERE da.document_id IN (d.id, l.course_id))
    AND NOT EXISTS (SELECT 1 FROM document_author da JOIN author a ON a.id = da.author_id WHERE da.document_id IN (d.id, l.course_id) AND a.account_id = $1::uuid)`
