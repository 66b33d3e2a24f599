import { Router, type Request, type RequestHandler, type Response } from 'express'
import { z } from 'zod'
import { publishDocument } from '../content/publish-document.ts'
import { unpublishDocument } from '../content/unpublish-document.ts'
import { uploadAsset } from '../media/upload-asset.ts'
import { MOST_BYTES } from '../media/media.ts'
import { after, DAY } from '../platform/clock.ts'
import type { Reader } from '../platform/db.ts'
import { AppError, Invalid, NotFound } from '../platform/errors.ts'
import { onlyOwner, onlyStaff } from '../platform/http/guards.ts'
import { render, send } from '../platform/http/render.ts'
import { readUpload } from '../platform/http/upload.ts'
import { flash, knownViewer, type Sessions } from '../platform/http/viewer.ts'
import { counted } from '../platform/words.ts'
import type { Services } from '../services.ts'
import { csvLine } from './csv.ts'
import { describePicture } from './describe-picture.ts'
import { authorForm, errorsOf, pictureForm, topicForm, type Form } from './form.ts'
import { isUuid, readAsk, type AnyScreen } from './list.ts'
import { accountBody, csvHead, csvRow, eventBody, formPage, listPage, listView, mailBody, orderBody, pictureBody, recordPage, recordView, selectionPage, selectionView, startPage, startView } from './pages.ts'
import { countWork, eachBatch, findAccount, findAuthor, findEvent, findMail, findOrder, findPicture, findTopic, listChoices, listChosen, listDrafts, listRecentEdits, listRows, type Choice } from './queries.ts'
import type { RecordBody } from './record.ts'
import { removeEntry } from './remove-entry.ts'
import { saveAuthor } from './save-author.ts'
import { saveTopic, type Outcome } from './save-topic.ts'
import { accounts, authorList, events, mails, orders, pictures, screens, topicList } from './screens.ts'

export interface AdminDeps {
  sessions: Sessions
}

const UPLOAD_TIME = 60_000
const guardOf = (screen: AnyScreen): RequestHandler => (screen.guard === 'owner' ? onlyOwner : onlyStaff)

/** The admin's lists, records and small forms; mounted at /admin. The editor's routes are src/editing. */
export function adminRoutes(services: Services, { sessions }: AdminDeps): Router {
  const router = Router({ strict: true })
  router.get('/', onlyStaff, async (_req, res) => {
    const { id, role } = knownViewer(res)
    const { db, clock } = services
    const [drafts, recent, work] = await Promise.all([listDrafts(db, id), listRecentEdits(db), countWork(db, after(clock.now(), -7 * DAY))])
    await render(res, startView, startPage(role, drafts, recent, work))
  })
  for (const screen of screens) listRoutes(router, services, sessions, screen)
  recordRoute(router, services, accounts, findAccount, accountBody)
  recordRoute(router, services, orders, findOrder, orderBody)
  recordRoute(router, services, events, findEvent, eventBody)
  recordRoute(router, services, mails, findMail, mailBody)
  mailRoute(router, services)
  formRoutes(router, services, sessions, {
    screen: topicList, form: topicForm, find: findTopic, body: (topic) => ({ title: topic.name, badge: null, parts: [] }), address: (topic) => `/topics/${topic.slug}`,
    save: saveTopic, remove: (id) => removeEntry(services, 'topic', id),
  })
  formRoutes(router, services, sessions, {
    screen: authorList, form: authorForm, find: findAuthor, body: (author) => ({ title: author.name, badge: null, parts: [] }), address: (author) => `/authors/${author.slug}`,
    save: saveAuthor, remove: (id) => removeEntry(services, 'author', id),
  })
  formRoutes(router, services, sessions, {
    screen: pictures, form: pictureForm, find: findPicture, body: pictureBody, address: () => null,
    save: async (given, id, { alt }) => {
      if (id === null) throw new NotFound()
      await describePicture(given, id, alt)
      return { id }
    },
    remove: null,
  })
  uploadRoute(router, services, sessions)
  return router
}

// ─── Lists ───────────────────────────────────────────────────────────────────────────────────────

const COMMANDS = { publish: publishDocument, unpublish: unpublishDocument }
const DONE = { publish: 'published', unpublish: 'unpublished' }

