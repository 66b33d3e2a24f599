import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { errorsOf } from '../admin/form.ts'
import { isUuid } from '../admin/list.ts'
import { deleteDocument } from '../content/delete-document.ts'
import { plainText, slugField, type Kind } from '../content/document.ts'
import { draftFields } from '../content/draft.ts'
import { siteInfo } from '../content/meta.ts'
import { renderSource } from '../content/render-source.ts'
import { saveDocument } from '../content/save-document.ts'
import { unpublishDocument } from '../content/unpublish-document.ts'
import { AppError, Conflict, Invalid, NotFound } from '../platform/errors.ts'
import { onlyStaff } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { flash, knownViewer, type Sessions } from '../platform/http/viewer.ts'
import { slugOf } from '../platform/names.ts'
import type { Services } from '../services.ts'
import { changeOutline } from './change-outline.ts'
import { editorInput, editorPath, KINDS, outlineInput, SEGMENTS, type EditorInput, type Typed } from './editor.ts'
import { conflictText, editorPage, editorView, factsText, newPage, newView, outlinePage, outlineView, previewPage, previewView, revisionPage, revisionsPage, revisionsView, revisionView, type Conflicted } from './pages.ts'
import { findEdited, findRevision, listOffers, listRevisions, listSections, type Edited } from './queries.ts'
import { saveText } from './save-text.ts'
import { startDocument } from './start-document.ts'

export interface EditingDeps {
  sessions: Sessions
}

/**
 * Where texts are written; mounted at /admin beside adminRoutes. A form can only POST, so what would be a DELETE is a
 * POST to `…/removal`: the publication's removal takes a text from its readers, the document's deletes it.
 */
export function editingRoutes(services: Services, { sessions }: EditingDeps): Router {
  const router = Router({ strict: true })
  previewRoute(router, services)
  for (const kind of KINDS) {
    if (kind !== 'lesson') startRoutes(router, services, kind)
    editorRoutes(router, services, sessions, kind)
    revisionRoutes(router, services, sessions, kind)
  }
  outlineRoutes(router, services, sessions)
  return router
}

const asksJson = (req: Request): boolean => req.accepts(['html', 'json']) === 'json'
const numberField = z.coerce.number().int().min(1).max(1_000_000)

async function load({ db }: Services, kind: Kind, id: unknown): Promise<Edited> {
  if (typeof id !== 'string' || !isUuid(id)) throw new NotFound(`There is no such ${kind}.`)
  return findEdited(db, kind, id)
}

// ─── Begin ───────────────────────────────────────────────────────────────────────────────────────

function startRoutes(router: Router, services: Services, kind: Exclude<Kind, 'lesson'>): void {
  const path = `/${SEGMENTS[kind]}`
  const input = z.preprocess(
    (body: unknown) => {
      const { title, slug } = body as { title?: unknown; slug?: unknown }
      return { title, slug: typeof slug === 'string' && slug.trim() !== '' ? slug : slugOf(String(title ?? '')) }
    },
    z.object({ title: draftFields.title, slug: slugField }),
  )
  router.get(`${path}/new`, onlyStaff, (_req, res) => render(res, newView, newPage(knownViewer(res).role, kind)))
  router.post(path, onlyStaff, async (req, res) => {
    const { id: startedById, role } = knownViewer(res)
    const refuse = (errors: Record<string, string>) => render(res, newView, newPage(role, kind, req.body as Typed, errors), { status: 422 })
    const form = input.safeParse(req.body)
    if (!form.success) return refuse(errorsOf(form.error))
    try {
      const { id } = await startDocument(services, { kind, ...form.data, startedById })
      res.redirect(303, editorPath(kind, id))
    } catch (error) {
      if (!(error instanceof Conflict || error instanceof Invalid)) throw error
      await refuse({ slug: error.message })
    }
  })
}

// ─── Editor ──────────────────────────────────────────────────────────────────────────────────────

