import { createDocument } from '../content/create-document.ts'
import { tagsOf } from '../content/document.ts'
import type { Tx } from '../platform/db.ts'
import { Conflict, found } from '../platform/errors.ts'
import { invalidate } from '../platform/invalidation.ts'
import { slugOf } from '../platform/names.ts'
import type { Services } from '../services.ts'
import type { OutlineChange } from './editor.ts'

interface Section {
  id: string
  lessons: string[]
}

/** Changes a course's sections and lessons; a move that is sent twice moves once. Answers the id of a lesson that was added. */
export async function changeOutline({ db }: Services, courseId: string, change: OutlineChange): Promise<string | null> {
  return db.$transaction(async (tx) => {
    // Whoever changes the same outline takes turns.
    const locked = await tx.$queryRaw<unknown[]>`SELECT 1 FROM course WHERE document_id = ${courseId}::uuid FOR UPDATE`
    found(locked[0], 'course')
    const sections = await readSections(tx, courseId)
    const added = await apply(tx, courseId, sections, change)
    await invalidate(tx, [tagsOf.document(courseId), tagsOf.list('course'), ...sections.flatMap((section) => section.lessons.map(tagsOf.document))])
    return added
  })
}

async function readSections(tx: Tx, courseId: string): Promise<Section[]> {
  const rows = await tx.courseSection.findMany({
    where: { courseId },
    select: { id: true, lessons: { select: { documentId: true }, orderBy: [{ position: 'asc' }, { documentId: 'asc' }] } },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  })
  return rows.map(({ id, lessons }) => ({ id, lessons: lessons.map((lesson) => lesson.documentId) }))
}

async function apply(tx: Tx, courseId: string, sections: Section[], change: OutlineChange): Promise<string | null> {
  const section = 'section' in change ? found(sections.find(({ id }) => id === change.section), 'section') : null
  switch (change.change) {
    case 'add-section':
      await tx.courseSection.create({ data: { courseId, title: change.title, position: sections.length } })
      return null
    case 'rename-section':
      await tx.courseSection.update({ where: { id: change.section }, data: { title: change.title } })
      return null
    case 'remove-section':
      if (section !== null && section.lessons.length > 0) throw new Conflict('Move or delete this section’s lessons first.')
      await tx.courseSection.deleteMany({ where: { id: change.section } })
      return null
    case 'move-section': {
      const rest = sections.filter((other) => other.id !== change.section)
      await writeSections(tx, rest.toSpliced(change.to, 0, ...(section === null ? [] : [section])))
      return null
    }
    case 'add-lesson':
      return addLesson(tx, courseId, { sectionId: change.section, title: change.title, position: section?.lessons.length ?? 0 })
    case 'move-lesson':
      found(sections.find(({ lessons }) => lessons.includes(change.lesson)), 'lesson')
      await writeLessons(tx, sections.map(({ id, lessons }) => {
        const rest = lessons.filter((lesson) => lesson !== change.lesson)
        return { id, lessons: id === change.section ? rest.toSpliced(change.to, 0, change.lesson) : rest }
      }), sections)
      return null
  }
}

async function writeSections(tx: Tx, sections: Section[]): Promise<void> {
  for (const [position, { id }] of sections.entries()) await tx.courseSection.update({ where: { id }, data: { position } })
}

/** Only the sections that changed are written. */
async function writeLessons(tx: Tx, sections: Section[], before: Section[]): Promise<void> {
  for (const [index, { id, lessons }] of sections.entries()) {
    if (lessons.join() === before[index]?.lessons.join()) continue
    for (const [position, documentId] of lessons.entries()) await tx.lesson.update({ where: { documentId }, data: { position, sectionId: id } })
  }
}

async function addLesson(tx: Tx, courseId: string, { sectionId, title, position }: { sectionId: string; title: string; position: number }): Promise<string> {
  const course = await tx.document.findUniqueOrThrow({ where: { id: courseId }, select: { path: true, authors: { select: { authorId: true, position: true } } } })
  const { id } = await createDocument(tx, { kind: 'lesson', title, slug: slugOf(title) || `lesson-${position + 1}`, summary: '', coursePath: course.path })
  await tx.lesson.create({ data: { documentId: id, courseId, sectionId, position } })
  await tx.documentAuthor.createMany({ data: course.authors.map((author) => ({ documentId: id, ...author })) })
  return id
}
