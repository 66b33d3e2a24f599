import type { Prisma } from '#prisma'
import { fileName, mediaUrl, pictureOf, variants } from '../media/media.ts'
import { moneyText, numberText } from '../platform/words.ts'
import { containing, isUuid, list, type AnyScreen, type Bulk, type Filter, type Tone } from './list.ts'
import { timeText } from './times.ts'

const ACCESS_WORDS = { free: 'Free', members: 'Members', paid: 'Paid' } as const
const LEVEL_WORDS = { basics: 'Basics', intermediate: 'Intermediate', advanced: 'Advanced' } as const

const time = (date: Date | null) => (date === null ? '' : timeText(date))
const iso = (date: Date | null) => date?.toISOString() ?? ''

// ─── Content ─────────────────────────────────────────────────────────────────────────────────────

const documentRow = {
  id: true, kind: true, title: true, path: true, slug: true, state: true, level: true, access: true, words: true, updatedAt: true, createdAt: true,
  publishedRevisionId: true, latestRevisionId: true,
  authors: { select: { author: { select: { name: true } } }, orderBy: { position: 'asc' } },
  topics: { select: { topic: { select: { name: true } } } },
} as const satisfies Prisma.DocumentSelect
type DocumentRow = Prisma.DocumentGetPayload<{ select: typeof documentRow }>

/** Where a text stands: a draft, before readers, or before readers with newer words waiting. */
export function stateOf(document: Pick<DocumentRow, 'state' | 'publishedRevisionId' | 'latestRevisionId'>): { text: string; tone: Tone | null } {
  if (document.state === 'draft') return document.publishedRevisionId === null ? { text: 'Draft', tone: null } : { text: 'Unpublished', tone: 'warn' }
  return document.publishedRevisionId === document.latestRevisionId ? { text: 'Published', tone: 'good' } : { text: 'Published, newer draft', tone: 'accent' }
}

const searchDocuments = (word: string): Prisma.DocumentWhereInput => ({ OR: [{ title: containing(word) }, { slug: containing(word) }] })

const stateFilter: Filter<'document'> = {
  key: 'state', label: 'State',
  options: [
    { value: 'draft', label: 'Draft', where: { state: 'draft' } },
    { value: 'published', label: 'Published', where: { state: 'published' } },
  ],
}
const accessFilter: Filter<'document'> = { key: 'access', label: 'Access', options: (['free', 'members', 'paid'] as const).map((access) => ({ value: access, label: ACCESS_WORDS[access], where: { access } })) }
const levelFilter: Filter<'document'> = { key: 'level', label: 'Level', options: (['basics', 'intermediate', 'advanced'] as const).map((level) => ({ value: level, label: LEVEL_WORDS[level], where: { level } })) }
const topicFilter: Filter<'document'> = { key: 'topic', label: 'Topic', from: 'topics', where: (topicId) => ({ topics: { some: { topicId } } }) }
const authorFilter: Filter<'document'> = { key: 'author', label: 'Author', from: 'authors', where: (authorId) => ({ authors: { some: { authorId } } }) }
const courseFilter: Filter<'document'> = { key: 'course', label: 'Course', from: 'courses', where: (courseId) => ({ lesson: { courseId } }) }

const title = { label: 'Title', value: (row: DocumentRow) => row.title, sort: 'title' }
const state = { label: 'State', value: (row: DocumentRow) => stateOf(row).text, tone: (row: DocumentRow) => stateOf(row).tone }
const access = { label: 'Access', value: (row: DocumentRow) => ACCESS_WORDS[row.access] }
const level = { label: 'Level', value: (row: DocumentRow) => (row.level === null ? '' : LEVEL_WORDS[row.level]) }
const topics = { label: 'Topics', value: (row: DocumentRow) => row.topics.map(({ topic }) => topic.name).join(', ') }
const authors = { label: 'Authors', value: (row: DocumentRow) => row.authors.map(({ author }) => author.name).join(', ') }
const words = { label: 'Words', value: (row: DocumentRow) => numberText(row.words), csv: (row: DocumentRow) => String(row.words), numeric: true }
const changed = { label: 'Changed', value: (row: DocumentRow) => time(row.updatedAt), csv: (row: DocumentRow) => iso(row.updatedAt), sort: 'changed' }
const addressColumn = { label: 'Address', value: (row: DocumentRow) => row.path }