function editorRoutes(router: Router, services: Services, sessions: Sessions, kind: Kind): void {
  const path = `/${SEGMENTS[kind]}/:id`
  const { db } = services
  router.get(path, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    await render(res, editorView, editorPage({ role: knownViewer(res).role, document, offers: await listOffers(db, document.coverId) }))
  })
  router.post(path, onlyStaff, (req, res) => receive(req, res, { services, sessions, kind, publish: false }))
  router.post(`${path}/publication`, onlyStaff, (req, res) => receive(req, res, { services, sessions, kind, publish: true }))
  router.post(`${path}/publication/removal`, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    await unpublishDocument(services, document.id)
    await flash(sessions, res, { kind: 'good', text: 'Unpublished: readers can no longer open it.' })
    res.redirect(303, editorPath(kind, document.id))
  })
  router.post(`${path}/removal`, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    const back = document.lesson === null ? `/admin/${SEGMENTS[kind]}` : `${editorPath('course', document.lesson.courseId)}/outline`
    try {
      await deleteDocument(services, document.id)
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      await flash(sessions, res, { kind: 'bad', text: error.message })
      return res.redirect(303, editorPath(kind, document.id))
    }
    await flash(sessions, res, { kind: 'good', text: `“${document.title}” was deleted.` })
    res.redirect(303, back)
  })
  router.get(`${path}/preview`, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    if (document.latestRevision === null) throw new NotFound('There is no text to preview yet.')
    const byline = document.authors.map(({ author }) => author.name).join(', ')
    const notice = { kind: 'info' as const, title: 'Preview', text: `The latest draft of “${document.latestRevision.title}”. Only people who may write see this page.`, link: { text: 'Back to the editor', href: editorPath(kind, document.id) } }
    await render(res, previewView, previewPage(siteInfo(services.config), document.latestRevision, { byline, notice }))
  })
}

interface Receiving {
  services: Services
  sessions: Sessions
  kind: Kind
  publish: boolean
}

/** A save has four outcomes: kept, nonsense (422), an address that is taken (409), or somebody was first (409). */
async function receive(req: Request, res: Response, { services, sessions, kind, publish }: Receiving): Promise<void> {
  const document = await load(services, kind, req.params.id)
  const typed = req.body as Typed
  const refuse = async (status: number, errors: Record<string, string>, conflict: Conflicted | null = null) => {
    if (asksJson(req)) {
      const shown = conflict === null ? null : { text: conflictText(conflict), href: `${editorPath(kind, document.id)}/revisions/${conflict.number}`, number: conflict.number }
      res.status(status).set('Cache-Control', 'no-store').json({ errors, conflict: shown })
      return
    }
    await render(res, editorView, editorPage({ role: knownViewer(res).role, document, offers: await listOffers(services.db, document.coverId), typed, errors, conflict }), { status })
  }
  const form = editorInput.safeParse(typed)
  if (!form.success) return refuse(422, errorsOf(form.error))
  try {
    await saveText(services, document, form.data, { savedById: knownViewer(res).id, publish })
  } catch (error) {
    if (!(error instanceof Conflict || error instanceof Invalid)) throw error
    const conflict = await newerThan(services, kind, document.id, form.data)
    if (conflict !== null) return refuse(409, {}, conflict)
    return refuse(error.status, { slug: error.message })
  }
  await answerSaved(req, res, { services, sessions, kind, publish }, document.id)
}

/** The revision that somebody else saved meanwhile, if that is why a save was refused. */
async function newerThan({ db }: Services, kind: Kind, id: string, { basedOn, overwrite }: EditorInput): Promise<Conflicted | null> {
  const { latestRevision: latest } = await findEdited(db, kind, id)
  return latest === null || latest.number === (overwrite ?? basedOn) ? null : { number: latest.number, who: latest.savedBy?.name ?? null, when: latest.createdAt }
}

