import { writeProduct } from '../billing/save-product.ts'
import { applySettings } from '../content/change-settings.ts'
import { createDocument } from '../content/create-document.ts'
import { tagsFor } from '../content/change-tags.ts'
import { tagsOf } from '../content/document.ts'
import { draftInput, type Draft } from '../content/draft.ts'
import { renderSource } from '../content/render-source.ts'
import { saveDocument } from '../content/save-document.ts'
import { unpublishDocument } from '../content/unpublish-document.ts'
import type { Library, Named, Outline } from '../manuscripts/manuscript.ts'
import type { Planned } from '../manuscripts/plan.ts'
import type { Tx } from '../platform/db.ts'
import { Invalid } from '../platform/errors.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import { placeLesson, arrangeCourse } from './arrange-course.ts'
import { markOfDocument, type Imported } from './queries.ts'

/** Ids by slug. */
export interface Names {
  topics: Map<string, string>
  people: Map<string, string>
}

interface Writing {
  planned: Planned
  library: Library
  source: string
  coverId: string | null
  before: Imported | null
  names: Names
}

/** Makes or changes one document, all but the mark at the end in the steps that an author's own save takes. Safe to repeat after it broke off. */
export async function writeDocument(services: Services, writing: Writing): Promise<void> {
  const { db } = services
  const { planned, source, coverId, before, names } = writing
  const { manuscript, outline, slug } = planned
  const draft = draftOf(planned, source)
  if (before !== null && before.kind !== manuscript.kind) throw new Invalid(`This was imported as a ${before.kind} and is a ${manuscript.kind} now. Delete the old one first.`)
  const documentId = await db.$transaction(async (tx) => {
    const id = before?.id ?? (await createDocument(tx, { kind: manuscript.kind, slug, title: draft.title, summary: draft.summary, coursePath: coursePathOf(planned.path), importKey: manuscript.key })).id
    // Until the mark is set again this counts as unfinished: the next run writes it anew instead of taking it for an edit.
    await tx.document.update({ where: { id }, data: { importHash: null } })
    if (outline !== null) await arrangeCourse(tx, id, outline)
    if (manuscript.course !== null) await placeLesson(tx, id, manuscript, writing.library)
    return id
  })
  const ids = (list: Named[], known: Map<string, string>) => list.flatMap((one) => known.get(one.slug) ?? [])
  await saveDocument(services, {
    documentId, draft, savedById: null, publish: !manuscript.draft, updatedAt: manuscript.updatedAt ?? (before === null ? (manuscript.publishedAt ?? undefined) : undefined),
    alongside: (tx) => applySettings(tx, documentId, {
      slug, coverId, coverAlt: shortened(manuscript.coverAlt, 300), level: manuscript.level, access: manuscript.access, featured: manuscript.featured, canonicalUrl: manuscript.canonicalUrl, publishedAt: manuscript.publishedAt,
      topicIds: ids(manuscript.topics, names.topics), authorIds: ids(manuscript.authors, names.people),
    }),
  })
  if (manuscript.draft && before?.state === 'published') await unpublishDocument(services, documentId)
  await db.$transaction(async (tx) => {
    if (manuscript.updatedAt !== null) await tx.document.update({ where: { id: documentId }, data: { updatedAt: manuscript.updatedAt } })
    await redirectTo(tx, documentId, manuscript.redirects)
    if (outline?.price) await sell(tx, documentId, { slug, name: draft.title, description: draft.summary }, outline.price)
    // A course is finished when its lessons are.
    if (outline === null) await setMark(tx, documentId, planned.hash)
    await invalidate(tx, [...(await tagsFor(tx, documentId)), tagsOf.offers])
  })
}

/** The text as it would be kept. Throws `Invalid` with what is wrong about it. */
export function draftOf({ manuscript, summary }: Planned, source: string): Draft {
  const draft = draftInput.safeParse({ title: manuscript.title, summary: shortened(summary, 400), source })
  if (draft.success) return draft.data
  const { code, path, message, maximum } = draft.error.issues[0] as { code?: string; path: PropertyKey[]; message: string; maximum?: number }
  throw new Invalid(`The ${path[0] === 'source' ? 'text' : String(path[0])} ${code === 'too_big' ? `is too long: at most ${maximum} characters` : `is refused: ${message}`}.`)
}

