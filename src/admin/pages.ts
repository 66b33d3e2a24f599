import { pagination } from '../platform/paging.ts'
import type { Link, Pagination } from '../platform/shapes.ts'
import { view } from '../platform/view.ts'
import type { Role } from '../platform/viewer.ts'
import { counted, moneyText, numberText } from '../platform/words.ts'
import { adminFrame, type AdminFrame } from './frame.ts'
import { filled, type Form } from './form.ts'
import { askHref, COUNTED_ROWS, isNarrowed, NUMBERED_ROWS, PER_PAGE, type AnyRow, type AnyScreen, type Ask, type Tone } from './list.ts'
import type { AccountRecord, Choice, Edit, EventRecord, ListedRows, MailRecord, OrderRecord, PictureRecord } from './queries.ts'
import { cell, fact, facts, type RecordBody, type RecordPage } from './record.ts'
import { eventState, stateOf, thumbnail } from './screens.ts'
import { timeText } from './times.ts'

// ─── Lists ───────────────────────────────────────────────────────────────────────────────────────

export interface ListPage extends AdminFrame {
  count: string
  action: string
  search: { value: string; label: string } | null
  sort: string | null
  filters: { key: string; label: string; value: string; options: Choice[] }[]
  narrowed: boolean
  heads: { text: string; href: string | null; sorted: 'ascending' | 'descending' | null; numeric: boolean }[]
  rows: { id: string; name: string; href: string; picture: { src: string; width: number; height: number; alt: string } | null; cells: { label: string; text: string; href: string | null; badge: boolean; tone: Tone | null; numeric: boolean }[] }[]
  grid: boolean
  bulk: { key: string; label: string }[]
  upload: string | null
  csv: string
  create: Link | null
  empty: { title: string; text: string; action: Link | null } | null
  pagination: Pagination | null
  note: string | null
  more: Link | null
}

export const listView = view<ListPage>('admin/list.njk')

export function listPage(role: Role, screen: AnyScreen, ask: Ask, { rows, total, hasMore }: ListedRows, choices: Record<string, Choice[]>): ListPage {
  const beyond = ask.after !== null
  const create = screen.create === undefined ? null : { text: screen.create.label, href: screen.create.href }
  const atEnd = beyond || ask.page === NUMBERED_ROWS / PER_PAGE
  const last = rows.at(-1)
  return {
    ...adminFrame(role, { title: screen.title, path: screen.path }),
    count: countText(screen, ask, total),
    action: `/admin/${screen.path}`,
    search: screen.search === undefined ? null : { value: ask.q, label: `Search ${screen.many}` },
    sort: ask.sort === screen.order ? null : ask.sort,
    filters: (screen.filters ?? []).map((filter) => ({
      key: filter.key,
      label: filter.label,
      value: ask.filters[filter.key] ?? '',
      options: [{ value: '', label: 'All' }, ...('options' in filter ? filter.options.map(({ value, label }) => ({ value, label })) : (choices[filter.from] ?? []))],
    })),
    narrowed: isNarrowed(ask),
    heads: screen.columns.map((column) => head(screen, ask, column)),
    rows: rows.map((row) => listRow(screen, row)),
    grid: screen.picture !== undefined,
    bulk: (screen.bulk ?? []).map(({ key, label }) => ({ key, label })),
    upload: screen.picture === undefined ? null : '/admin/pictures',
    csv: askHref(screen, ask, { csv: true }),
    create,
    empty: rows.length > 0 ? null : isNarrowed(ask) ? { title: `No ${screen.many} found`, text: 'Use fewer words, or take away a filter.', action: { text: `All ${screen.many}`, href: `/admin/${screen.path}` } } : { ...screen.empty, action: create },
    pagination: beyond ? null : pagination({ label: `${screen.title}, pages`, page: ask.page, perPage: PER_PAGE, total: Math.min(total, NUMBERED_ROWS), href: (page) => askHref(screen, ask, { page }) }),
    note: beyond ? `Rows beyond the first ${numberText(NUMBERED_ROWS)}. Search or filters lead there faster.` : null,
    more: atEnd && hasMore && last !== undefined ? { text: 'Next rows', href: askHref(screen, ask, { after: String(last[screen.id]) }) } : null,
  }
}