const documentSorts = { changed: { by: 'updatedAt', label: 'Changed' }, title: { by: 'title', label: 'Title' }, created: { by: 'createdAt', label: 'Created' } } as const

const bulk: Bulk[] = [
  { key: 'publish', label: 'Publish', says: (count) => `The latest text of ${count} goes before readers at once.` },
  { key: 'unpublish', label: 'Unpublish', says: (count) => `Readers can no longer open ${count}. Texts, progress and purchases are kept; publishing again brings them back.` },
]

export const tutorials = list({
  path: 'tutorials', title: 'Tutorials', one: 'tutorial', many: 'tutorials', guard: 'staff',
  model: 'document', id: 'id', where: { kind: 'tutorial' }, select: documentRow,
  href: (row) => `/admin/tutorials/${row.id}`,
  columns: [title, state, topics, level, access, authors, words, changed],
  sorts: documentSorts, order: '-changed', search: searchDocuments,
  filters: [stateFilter, topicFilter, levelFilter, accessFilter, authorFilter], bulk,
  create: { label: 'New tutorial', href: '/admin/tutorials/new' },
  empty: { title: 'No tutorials yet', text: 'Write the first one: a title is enough to begin.' },
})

export const courses = list({
  path: 'courses', title: 'Courses', one: 'course', many: 'courses', guard: 'staff',
  model: 'document', id: 'id', where: { kind: 'course' }, select: { ...documentRow, course: { select: { _count: { select: { lessons: true } } } } },
  href: (row) => `/admin/courses/${row.id}`,
  columns: [title, state, { label: 'Lessons', value: (row) => numberText(row.course?._count.lessons ?? 0), numeric: true }, level, access, authors, changed],
  sorts: documentSorts, order: '-changed', search: searchDocuments,
  filters: [stateFilter, topicFilter, levelFilter, accessFilter, authorFilter], bulk,
  create: { label: 'New course', href: '/admin/courses/new' },
  empty: { title: 'No courses yet', text: 'A course is a row of lessons in sections. Make one, then add its lessons in the outline.' },
})

export const lessons = list({
  path: 'lessons', title: 'Lessons', one: 'lesson', many: 'lessons', guard: 'staff',
  model: 'document', id: 'id', where: { kind: 'lesson' },
  select: { ...documentRow, lesson: { select: { preview: true, section: { select: { title: true } }, course: { select: { document: { select: { title: true } } } } } } },
  href: (row) => `/admin/lessons/${row.id}`,
  columns: [title, { label: 'Course', value: (row) => row.lesson?.course.document.title ?? '' }, { label: 'Section', value: (row) => row.lesson?.section.title ?? '' }, state, { label: 'Preview', value: (row) => (row.lesson?.preview ? 'Free preview' : '') }, words, changed],
  sorts: documentSorts, order: '-changed', search: searchDocuments,
  filters: [courseFilter, stateFilter], bulk,
  empty: { title: 'No lessons yet', text: 'Lessons are added in the outline of their course.' },
})

export const pages = list({
  path: 'pages', title: 'Pages', one: 'page', many: 'pages', guard: 'staff',
  model: 'document', id: 'id', where: { kind: 'page' }, select: documentRow,
  href: (row) => `/admin/pages/${row.id}`,
  columns: [title, addressColumn, state, words, changed],
  sorts: documentSorts, order: '-changed', search: searchDocuments, filters: [stateFilter], bulk,
  create: { label: 'New page', href: '/admin/pages/new' },
  empty: { title: 'No pages yet', text: 'About, terms, privacy: plain pages with an address of their own.' },
})