/** Notes what was brought, and what our copy looks like: whatever differs next time was changed by somebody here. */
export async function setMark(tx: Tx, id: string, hash: string): Promise<void> {
  await tx.document.update({ where: { id }, data: { importHash: `${hash}.${await markOfDocument(tx, id)}` } })
}

const coursePathOf = (lessonPath: string): string => lessonPath.split('/').slice(0, -1).join('/')

/** An old address leads on, unless something stands there already. Requests are lower-cased before they are looked up. */
async function redirectTo(tx: Tx, documentId: string, addresses: string[]): Promise<void> {
  for (const address of addresses.map((written) => `/${written.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '').replace(/^\/+|\/+$/g, '')}`.toLowerCase())) {
    if (address === '/' || address.length > 500) continue
    for (const fromPath of [address, `${address}/`]) {
      const taken = await tx.document.findUnique({ where: { path: fromPath }, select: { id: true } })
      if (taken === null) await tx.redirect.upsert({ where: { fromPath }, create: { fromPath, documentId }, update: { documentId } })
    }
  }
}

/** Puts a course on sale once; afterwards its price is the owner's business. Paddle hears of it from the billing sweep. */
async function sell(tx: Tx, documentId: string, product: { slug: string; name: string; description: string }, price: NonNullable<Outline['price']>): Promise<void> {
  const sold = await tx.productGrant.findFirst({ where: { documentId }, select: { id: true } })
  const taken = await tx.product.findUnique({ where: { slug: product.slug }, select: { id: true } })
  if (sold !== null || taken !== null) return
  await writeProduct(tx, { ...product, documentIds: [documentId], prices: [{ amount: BigInt(price.amount), currency: price.currency }] })
}

/** Topics that are not here yet. What is here stays as somebody may have changed it. */
export async function writeTopics({ db }: Services, library: Library): Promise<Map<string, string>> {
  const described = new Map(library.topics.map((topic) => [topic.slug, topic]))
  const wanted = new Map([...library.manuscripts.flatMap(({ topics }) => topics).map(({ slug, name }) => [slug, { slug, name: shortened(name, 100), description: '' }] as const), ...described])
  await db.topic.createMany({ data: [...wanted.values()], skipDuplicates: true })
  const rows = await db.topic.findMany({ where: { slug: { in: [...wanted.keys()] } }, select: { id: true, slug: true } })
  return new Map(rows.map(({ id, slug }) => [slug, id]))
}

export async function writePeople({ db, config }: Services, library: Library): Promise<Map<string, string>> {
  const described = new Map(library.people.map((person) => [person.slug, person]))
  const wanted = new Map([...library.manuscripts.flatMap(({ authors }) => authors).map(({ slug, name }) => [slug, { slug, name: shortened(name, 100), headline: '', bio: '' }] as const), ...described])
  const here = new Set((await db.author.findMany({ where: { slug: { in: [...wanted.keys()] } }, select: { slug: true } })).map(({ slug }) => slug))
  for (const person of wanted.values()) {
    if (here.has(person.slug)) continue
    const { html } = await renderSource(db, person.bio, config.baseUrl)
    await db.author.createMany({ data: [{ ...person, bioHtml: html }], skipDuplicates: true })
  }
  const rows = await db.author.findMany({ where: { slug: { in: [...wanted.keys()] } }, select: { id: true, slug: true } })
  return new Map(rows.map(({ id, slug }) => [slug, id]))
}

/** At most so long, cut at a word. */
function shortened(text: string, most: number): string {
  const line = text.replaceAll('\0', '').replace(/\s+/g, ' ').trim()
  if (line.length <= most) return line
  const short = line.slice(0, most - 1).toWellFormed()
  return `${short.slice(0, Math.max(short.lastIndexOf(' '), most / 2)).trimEnd()}…`
}