function countText(screen: AnyScreen, ask: Ask, total: number): string {
  const words = total > COUNTED_ROWS ? `More than ${numberText(COUNTED_ROWS)} ${screen.many}` : counted(total, screen.one, screen.many)
  return isNarrowed(ask) ? `${words} found` : words
}

function head(screen: AnyScreen, ask: Ask, column: AnyScreen['columns'][number]): ListPage['heads'][number] {
  const numeric = column.numeric ?? false
  if (column.sort === undefined) return { text: column.label, href: null, sorted: null, numeric }
  const up = ask.sort === column.sort
  const down = ask.sort === `-${column.sort}`
  const first = screen.order === `-${column.sort}` ? `-${column.sort}` : column.sort
  const next = up ? `-${column.sort}` : down ? column.sort : first
  return { text: column.label, href: askHref(screen, ask, { sort: next }), sorted: up ? 'ascending' : down ? 'descending' : null, numeric }
}

function listRow(screen: AnyScreen, row: AnyRow): ListPage['rows'][number] {
  const href = screen.href(row)
  const name = screen.columns[0]?.value(row) ?? ''
  const cells = screen.columns.map((column, index) => ({
    label: column.label,
    text: column.value(row) || (index === 0 ? '(no name)' : ''),
    href: index === 0 ? href : null,
    badge: column.tone !== undefined,
    tone: column.tone?.(row) ?? null,
    numeric: column.numeric ?? false,
  }))
  return { id: String(row[screen.id]), name, href, picture: screen.picture?.(row) ?? null, cells }
}

/** The lines of a CSV, the head first. */
export const csvHead = (screen: AnyScreen): string[] => screen.columns.map((column) => column.label)
export const csvRow = (screen: AnyScreen, row: AnyRow): string[] => screen.columns.map((column) => (column.csv ?? column.value)(row))

export interface SelectionPage extends AdminFrame {
  action: string
  key: string
  label: string
  says: string
  chosen: { id: string; title: string }[]
  back: string
}

export const selectionView = view<SelectionPage>('admin/selection.njk')

export function selectionPage(role: Role, screen: AnyScreen, bulk: NonNullable<AnyScreen['bulk']>[number], chosen: { id: string; title: string }[]): SelectionPage {
  const count = counted(chosen.length, screen.one, screen.many)
  const back = `/admin/${screen.path}`
  return { ...adminFrame(role, { title: `${bulk.label} ${count}?`, path: screen.path, trail: [{ text: screen.title, href: back }] }), action: `${back}/selection`, key: bulk.key, label: `${bulk.label} ${count}`, says: bulk.says(count), chosen, back }
}

// ─── Start ───────────────────────────────────────────────────────────────────────────────────────

interface EditLine {
  title: string
  href: string
  kind: string
  state: { text: string; tone: Tone | null }
  when: string
}

export interface StartPage extends AdminFrame {
  figures: { figure: string; text: string; href: string; alarming: boolean }[]
  drafts: EditLine[]
  recent: EditLine[]
  create: Link[]
}

export const startView = view<StartPage>('admin/start.njk')

export function startPage(role: Role, drafts: Edit[], recent: Edit[], work: { orders: number; failedMails: number; waitingEvents: number; pendingPictures: number }): StartPage {
  const figure = (count: number, [one, many]: [string, string], href: string, alarming: boolean) => ({ figure: count > COUNTED_ROWS ? `${numberText(COUNTED_ROWS)}+` : numberText(count), text: count === 1 ? one : many, href, alarming: alarming && count > 0 })
  const owners = [
    figure(work.orders, ['order paid in seven days', 'orders paid in seven days'], '/admin/orders', false),
    figure(work.failedMails, ['mail failed', 'mails failed'], '/admin/mails?state=failed', true),
    figure(work.waitingEvents, ['event of seven days not folded', 'events of seven days not folded'], '/admin/events?state=waiting', true),
  ]
  return {
    ...adminFrame(role, { title: 'Admin', path: '' }),
    figures: [...(role === 'owner' ? owners : []), figure(work.pendingPictures, ['picture in preparation', 'pictures in preparation'], '/admin/pictures?state=pending', false)],
    drafts: drafts.map(editLine),
    recent: recent.map(editLine),
    create: [{ text: 'New tutorial', href: '/admin/tutorials/new' }, { text: 'New course', href: '/admin/courses/new' }, { text: 'New page', href: '/admin/pages/new' }],
  }
}