export const pictures = list({
  path: 'pictures', title: 'Pictures', one: 'picture', many: 'pictures', guard: 'staff',
  model: 'asset', id: 'id',
  select: { id: true, state: true, name: true, alt: true, width: true, height: true, bytes: true, variants: true, problem: true, createdAt: true, _count: { select: { documents: true, covers: true } } },
  href: (row) => `/admin/pictures/${row.id}`,
  columns: [
    { label: 'Name', value: (row) => row.name, sort: 'name' },
    { label: 'State', value: (row) => ({ pending: 'In preparation', ready: 'Ready', refused: 'Refused' })[row.state], tone: (row) => ({ pending: 'warn', ready: 'good', refused: 'bad' } as const)[row.state] },
    { label: 'Alternative text', value: (row) => row.alt },
    { label: 'Size', value: (row) => (row.width === null || row.height === null ? '' : `${row.width} × ${row.height}`) },
    { label: 'Weight', value: (row) => `${numberText(Math.ceil(row.bytes / 1024))} KB`, csv: (row) => String(row.bytes), sort: 'weight', numeric: true },
    { label: 'Used in', value: (row) => numberText(row._count.documents + row._count.covers), numeric: true },
    { label: 'Uploaded', value: (row) => time(row.createdAt), csv: (row) => iso(row.createdAt), sort: 'uploaded' },
  ],
  sorts: { uploaded: { by: 'id', label: 'Uploaded' }, name: { by: 'name', label: 'Name' }, weight: { by: 'bytes', label: 'Weight' } }, order: '-uploaded',
  search: (word) => ({ OR: [{ name: containing(word) }, { alt: containing(word) }] }),
  filters: [
    { key: 'state', label: 'State', options: [{ value: 'ready', label: 'Ready', where: { state: 'ready' } }, { value: 'pending', label: 'In preparation', where: { state: 'pending' } }, { value: 'refused', label: 'Refused', where: { state: 'refused' } }] },
    { key: 'use', label: 'Use', options: [{ value: 'none', label: 'Used nowhere', where: { documents: { none: {} }, covers: { none: {} } } }, { value: 'no-alt', label: 'Without alternative text', where: { alt: '' } }] },
  ],
  picture: (row) => thumbnail(row),
  empty: { title: 'No pictures yet', text: 'Upload one here, or drop it into a text.' },
})

/** The smallest size of a picture. */
export function thumbnail(asset: Prisma.AssetGetPayload<{ select: { id: true; state: true; variants: true; alt: true } }>) {
  if (pictureOf(asset) === null || asset.state !== 'ready') return null
  const smallest = variants.parse(asset.variants).filter(({ type }) => type === 'image/webp' || type === 'image/jpeg' || type === 'image/png').toSorted((a, b) => a.width - b.width)[0]
  return smallest === undefined ? null : { src: mediaUrl(asset.id, fileName(smallest)), width: smallest.width, height: smallest.height, alt: asset.alt }
}

export const topicList = list({
  path: 'topics', title: 'Topics', one: 'topic', many: 'topics', guard: 'staff',
  model: 'topic', id: 'id', select: { id: true, name: true, slug: true, description: true, _count: { select: { documents: true } } },
  href: (row) => `/admin/topics/${row.id}`,
  columns: [{ label: 'Name', value: (row) => row.name, sort: 'name' }, { label: 'Address', value: (row) => `/topics/${row.slug}` }, { label: 'Description', value: (row) => row.description }, { label: 'Used by', value: (row) => numberText(row._count.documents), numeric: true }],
  sorts: { name: { by: 'name', label: 'Name' } }, order: 'name', search: (word) => ({ OR: [{ name: containing(word) }, { slug: containing(word) }] }),
  create: { label: 'New topic', href: '/admin/topics/new' },
  empty: { title: 'No topics yet', text: 'Topics bring tutorials and courses on one thing together.' },
})

export const authorList = list({
  path: 'authors', title: 'Authors', one: 'author', many: 'authors', guard: 'staff',
  model: 'author', id: 'id', select: { id: true, name: true, slug: true, headline: true, account: { select: { email: true } }, _count: { select: { documents: true } } },
  href: (row) => `/admin/authors/${row.id}`,
  columns: [{ label: 'Name', value: (row) => row.name, sort: 'name' }, { label: 'Headline', value: (row) => row.headline }, { label: 'Address', value: (row) => `/authors/${row.slug}` }, { label: 'Account', value: (row) => row.account?.email ?? '' }, { label: 'Texts', value: (row) => numberText(row._count.documents), numeric: true }],
  sorts: { name: { by: 'name', label: 'Name' } }, order: 'name', search: (word) => ({ OR: [{ name: containing(word) }, { slug: containing(word) }] }),
  create: { label: 'New author', href: '/admin/authors/new' },
  empty: { title: 'No authors yet', text: 'People who write: their name stands under each text, with a page of their own.' },
})

