import type { Prisma } from '#prisma'
import { listRights } from '../access/queries.ts'
import type { Reader } from '../platform/db.ts'
import { found } from '../platform/errors.ts'
import { askWhere, COUNTED_ROWS, orderBy, PER_PAGE, readOrder, rowsAfter, type AnyRow, type AnyScreen, type Ask } from './list.ts'

interface Table {
  findMany(args: object): Promise<AnyRow[]>
  findFirst(args: object): Promise<AnyRow | null>
  count(args: object): Promise<number>
}

/** The model a screen names. Its `where` and `select` were checked against it where the screen was declared. */
const tableOf = (db: Reader, screen: AnyScreen): Table => db[screen.model] as unknown as Table

export interface ListedRows {
  rows: AnyRow[]
  /** At most COUNTED_ROWS + 1, which stands for "more". */
  total: number
  hasMore: boolean
}

/** One page of a screen: at most two queries and the few that `select` makes, however many rows there are. */
export async function listRows(db: Reader, screen: AnyScreen, ask: Ask): Promise<ListedRows> {
  const table = tableOf(db, screen)
  const where = askWhere(screen, ask)
  const rows = await (ask.after === null ? table.findMany({ ...rowQuery(screen, ask, where), skip: (ask.page - 1) * PER_PAGE, take: PER_PAGE + 1 }) : listAfter(table, screen, ask, where, PER_PAGE + 1))
  const hasMore = rows.length > PER_PAGE
  // A first page that holds all is its own count: a rare word is looked for once, not twice.
  const total = ask.after === null && ask.page === 1 && !hasMore ? rows.length : await table.count({ where, take: COUNTED_ROWS + 1 })
  return { rows: rows.slice(0, PER_PAGE), total, hasMore }
}

const rowQuery = (screen: AnyScreen, ask: Ask, where: object) => ({ where, select: screen.select, orderBy: orderBy(screen, readOrder(screen, ask.sort)) })

async function listAfter(table: Table, screen: AnyScreen, ask: Ask, where: object, take: number): Promise<AnyRow[]> {
  const order = readOrder(screen, ask.sort)
  const last = found(await table.findFirst({ where: { [screen.id]: ask.after }, select: { [screen.id]: true, [order.by]: true } }), screen.one)
  return table.findMany({ ...rowQuery(screen, ask, { AND: [where, rowsAfter(screen, order, last)] }), take })
}

const BATCH = 1_000

/** Every row that is asked for, a batch at a time, each found from the one before: a million rows cost no more memory than a thousand. */
export async function* eachBatch(db: Reader, screen: AnyScreen, ask: Ask): AsyncGenerator<AnyRow[]> {
  const table = tableOf(db, screen)
  const where = askWhere(screen, ask)
  let rows = await table.findMany({ ...rowQuery(screen, ask, where), take: BATCH })
  while (rows.length > 0) {
    yield rows
    const last = rows.at(-1)
    if (rows.length < BATCH || last === undefined) return
    rows = await listAfter(table, screen, { ...ask, after: String(last[screen.id]) }, where, BATCH)
  }
}

export interface Choice {
  value: string
  label: string
}

const MOST_CHOICES = 500

/** What a filter from a table offers. */
export async function listChoices(db: Reader, from: 'topics' | 'authors' | 'courses'): Promise<Choice[]> {
  const take = MOST_CHOICES
  if (from === 'courses') {
    const courses = await db.document.findMany({ where: { kind: 'course' }, select: { id: true, title: true }, orderBy: { title: 'asc' }, take })
    return courses.map(({ id, title }) => ({ value: id, label: title }))
  }
  const query = { select: { id: true, name: true }, orderBy: { name: 'asc' }, take } as const
  const rows = from === 'topics' ? await db.topic.findMany(query) : await db.author.findMany(query)
  return rows.map(({ id, name }) => ({ value: id, label: name }))
}

/** The titles of chosen documents of one screen; ids that are not its rows are left out. */
export async function listChosen(db: Reader, screen: AnyScreen, ids: string[]): Promise<{ id: string; title: string }[]> {
  const rows = await tableOf(db, screen).findMany({ where: { AND: [screen.where ?? {}, { id: { in: ids } }] }, select: { id: true, title: true } })
  return rows as { id: string; title: string }[]
}

// ─── Start ───────────────────────────────────────────────────────────────────────────────────────

const edit = { id: true, kind: true, title: true, state: true, publishedRevisionId: true, latestRevisionId: true, latestRevision: { select: { createdAt: true, savedBy: { select: { name: true } } } } } as const satisfies Prisma.DocumentSelect
export type Edit = Prisma.DocumentGetPayload<{ select: typeof edit }>

const KINDS = ['tutorial', 'course', 'lesson', 'page'] as const