async function answerSaved(req: Request, res: Response, { services, sessions, kind, publish }: Receiving, id: string): Promise<void> {
  const text = publish ? 'Published: readers see this text now.' : 'Saved.'
  if (!asksJson(req)) {
    await flash(sessions, res, { kind: 'good', text })
    return res.redirect(303, editorPath(kind, id))
  }
  const { db } = services
  const document = await findEdited(db, kind, id)
  const page = editorPage({ role: knownViewer(res).role, document, offers: await listOffers(db, null) })
  const { basedOn, saved, state, problems, facts, address, view } = page
  res.set('Cache-Control', 'no-store').json({ basedOn, saved, state, problems, facts, address, view, text })
}

// ─── Revisions ───────────────────────────────────────────────────────────────────────────────────

function revisionRoutes(router: Router, services: Services, sessions: Sessions, kind: Kind): void {
  const path = `/${SEGMENTS[kind]}/:id/revisions`
  const { db } = services
  const numberOf = (value: unknown): number => {
    const number = numberField.safeParse(value)
    if (!number.success) throw new NotFound('There is no such revision.')
    return number.data
  }
  router.get(path, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    await render(res, revisionsView, revisionsPage(knownViewer(res).role, document, await listRevisions(db, document.id)))
  })
  router.get(`${path}/:number`, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    const revision = await findRevision(db, document.id, numberOf(req.params.number))
    await render(res, revisionView, revisionPage(knownViewer(res).role, document, revision))
  })
  router.post(`${path}/:number/restoration`, onlyStaff, async (req, res) => {
    const document = await load(services, kind, req.params.id)
    const { title, summary, source, number } = await findRevision(db, document.id, numberOf(req.params.number))
    await saveDocument(services, { documentId: document.id, draft: { title, summary, source }, savedById: knownViewer(res).id, publish: false })
    await flash(sessions, res, { kind: 'good', text: `Revision ${number} is the latest draft again. Readers see it once you publish.` })
    res.redirect(303, editorPath(kind, document.id))
  })
}

// ─── Outline ─────────────────────────────────────────────────────────────────────────────────────

const DONE: Record<z.infer<typeof outlineInput>['change'], string> = {
  'add-section': 'Section added.', 'rename-section': 'Section renamed.', 'move-section': 'Section moved.', 'remove-section': 'Section removed.', 'add-lesson': 'Lesson added.', 'move-lesson': 'Lesson moved.',
}

function outlineRoutes(router: Router, services: Services, sessions: Sessions): void {
  const { db } = services
  router.get('/courses/:id/outline', onlyStaff, async (req, res) => {
    const course = await load(services, 'course', req.params.id)
    await render(res, outlineView, outlinePage(knownViewer(res).role, course, await listSections(db, course.id)))
  })
  router.post('/courses/:id/outline', onlyStaff, async (req, res) => {
    const course = await load(services, 'course', req.params.id)
    const change = outlineInput.parse(req.body)
    try {
      await changeOutline(services, course.id, change)
      await flash(sessions, res, { kind: 'good', text: DONE[change.change] })
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error
      await flash(sessions, res, { kind: 'bad', text: error.message })
    }
    res.redirect(303, `${editorPath('course', course.id)}/outline`)
  })
}

// ─── Preview ─────────────────────────────────────────────────────────────────────────────────────

const previewInput = z.object({ source: draftFields.source, title: plainText(200).catch(''), summary: plainText(400).catch('') })

/** What is being written, rendered by the very function that saves it: for scripts a fragment, for a form a page of its own. */
function previewRoute(router: Router, { db, config }: Services): void {
  router.post('/preview', onlyStaff, async (req, res) => {
    const { source, title, summary } = previewInput.parse(req.body)
    const rendered = await renderSource(db, source.replace(/\r\n?/g, '\n'), config.baseUrl)
    const { html, outline, problems, words, minutes } = rendered
    if (asksJson(req)) {
      res.set('Cache-Control', 'no-store').json({ html, outline, problems, words, minutes, facts: factsText(rendered) })
      return
    }
    const notice = { kind: 'warn' as const, title: 'Preview', text: 'This text is not saved. Close this page to go on writing.', link: null }
    await render(res, previewView, previewPage(siteInfo(config), { ...rendered, title: title || 'Untitled', summary }, { byline: '', notice }))
  })
}