// ─── Business ────────────────────────────────────────────────────────────────────────────────────

export const accounts = list({
  path: 'accounts', title: 'Accounts', one: 'account', many: 'accounts', guard: 'owner',
  model: 'account', id: 'id', select: { id: true, email: true, name: true, role: true, emailVerifiedAt: true, disabledAt: true, createdAt: true },
  href: (row) => `/admin/accounts/${row.id}`,
  columns: [
    { label: 'E-mail', value: (row) => row.email, sort: 'email' },
    { label: 'Name', value: (row) => row.name },
    { label: 'Role', value: (row) => row.role, tone: (row) => (row.role === 'member' ? null : 'accent') },
    { label: 'State', value: (row) => (row.disabledAt !== null ? 'Closed' : row.emailVerifiedAt === null ? 'Address not proved' : 'Active'), tone: (row) => (row.disabledAt !== null ? 'bad' : row.emailVerifiedAt === null ? 'warn' : 'good') },
    { label: 'Since', value: (row) => time(row.createdAt), csv: (row) => iso(row.createdAt), sort: 'since' },
  ],
  // Ids are made in order of time.
  sorts: { since: { by: 'id', label: 'Since' }, email: { by: 'email', label: 'E-mail' } }, order: '-since',
  search: (word) => ({ OR: [{ email: containing(word) }, { name: containing(word) }] }),
  filters: [
    { key: 'role', label: 'Role', options: (['owner', 'editor', 'author', 'member'] as const).map((role) => ({ value: role, label: role, where: { role } })) },
    { key: 'state', label: 'State', options: [{ value: 'unproved', label: 'Address not proved', where: { emailVerifiedAt: null } }, { value: 'closed', label: 'Closed', where: { disabledAt: { not: null } } }] },
  ],
  empty: { title: 'No accounts yet', text: 'They appear when people sign up or buy.' },
})

const money = (amount: bigint | null, currency: string | null) => (amount === null || currency === null ? '' : moneyText(amount, currency))

export const orders = list({
  path: 'orders', title: 'Orders', one: 'order', many: 'orders', guard: 'owner',
  model: 'order', id: 'id',
  select: {
    id: true, state: true, buyerEmail: true, currency: true, total: true, refunded: true, createdAt: true, completedAt: true, providerTransactionId: true,
    account: { select: { email: true } }, items: { select: { quantity: true, price: { select: { product: { select: { name: true } } } } } },
  },
  href: (row) => `/admin/orders/${row.id}`,
  columns: [
    { label: 'Opened', value: (row) => time(row.createdAt), csv: (row) => iso(row.createdAt), sort: 'opened' },
    { label: 'Buyer', value: (row) => row.account?.email ?? row.buyerEmail ?? '' },
    { label: 'For', value: (row) => row.items.map(({ quantity, price }) => (quantity === 1 ? price.product.name : `${quantity} × ${price.product.name}`)).join(', ') },
    { label: 'State', value: (row) => row.state, tone: (row) => ({ open: null, paid: 'accent', completed: 'good', canceled: 'bad' } as const)[row.state] },
    { label: 'Total', value: (row) => money(row.total, row.currency), numeric: true },
    { label: 'Refunded', value: (row) => (row.refunded === 0n ? '' : money(row.refunded, row.currency)), numeric: true },
    { label: 'Transaction', value: (row) => row.providerTransactionId ?? '' },
  ],
  sorts: { opened: { by: 'createdAt', label: 'Opened' } }, order: '-opened',
  search: (word) => ({ OR: [{ buyerEmail: containing(word) }, { account: { email: containing(word) } }, { providerTransactionId: word }, ...(isUuid(word) ? [{ id: word }] : [])] }),
  filters: [
    { key: 'state', label: 'State', options: (['open', 'paid', 'completed', 'canceled'] as const).map((value) => ({ value, label: value, where: { state: value } })) },
    { key: 'refund', label: 'Refund', options: [{ value: 'some', label: 'With a refund', where: { refunded: { gt: 0 } } }] },
  ],
  empty: { title: 'No orders yet', text: 'An order appears as soon as somebody opens the checkout.' },
})

