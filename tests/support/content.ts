import { applySettings } from '../../src/content/change-settings.ts'
import { createDocument } from '../../src/content/create-document.ts'
import type { Access, Level } from '../../src/content/document.ts'
import { saveDocument } from '../../src/content/save-document.ts'
import type { Services } from '../../src/services.ts'

interface Given {
  slug: string
  title?: string
  summary?: string
  source?: string
  level?: Level
  access?: Access
  topics?: string[]
  authors?: string[]
  publishedAt?: Date
  publish?: boolean
}

export interface Written {
  id: string
  path: string
}

/** A tutorial as an author leaves it: saved, filed and, unless told otherwise, published. */
export function writeTutorial(services: Services, given: Given): Promise<Written> {
  return write(services, 'tutorial', given)
}

export function writePage(services: Services, given: Given): Promise<Written> {
  return write(services, 'page', given)
}

interface GivenLesson extends Given {
  preview?: boolean
}

/** A course with its sections and lessons, all published unless told otherwise. */
export async function writeCourse(services: Services, given: Given & { sections: { title: string; lessons: GivenLesson[] }[] }): Promise<Written & { lessons: Written[] }> {
  const course = await write(services, 'course', given)
  const lessons: Written[] = []
  for (const [position, section] of given.sections.entries()) {
    const { id: sectionId } = await services.db.courseSection.create({ data: { courseId: course.id, title: section.title, position }, select: { id: true } })
    for (const [place, lesson] of section.lessons.entries()) {
      const written = await services.db.$transaction(async (tx) => {
        const document = await createDocument(tx, { kind: 'lesson', slug: lesson.slug, title: lesson.title ?? lesson.slug, summary: lesson.summary ?? '', coursePath: course.path })
        await tx.lesson.create({ data: { documentId: document.id, courseId: course.id, sectionId, position: place, preview: lesson.preview ?? false } })
        return document
      })
      await save(services, written.id, lesson)
      lessons.push(written)
    }
  }
  return { ...course, lessons }
}

/** Puts a course on sale; answers the price's id. */
export async function sell(services: Services, documentId: string | null, price: { amount?: bigint; currency?: string; interval?: 'month' | 'year' | null } = {}): Promise<string> {
  const { amount = 4900n, currency = 'USD', interval = null } = price
  const product = await services.db.product.create({
    data: { slug: `product-${documentId ?? 'membership'}-${amount}`, name: documentId === null ? 'Membership' : 'The whole course', grants: { create: [{ documentId }] }, prices: { create: [{ amount, currency, interval }] } },
    select: { prices: { select: { id: true } } },
  })
  return product.prices[0]?.id ?? ''
}

async function write(services: Services, kind: 'tutorial' | 'course' | 'page', given: Given): Promise<Written> {
  const written = await services.db.$transaction(async (tx) => {
    const document = await createDocument(tx, { kind, slug: given.slug, title: given.title ?? given.slug, summary: given.summary ?? '' })
    if (kind === 'course') await tx.course.create({ data: { documentId: document.id, outcomes: [], audience: [] } })
    return document
  })
  await save(services, written.id, given)
  return written
}

async function save(services: Services, documentId: string, given: Given): Promise<void> {
  const { db } = services
  await saveDocument(services, {
    documentId,
    draft: { title: given.title ?? given.slug, summary: given.summary ?? '', source: given.source ?? `The text of ${given.slug}.` },
    savedById: null,
    publish: given.publish ?? true,
    updatedAt: given.publishedAt,
  })
  const topicIds = await Promise.all((given.topics ?? []).map(async (slug) => (await db.topic.upsert({ where: { slug }, create: { slug, name: slug }, update: {}, select: { id: true } })).id))
  const authorIds = await Promise.all((given.authors ?? []).map(async (slug) => (await db.author.upsert({ where: { slug }, create: { slug, name: slug }, update: {}, select: { id: true } })).id))
  await db.$transaction((tx) => applySettings(tx, documentId, { level: given.level ?? null, access: given.access ?? 'free', topicIds, authorIds }))
}