function editLine(edit: Edit): EditLine {
  const saved = edit.latestRevision
  const who = saved?.savedBy?.name ?? ''
  const when = saved === null ? '' : timeText(saved.createdAt)
  return { title: edit.title, href: `/admin/${edit.kind}s/${edit.id}`, kind: edit.kind, state: stateOf(edit), when: who === '' ? when : `${when}, ${who}` }
}

// ─── Records ─────────────────────────────────────────────────────────────────────────────────────

export const recordView = view<RecordPage>('admin/record.njk')

export function recordPage(role: Role, screen: Pick<AnyScreen, 'path' | 'title'>, body: RecordBody): RecordPage {
  return { ...adminFrame(role, { title: body.title, path: screen.path, trail: [{ text: screen.title, href: `/admin/${screen.path}` }] }), view: null, form: null, removal: null, badge: body.badge, parts: body.parts }
}

/** A record's page with a form under it; `id` is null for a new one. */
export function formPage(role: Role, screen: AnyScreen, declaration: Form<unknown>, options: { id: string | null; body: RecordBody; view: string | null; values: Record<string, unknown>; errors?: Record<string, string> }): RecordPage {
  const { id, body, values, errors = {} } = options
  const action = id === null ? `/admin/${screen.path}` : `/admin/${screen.path}/${id}`
  return {
    ...recordPage(role, screen, body),
    view: options.view === null ? null : { text: 'View', href: options.view },
    form: { action, submit: id === null ? `Create ${declaration.one}` : 'Save', fields: filled(declaration, values, errors), errors: Object.entries(errors).map(([name, text]) => ({ text, href: declaration.fields.some((field) => field.name === name) ? `#f-${name}` : null })) },
    removal: id === null || declaration.removal === '' ? null : { action: `${action}/removal`, title: `Delete this ${declaration.one}?`, says: declaration.removal },
  }
}

const timeOr = (date: Date | null, otherwise = ''): string => (date === null ? otherwise : timeText(date))
const money = (amount: bigint | null, currency: string | null): string => (amount === null || currency === null ? '' : moneyText(amount, currency))
const column = (text: string, numeric = false) => ({ text, numeric })

export function accountBody(account: AccountRecord): RecordBody {
  return {
    title: account.email,
    badge: account.disabledAt === null ? null : { text: 'Closed', tone: 'bad' },
    parts: [
      facts('About', [
        fact('Name', account.name), fact('Role', account.role), fact('E-mail proved', timeOr(account.emailVerifiedAt, 'Not yet')), fact('Since', timeText(account.createdAt)), fact('Closed', timeOr(account.disabledAt)),
        account.author === null ? null : fact('Writes as', account.author.name, `/admin/authors/${account.author.id}`),
        fact('Sessions', numberText(account._count.sessions)), fact('Texts completed', numberText(account._count.completions)),
        fact('At Paddle', account.customers.map(({ providerCustomerId, email }) => `${providerCustomerId} (${email})`).join(', ')),
      ]),
      {
        kind: 'table', title: 'What this person may open, and why',
        columns: [column('Opens'), column('Because of'), column('Reason'), column('From'), column('Until'), column('Now')],
        rows: account.rights.map((right) => ({ cells: [cell(right.title ?? 'Everything for members'), cell(right.source), cell(right.reason), cell(timeText(right.startsAt)), cell(timeOr(right.endsAt, 'No end')), cell(right.live ? 'Open' : 'Not open')] })),
        empty: 'Nothing beyond what is free.',
      },
      ordersPart(account.orders),
    ],
  }
}

function ordersPart(orders: AccountRecord['orders']): RecordBody['parts'][number] {
  return { kind: 'table', title: 'Orders', columns: [column('Opened'), column('State'), column('Total', true)], rows: orders.map((order) => ({ cells: [cell(timeText(order.createdAt), `/admin/orders/${order.id}`), cell(order.state), cell(money(order.total, order.currency))] })), empty: 'No orders.' }
}

