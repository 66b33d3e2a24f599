import { z } from 'zod'
import { isForeignKeyViolation, isUniqueViolation, type Tx } from '../platform/db.ts'
import { Conflict, found, Invalid } from '../platform/errors.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import { tagsFor } from './change-tags.ts'
import { ACCESSES, idField, isReserved, LEVELS, pathOf, plainText, slugField, tagsOf } from './document.ts'

export const settingsInput = z.object({
  slug: slugField,
  level: z.enum(LEVELS).nullable(),
  access: z.enum(ACCESSES),
  featured: z.boolean(),
  coverId: idField.nullable(),
  coverAlt: plainText(300).trim(),
  canonicalUrl: z.url({ protocol: /^https?$/ }).max(500).nullable(),
  topicIds: z.array(idField).max(20),
  authorIds: z.array(idField).max(20),
  publishedAt: z.date().nullable(),
})

export type Settings = z.infer<typeof settingsInput>

/**
 * Changes what stands beside a text. They hold at once, published or not. A new slug moves the document (and a
 * course's lessons with it) and leaves redirects. Settings that are left out stay as they are.
 */
export async function changeSettings({ db }: Services, documentId: string, settings: Partial<Settings>): Promise<void> {
  await db.$transaction((tx) => applySettings(tx, documentId, settings))
}

/** The same inside a transaction that is already open. */
export async function applySettings(tx: Tx, documentId: string, settings: Partial<Settings>): Promise<void> {
  const { slug } = settings
  const tagsBefore = await tagsFor(tx, documentId)
  if (slug !== undefined) await moveDocument(tx, documentId, slug)
  try {
    await writeSettings(tx, documentId, settings)
  } catch (error) {
    if (isForeignKeyViolation(error)) throw new Invalid('A topic, author or picture that you chose is not there any more. Load the page again.')
    throw error
  }
  await invalidate(tx, [...tagsBefore, tagsOf.topics, tagsOf.authors])
}

async function writeSettings(tx: Tx, documentId: string, { slug: _moved, topicIds, authorIds, publishedAt, ...columns }: Partial<Settings>): Promise<void> {
  await tx.document.update({
    where: { id: documentId },
    // A published document always has a date.
    data: { ...columns, ...(publishedAt === null || publishedAt === undefined ? {} : { publishedAt }) },
  })
  if (topicIds !== undefined) {
    await tx.documentTopic.deleteMany({ where: { documentId } })
    await tx.documentTopic.createMany({ data: topicIds.map((topicId) => ({ documentId, topicId })), skipDuplicates: true })
  }
  if (authorIds !== undefined) {
    await tx.documentAuthor.deleteMany({ where: { documentId } })
    await tx.documentAuthor.createMany({ data: authorIds.map((authorId, position) => ({ documentId, authorId, position })), skipDuplicates: true })
  }
}

async function moveDocument(tx: Tx, documentId: string, slug: string): Promise<void> {
  const document = found(
    await tx.document.findUnique({
      where: { id: documentId },
      select: { id: true, kind: true, slug: true, path: true, lesson: { select: { course: { select: { document: { select: { path: true } } } } } } },
    }),
    'document',
  )
  if (document.slug === slug) return
  if (document.kind === 'page' && isReserved(slug)) throw new Invalid(`“${slug}” is an address of the site itself. Choose another.`)
  const path = pathOf(document.kind, slug, document.lesson?.course.document.path ?? null)
  await movePath(tx, { ...document, newPath: path, newSlug: slug })
  if (document.kind !== 'course') return

  const lessons = await tx.lesson.findMany({ where: { courseId: documentId }, select: { document: { select: { id: true, slug: true, path: true } } } })
  for (const lesson of lessons) {
    await movePath(tx, { ...lesson.document, newPath: pathOf('lesson', lesson.document.slug, path), newSlug: lesson.document.slug })
    await invalidate(tx, [tagsOf.document(lesson.document.id)])
  }
}

async function movePath(tx: Tx, move: { id: string; path: string; newPath: string; newSlug: string }): Promise<void> {
  try {
    await tx.document.update({ where: { id: move.id }, data: { slug: move.newSlug, path: move.newPath } })
  } catch (error) {
    if (isUniqueViolation(error)) throw new Conflict(`The address ${move.newPath} is taken.`)
    throw error
  }
  await tx.redirect.deleteMany({ where: { fromPath: move.newPath } })
  await tx.redirect.upsert({ where: { fromPath: move.path }, create: { fromPath: move.path, documentId: move.id }, update: { documentId: move.id } })
}
