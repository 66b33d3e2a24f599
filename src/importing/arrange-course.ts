import type { Library, Manuscript, Outline } from '../manuscripts/manuscript.ts'
import type { Tx } from '../platform/db.ts'
import { Invalid } from '../platform/errors.ts'

/** Gives a course its sections in order, and puts the lessons that are here already into them. Sections keep their identity by title. */
export async function arrangeCourse(tx: Tx, courseId: string, { outcomes, audience, sections }: Outline): Promise<void> {
  const own = { outcomes, audience }
  await tx.course.upsert({ where: { documentId: courseId }, create: { documentId: courseId, ...own }, update: own })
  const here = await tx.courseSection.findMany({ where: { courseId }, select: { id: true, title: true }, orderBy: [{ position: 'asc' }, { id: 'asc' }] })
  const kept: string[] = []
  for (const [position, { title, lessons }] of sections.entries()) {
    const known = here.find((section) => section.title === title && !kept.includes(section.id))
    const { id } = known ?? (await tx.courseSection.create({ data: { courseId, title, position }, select: { id: true } }))
    kept.push(id)
    if (known) await tx.courseSection.update({ where: { id }, data: { position } })
    const placed = await tx.lesson.findMany({ where: { courseId, document: { importKey: { in: lessons } } }, select: { documentId: true, document: { select: { importKey: true } } } })
    for (const lesson of placed) await tx.lesson.update({ where: { documentId: lesson.documentId }, data: { sectionId: id, position: lessons.indexOf(lesson.document.importKey ?? '') } })
  }
  // What the outline no longer names goes when nothing is left in it.
  await tx.courseSection.deleteMany({ where: { courseId, id: { notIn: kept }, lessons: { none: {} } } })
}

/** Puts a new lesson where its outline says. A section that somebody has renamed or removed since is made again, at the end. */
export async function placeLesson(tx: Tx, documentId: string, { course, key, preview }: Manuscript, { outlines }: Library): Promise<void> {
  const here = await tx.lesson.updateMany({ where: { documentId }, data: { preview } })
  if (here.count > 0) return
  const home = await tx.document.findUnique({ where: { importKey: course ?? '' }, select: { id: true } })
  if (home === null) throw new Invalid('Its course was refused.')
  const section = outlines.find((outline) => outline.course === course)?.sections.find(({ lessons }) => lessons.includes(key))
  const title = section?.title ?? 'Lessons'
  const known = await tx.courseSection.findFirst({ where: { courseId: home.id, title }, select: { id: true }, orderBy: { position: 'asc' } })
  const { id: sectionId } = known ?? (await tx.courseSection.create({ data: { courseId: home.id, title, position: await tx.courseSection.count({ where: { courseId: home.id } }) }, select: { id: true } }))
  await tx.lesson.create({ data: { documentId, courseId: home.id, sectionId, position: section?.lessons.indexOf(key) ?? 0, preview } })
}