export function orderBody(order: OrderRecord): RecordBody {
  const tones = { open: null, paid: 'accent', completed: 'good', canceled: 'bad' } as const
  return {
    title: `Order of ${timeText(order.createdAt)}`,
    badge: { text: order.state, tone: tones[order.state] },
    parts: [
      facts('About', [
        order.account === null ? fact('Buyer', order.buyerEmail ?? 'Not known yet') : fact('Buyer', order.account.email, `/admin/accounts/${order.account.id}`),
        fact('Total', money(order.total, order.currency)), fact('of which tax', money(order.tax, order.currency)), fact('Refunded', order.refunded === 0n ? '' : money(order.refunded, order.currency)),
        fact('Completed', timeOr(order.completedAt)), fact('Transaction', order.providerTransactionId ?? ''), fact('Id', order.id),
      ]),
      {
        kind: 'table', title: 'Items', columns: [column('Product'), column('Price'), column('Quantity', true), column('Total', true), column('Refunded', true)],
        rows: order.items.map((item) => ({ cells: [cell(item.price.product.name), cell(`${money(item.price.amount, item.price.currency)}${item.price.interval === null ? '' : ` a ${item.price.interval}`}`), cell(numberText(item.quantity)), cell(money(item.total, order.currency)), cell(item.refunded === 0n ? '' : money(item.refunded, order.currency))] })),
        empty: 'No items.',
      },
      eventsPart(order.events),
    ],
  }
}

function eventsPart(events: OrderRecord['events']): RecordBody['parts'][number] {
  return { kind: 'table', title: 'What the payment provider said', columns: [column('Happened'), column('Event'), column('State')], rows: events.map((event) => ({ cells: [cell(timeText(event.occurredAt)), cell(event.type, `/admin/events/${encodeURIComponent(event.eventId)}`), cell(eventState(event).text)] })), empty: 'No events yet.' }
}

export function eventBody(event: EventRecord): RecordBody {
  return {
    title: event.type,
    badge: eventState(event),
    parts: [
      facts('About', [fact('Event', event.eventId), fact('About', event.entityId), fact('Happened', timeText(event.occurredAt)), fact('Received', timeText(event.receivedAt)), fact('Came by', event.source), fact('Folded', timeOr(event.processedAt)), fact('Put aside', timeOr(event.quarantinedAt)), fact('Attempts', numberText(event.attempts)), fact('Problem', event.problem ?? '')]),
      { kind: 'text', title: 'As it came', text: pretty(event.raw) },
    ],
  }
}

function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return raw
  }
}

export function mailBody(mail: MailRecord): RecordBody {
  const tones = { owed: 'accent', sending: 'accent', sent: 'good', failed: 'bad' } as const
  return {
    title: mail.subject,
    badge: { text: mail.state, tone: tones[mail.state] },
    parts: [
      facts('About', [fact('To', mail.recipient), fact('Template', mail.template), fact('Key', mail.key), fact('Written', timeText(mail.createdAt)), fact('Sent', timeOr(mail.sentAt)), fact('Next try', mail.state === 'owed' ? timeText(mail.dueAt) : ''), fact('Attempts', numberText(mail.attempts)), fact('Problem', mail.problem ?? ''), fact('Provider’s id', mail.providerId ?? '')]),
      { kind: 'frame', title: 'As HTML', src: `/admin/mails/${mail.id}/body` },
      { kind: 'text', title: 'As text', text: mail.text },
    ],
  }
}

export function pictureBody(picture: PictureRecord): RecordBody {
  const shown = thumbnail(picture)
  const used = [...new Map([...picture.documents.map(({ document }) => document), ...picture.covers].map((document) => [document.id, document])).values()]
  return {
    title: picture.name,
    badge: { text: { pending: 'In preparation', ready: 'Ready', refused: 'Refused' }[picture.state], tone: ({ pending: 'warn', ready: 'good', refused: 'bad' } as const)[picture.state] },
    parts: [
      ...(shown === null ? [] : [{ kind: 'picture' as const, ...shown, alt: picture.alt === '' ? picture.name : picture.alt }]),
      facts('About', [fact('Size', picture.width === null || picture.height === null ? '' : `${picture.width} × ${picture.height}`), fact('Original', `${numberText(Math.ceil(picture.bytes / 1024))} KB`), fact('Uploaded', timeText(picture.createdAt)), fact('by', picture.uploadedBy?.name ?? ''), fact('Problem', picture.problem ?? ''), fact('In a text', `![${picture.alt.replace(/[[\]]/g, '')}](/media/${picture.id})`)]),
      { kind: 'table', title: 'Used in', columns: [column('Title'), column('Kind')], rows: used.map((document) => ({ cells: [cell(document.title, `/admin/${document.kind}s/${document.id}`), cell(document.kind)] })), empty: 'No text shows it.' },
    ],
  }
}