type EventState = Prisma.ProviderEventGetPayload<{ select: { processedAt: true; quarantinedAt: true; attempts: true } }>

/** Waiting, done, or put aside because it failed too often. */
export function eventState(event: EventState): { text: string; tone: Tone } {
  if (event.processedAt !== null) return { text: 'Done', tone: 'good' }
  if (event.quarantinedAt !== null) return { text: 'Put aside', tone: 'bad' }
  return event.attempts === 0 ? { text: 'Waiting', tone: 'accent' } : { text: 'Trying again', tone: 'warn' }
}

export const events = list({
  path: 'events', title: 'Provider events', one: 'event', many: 'events', guard: 'owner',
  model: 'providerEvent', id: 'eventId',
  select: { eventId: true, type: true, entityId: true, source: true, receivedAt: true, processedAt: true, quarantinedAt: true, attempts: true, problem: true },
  href: (row) => `/admin/events/${encodeURIComponent(row.eventId)}`,
  columns: [
    { label: 'Received', value: (row) => time(row.receivedAt), csv: (row) => iso(row.receivedAt), sort: 'received' },
    { label: 'Type', value: (row) => row.type },
    { label: 'About', value: (row) => row.entityId },
    { label: 'State', value: (row) => eventState(row).text, tone: (row) => eventState(row).tone },
    { label: 'Attempts', value: (row) => numberText(row.attempts), numeric: true },
    { label: 'Came by', value: (row) => row.source },
    { label: 'Problem', value: (row) => row.problem ?? '' },
  ],
  sorts: { received: { by: 'receivedAt', label: 'Received' } }, order: '-received',
  // Ids are found by their indexes; a type ("transaction.completed") is read from the newest events on.
  search: (word) => (word.includes('.') ? { type: word } : { OR: [{ eventId: word }, { entityId: word }] }),
  filters: [
    { key: 'state', label: 'State', options: [{ value: 'waiting', label: 'Waiting', where: { processedAt: null, quarantinedAt: null } }, { value: 'aside', label: 'Put aside', where: { processedAt: null, quarantinedAt: { not: null } } }, { value: 'done', label: 'Done', where: { processedAt: { not: null } } }] },
    { key: 'source', label: 'Came by', options: (['webhook', 'reconcile', 'replay'] as const).map((source) => ({ value: source, label: source, where: { source } })) },
  ],
  empty: { title: 'No events yet', text: 'What the payment provider tells us is kept here, exactly as it came.' },
})

export const mails = list({
  path: 'mails', title: 'Mails', one: 'mail', many: 'mails', guard: 'owner',
  model: 'mail', id: 'id', select: { id: true, recipient: true, subject: true, template: true, state: true, attempts: true, problem: true, createdAt: true, sentAt: true },
  href: (row) => `/admin/mails/${row.id}`,
  columns: [
    { label: 'Subject', value: (row) => row.subject },
    { label: 'To', value: (row) => row.recipient },
    { label: 'State', value: (row) => row.state, tone: (row) => ({ owed: 'accent', sending: 'accent', sent: 'good', failed: 'bad' } as const)[row.state] },
    { label: 'Attempts', value: (row) => numberText(row.attempts), numeric: true },
    { label: 'Problem', value: (row) => row.problem ?? '' },
    { label: 'Written', value: (row) => time(row.createdAt), csv: (row) => iso(row.createdAt), sort: 'written' },
  ],
  sorts: { written: { by: 'createdAt', label: 'Written' } }, order: '-written',
  search: (word) => ({ OR: [{ recipient: containing(word) }, { subject: containing(word) }] }),
  filters: [{ key: 'state', label: 'State', options: (['owed', 'sending', 'sent', 'failed'] as const).map((value) => ({ value, label: value, where: { state: value } })) }],
  empty: { title: 'No mails yet', text: 'Every mail is written down here before it is sent.' },
})

export const screens: AnyScreen[] = [tutorials, courses, lessons, pages, pictures, topicList, authorList, accounts, orders, events, mails]