/** Texts that this person saved last and readers do not see. */
export async function listDrafts(db: Reader, accountId: string): Promise<Edit[]> {
  return db.document.findMany({ where: { kind: { in: [...KINDS] }, state: 'draft', latestRevision: { savedById: accountId } }, select: edit, orderBy: { updatedAt: 'desc' }, take: 10 })
}

/** The last saves of anybody, each document once. Revision ids are made in order of time. */
export async function listRecentEdits(db: Reader): Promise<Edit[]> {
  const revisions = await db.revision.findMany({ select: { documentId: true }, orderBy: { id: 'desc' }, take: 60 })
  const ids = [...new Set(revisions.map((revision) => revision.documentId))].slice(0, 10)
  const documents = await db.document.findMany({ where: { id: { in: ids } }, select: edit })
  return documents.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id))
}

/** Figures that ask for something to be done. Each reads an index, within a bound. */
export async function countWork(db: Reader, since: Date) {
  const take = COUNTED_ROWS + 1
  const [orders, failedMails, waitingEvents, pendingPictures] = await Promise.all([
    db.order.count({ where: { createdAt: { gte: since }, state: { in: ['paid', 'completed'] } }, take }),
    db.mail.count({ where: { state: 'failed' }, take }),
    db.providerEvent.count({ where: { receivedAt: { gte: since }, processedAt: null }, take }),
    db.asset.count({ where: { state: 'pending' }, take }),
  ])
  return { orders, failedMails, waitingEvents, pendingPictures }
}

// ─── One record ──────────────────────────────────────────────────────────────────────────────────

const MOST_RELATED = 100

const orderLine = { id: true, state: true, currency: true, total: true, createdAt: true } as const satisfies Prisma.OrderSelect

export async function findAccount(db: Reader, id: string) {
  const account = await db.account.findUnique({
    where: { id },
    select: {
      id: true, email: true, name: true, role: true, emailVerifiedAt: true, disabledAt: true, createdAt: true, author: { select: { id: true, name: true } },
      customers: { select: { providerCustomerId: true, email: true }, take: MOST_RELATED }, _count: { select: { sessions: true, completions: true, orders: true } },
      orders: { select: orderLine, orderBy: { createdAt: 'desc' }, take: MOST_RELATED },
    },
  })
  return { ...found(account, 'account'), rights: await listRights(db, id) }
}
export type AccountRecord = Awaited<ReturnType<typeof findAccount>>

export async function findOrder(db: Reader, id: string) {
  const order = found(
    await db.order.findUnique({
      where: { id },
      select: {
        ...orderLine, buyerEmail: true, tax: true, refunded: true, completedAt: true, providerTransactionId: true, account: { select: { id: true, email: true } },
        items: { select: { quantity: true, total: true, refunded: true, price: { select: { amount: true, currency: true, interval: true, product: { select: { name: true } } } } } },
      },
    }),
    'order',
  )
  const events = order.providerTransactionId === null ? [] : await db.providerEvent.findMany({ where: { entityId: order.providerTransactionId }, select: eventLine, orderBy: { occurredAt: 'asc' }, take: MOST_RELATED })
  return { ...order, events }
}
export type OrderRecord = Awaited<ReturnType<typeof findOrder>>

const eventLine = { eventId: true, type: true, occurredAt: true, receivedAt: true, processedAt: true, quarantinedAt: true, attempts: true } as const satisfies Prisma.ProviderEventSelect

export async function findEvent(db: Reader, eventId: string) {
  return found(await db.providerEvent.findUnique({ where: { eventId }, select: { ...eventLine, entityId: true, source: true, problem: true, raw: true } }), 'event')
}
export type EventRecord = Awaited<ReturnType<typeof findEvent>>

export async function findMail(db: Reader, id: string) {
  return found(await db.mail.findUnique({ where: { id }, omit: { claimedAt: true } }), 'mail')
}
export type MailRecord = Awaited<ReturnType<typeof findMail>>

export async function findPicture(db: Reader, id: string) {
  const document = { select: { id: true, kind: true, title: true } } as const
  const asset = await db.asset.findUnique({
    where: { id },
    select: {
      id: true, state: true, name: true, alt: true, width: true, height: true, bytes: true, variants: true, problem: true, createdAt: true, uploadedBy: { select: { name: true } },
      documents: { select: { document }, take: MOST_RELATED }, covers: { ...document, take: MOST_RELATED },
    },
  })
  return found(asset, 'picture')
}
export type PictureRecord = Awaited<ReturnType<typeof findPicture>>

export const findTopic = async (db: Reader, id: string) => found(await db.topic.findUnique({ where: { id }, select: { name: true, slug: true, description: true } }), 'topic')

export async function findAuthor(db: Reader, id: string) {
  const author = found(await db.author.findUnique({ where: { id }, select: { name: true, slug: true, headline: true, bio: true, account: { select: { email: true } } } }), 'author')
  return { name: author.name, slug: author.slug, headline: author.headline, bio: author.bio, email: author.account?.email ?? '' }
}