function listRoutes(router: Router, services: Services, sessions: Sessions, screen: AnyScreen): void {
  const { db } = services
  router.get(`/${screen.path}`, guardOf(screen), async (req, res) => {
    const ask = readAsk(screen, req.query)
    const [rows, choices] = await Promise.all([listRows(db, screen, ask), choicesOf(db, screen)])
    await render(res, listView, listPage(knownViewer(res).role, screen, ask, rows, choices))
  })
  router.get(`/${screen.path}.csv`, guardOf(screen), (req, res) => sendCsv(req, res, services, screen))
  if (screen.bulk !== undefined) router.post(`/${screen.path}/selection`, guardOf(screen), (req, res) => changeSelection(req, res, services, sessions, screen))
}

async function choicesOf(db: Reader, screen: AnyScreen): Promise<Record<string, Choice[]>> {
  const tables = [...new Set((screen.filters ?? []).flatMap((filter) => ('from' in filter ? [filter.from] : [])))]
  return Object.fromEntries(await Promise.all(tables.map(async (from) => [from, await listChoices(db, from)] as const)))
}

async function sendCsv(req: Request, res: Response, { db, clock, log }: Services, screen: AnyScreen): Promise<void> {
  const ask = readAsk(screen, req.query)
  const batches = eachBatch(db, screen, ask)
  const first = await batches.next()
  const date = clock.now().toISOString().slice(0, 10)
  res.set({ 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="${screen.path}-${date}.csv"`, 'Cache-Control': 'private, no-store' })
  // The byte order mark is what tells Excel that this is UTF-8.
  res.write(`\uFEFF${csvLine(csvHead(screen))}`)
  try {
    for (let batch = first; !batch.done && !res.destroyed; batch = await batches.next()) {
      const text = batch.value.map((row) => csvLine(csvRow(screen, row))).join('')
      if (!res.write(text)) await new Promise<void>((resolve) => res.once('drain', resolve).once('close', resolve))
    }
    res.end()
  } catch (error) {
    // Half a file must not look like a whole one.
    log.warn({ err: error, screen: screen.path }, 'A CSV was not sent to its end.')
    res.destroy()
  }
}

const selection = z.object({
  action: z.enum(['publish', 'unpublish']),
  id: z.preprocess((value) => (typeof value === 'string' ? [value] : (value ?? [])), z.array(z.uuid()).max(100)),
  confirmed: z.literal('yes').optional(),
})

/** Asks first, naming the consequence; with `confirmed=yes` it is done. */
async function changeSelection(req: Request, res: Response, services: Services, sessions: Sessions, screen: AnyScreen): Promise<void> {
  const { action, id, confirmed } = selection.parse(req.body)
  const bulk = screen.bulk?.find(({ key }) => key === action)
  if (bulk === undefined) throw new Invalid('This list has no such action.')
  const chosen = await listChosen(services.db, screen, id)
  if (chosen.length === 0) {
    await flash(sessions, res, { kind: 'info', text: `Choose at least one ${screen.one} first.` })
    return res.redirect(303, `/admin/${screen.path}`)
  }
  if (confirmed !== 'yes') return render(res, selectionView, selectionPage(knownViewer(res).role, screen, bulk, chosen))

  const refused: string[] = []
  for (const document of chosen) {
    const problem = await attempt(() => COMMANDS[action](services, document.id))
    if (problem !== null) refused.push(`${document.title}: ${problem}`)
  }
  const done = counted(chosen.length - refused.length, screen.one, screen.many)
  await flash(sessions, res, { kind: refused.length === 0 ? 'good' : 'bad', text: [`${done} ${DONE[action]}.`, ...refused].join(' ') })
  res.redirect(303, `/admin/${screen.path}`)
}

/** What the command says against it, or null when it was done. */
async function attempt(command: () => Promise<void>): Promise<string | null> {
  try {
    await command()
    return null
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return error.message
    throw error
  }
}

// ─── Records ─────────────────────────────────────────────────────────────────────────────────────

const idOf = (screen: AnyScreen, value: unknown): string => {
  if (typeof value !== 'string' || (screen.id === 'id' ? !isUuid(value) : !/^[\w-]{1,100}$/.test(value))) throw new NotFound(`There is no such ${screen.one}.`)
  return value
}

function recordRoute<Found>(router: Router, { db }: Services, screen: AnyScreen, find: (db: Reader, id: string) => Promise<Found>, body: (found: Found) => RecordBody): void {
  router.get(`/${screen.path}/:id`, guardOf(screen), async (req, res) => {
    const record = await find(db, idOf(screen, req.params.id))
    await render(res, recordView, recordPage(knownViewer(res).role, screen, body(record)))
  })
}

/** A mail's HTML for its frame: it may show itself, and do nothing. */
function mailRoute(router: Router, { db }: Services): void {
  router.get('/mails/:id/body', onlyOwner, async (req, res) => {
    const { html } = await findMail(db, idOf(mails, req.params.id))
    res.set({ 'Content-Security-Policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'", 'X-Frame-Options': 'SAMEORIGIN', 'X-Content-Type-Options': 'nosniff', 'Origin-Agent-Cluster': '?0' })
    await send(res, html)
  })
}

interface FormRoutes<Found extends Record<string, unknown>, Input> {
  screen: AnyScreen
  form: Form<Input>
  find: (db: Reader, id: string) => Promise<Found>
  body: (found: Found) => RecordBody
  address: (found: Found) => string | null
  save: (services: Services, id: string | null, input: Input) => Promise<Outcome>
  remove: ((id: string) => Promise<void>) | null
}

function formRoutes<Found extends Record<string, unknown>, Input>(router: Router, services: Services, sessions: Sessions, routes: FormRoutes<Found, Input>): void {
  const { screen, form, find, body, address, save, remove } = routes
  const { db } = services
  const blank: RecordBody = { title: `New ${form.one}`, badge: null, parts: [] }
  const show = async (res: Response, id: string | null, typed?: { values: Record<string, unknown>; errors: Record<string, string> }) => {
    const record = id === null ? null : await find(db, id)
    const page = formPage(knownViewer(res).role, screen, form, { id, body: record === null ? blank : body(record), view: record === null ? null : address(record), values: typed?.values ?? record ?? {}, errors: typed?.errors ?? {} })
    await render(res, recordView, page, { status: typed === undefined ? 200 : 422 })
  }
  const receive = async (req: Request, res: Response, id: string | null) => {
    const values = req.body as Record<string, unknown>
    if (id !== null) await find(db, id)
    const input = form.input.safeParse(values)
    if (!input.success) return show(res, id, { values, errors: errorsOf(input.error) })
    const outcome = await save(services, id, input.data)
    if ('errors' in outcome) return show(res, id, { values, errors: outcome.errors })
    await flash(sessions, res, { kind: 'good', text: id === null ? `The ${form.one} was created.` : 'Saved.' })
    res.redirect(303, `/admin/${screen.path}/${outcome.id}`)
  }

  if (screen.create !== undefined) {
    router.get(`/${screen.path}/new`, guardOf(screen), (_req, res) => show(res, null))
    router.post(`/${screen.path}`, guardOf(screen), (req, res) => receive(req, res, null))
  }
  router.get(`/${screen.path}/:id`, guardOf(screen), (req, res) => show(res, idOf(screen, req.params.id)))
  router.post(`/${screen.path}/:id`, guardOf(screen), (req, res) => receive(req, res, idOf(screen, req.params.id)))
  if (remove === null) return
  router.post(`/${screen.path}/:id/removal`, guardOf(screen), async (req, res) => {
    await remove(idOf(screen, req.params.id))
    await flash(sessions, res, { kind: 'good', text: `The ${form.one} was deleted.` })
    res.redirect(303, `/admin/${screen.path}`)
  })
}

// ─── Uploads ─────────────────────────────────────────────────────────────────────────────────────

/** A picture from the library's form or dropped into a text; scripts get its Markdown, a form goes to its page. */
function uploadRoute(router: Router, services: Services, sessions: Sessions): void {
  router.post('/pictures', onlyStaff, async (req, res) => {
    const { file, fields } = await readUpload(req, { mostBytes: MOST_BYTES, timeLimit: UPLOAD_TIME })
    if (file === null) throw new Invalid('Choose a picture first.')
    const asset = await uploadAsset(services, { ...file, alt: fields.alt ?? '', uploadedById: knownViewer(res).id })
    if (req.accepts(['html', 'json']) === 'json') {
      const { alt } = await services.db.asset.findUniqueOrThrow({ where: { id: asset.id }, select: { alt: true } })
      res.status(201).set('Cache-Control', 'no-store').json({ id: asset.id, url: `/media/${asset.id}`, alt, state: asset.state })
      return
    }
    await flash(sessions, res, { kind: 'good', text: 'The picture was uploaded. Its sizes are made in the background.' })
    res.redirect(303, `/admin/pictures/${asset.id}`)
  })
}
