import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { chosenPassword, EMAIL_MAX, emailField, errorsOf, NAME_MAX, nameField, typed, typedPassword, type FieldErrors } from '../accounts/fields.ts'
import { endOtherSessions, endSession } from '../accounts/keep-sessions.ts'
import { ACCOUNT_RATES, PACE, startPace, type AccountRates } from '../accounts/middleware.ts'
import { weakness } from '../accounts/password.ts'
import { hashed } from '../accounts/token.ts'
import { signedIn } from '../platform/http/guards.ts'
import { clientAddress, type Limits } from '../platform/http/limits.ts'
import { render } from '../platform/http/render.ts'
import { flash, knownViewer, type Sessions } from '../platform/http/viewer.ts'
import type { Viewer } from '../platform/viewer.ts'
import type { Services } from '../services.ts'
import { changeEmail } from './change-email.ts'
import { changeName } from './change-name.ts'
import { changePassword } from './change-password.ts'
import { accountHomePage, accountHomeView, nothingYet, profilePage, profileView, securityPage, securityView, type Learning, type ProfileTyped } from './pages.ts'
import { findPendingEmail, listSessions } from './queries.ts'

export interface MyAccountParts {
  sessions: Sessions
  limits: Limits
  /** What this person is learning, for the first page. */
  learning?: (viewer: Viewer) => Promise<Learning>
  /** Other numbers than `ACCOUNT_RATES` and `PACE`, where somebody has reason to. */
  rates?: AccountRates
  pace?: number
}

const nameForm = z.object({ name: nameField })
const emailForm = z.object({ email: emailField, password: typedPassword })
const passwordForm = z.object({ current: typedPassword, password: chosenPassword })
const signOutForm = z.object({ session: z.union([z.literal('others'), z.string().regex(/^[0-9a-f]{64}$/)]) })

const WRONG_PASSWORD = 'This is not your password.'

/** A person's own pages. */
export function myAccountRoutes(services: Services, parts: MyAccountParts): Router {
  const { config, db, clock } = services
  const { sessions, limits, learning = () => Promise.resolve(nothingYet), rates = ACCOUNT_RATES, pace = PACE } = parts
  const router = Router({ strict: true })

  const showProfile = async (res: Response, typedIn?: ProfileTyped) => {
    const viewer = knownViewer(res)
    const pending = await findPendingEmail(db, viewer, clock.now())
    await render(res, profileView, profilePage(config, viewer, pending, typedIn), { status: typedIn === undefined ? 200 : 422 })
  }

  const showSecurity = async (res: Response, errors?: FieldErrors) => {
    const viewer = knownViewer(res)
    const list = await listSessions(db, viewer.id, clock.now())
    await render(res, securityView, securityPage(config, viewer, list, errors), { status: errors === undefined ? 200 : 422 })
  }

  /** A stolen session must not become a way to guess the password. */
  const limitGuesses = async (req: Request, viewer: Viewer) => {
    await limits.take(rates.signInAddress, clientAddress(req))
    await limits.take(rates.signInAccount, hashed(viewer.email))
  }

  router.get('/account', signedIn, async (_req, res) => {
    const viewer = knownViewer(res)
    await render(res, accountHomeView, accountHomePage(config, viewer, await learning(viewer)))
  })

  router.get('/account/profile', signedIn, async (_req, res) => showProfile(res))

  router.post('/account/profile', signedIn, async (req, res) => {
    const form = nameForm.safeParse(req.body)
    if (!form.success) return showProfile(res, { name: { value: typed(req.body, 'name', NAME_MAX), errors: errorsOf(form.error) } })
    await changeName(services, knownViewer(res).id, form.data.name)
    await flash(sessions, res, { kind: 'good', text: 'Your name is saved.' })
    res.redirect(303, '/account/profile')
  })

  router.get('/account/email', signedIn, (_req, res) => res.redirect(303, '/account/profile'))

  router.post('/account/email', signedIn, async (req, res) => {
    const paced = startPace(pace)
    const viewer = knownViewer(res)
    const form = emailForm.safeParse(req.body)
    const refuse = (errors: FieldErrors) => showProfile(res, { email: { value: typed(req.body, 'email', EMAIL_MAX), errors } })
    if (!form.success) return refuse(errorsOf(form.error))
    const { email, password } = form.data
    if (email === viewer.email) return refuse({ email: 'This is your address already.' })
    await limitGuesses(req, viewer)
    await limits.take(rates.moveAccount, viewer.id)
    const refused = await changeEmail(services, { accountId: viewer.id, email, password })
    await paced
    if (refused !== null) return refuse({ password: WRONG_PASSWORD })
    await flash(sessions, res, { kind: 'good', text: `We have written to ${email}. Your address changes once you confirm there.` })
    res.redirect(303, '/account/profile')
  })

  router.get('/account/security', signedIn, async (_req, res) => showSecurity(res))

  router.get('/account/password', signedIn, (_req, res) => res.redirect(303, '/account/security'))

  router.post('/account/password', signedIn, async (req, res) => {
    const viewer = knownViewer(res)
    const form = passwordForm.safeParse(req.body)
    if (!form.success) return showSecurity(res, errorsOf(form.error))
    const { current, password } = form.data
    const weak = weakness(password, viewer.email)
    if (weak !== null) return showSecurity(res, { password: weak })
    await limitGuesses(req, viewer)
    const refused = await changePassword(services, { accountId: viewer.id, current, password, sessionId: viewer.sessionId })
    if (refused !== null) return showSecurity(res, { current: WRONG_PASSWORD })
    await flash(sessions, res, { kind: 'good', text: 'Your password is changed. All other devices are signed out.' })
    res.redirect(303, '/account/security')
  })

  router.post('/account/sign-outs', signedIn, async (req, res) => {
    const viewer = knownViewer(res)
    const { session } = signOutForm.parse(req.body)
    if (session === 'others') await endOtherSessions(db, viewer.id, viewer.sessionId)
    else await endSession(services, viewer.id, session)
    await flash(sessions, res, { kind: 'good', text: session === 'others' ? 'You are signed out everywhere else.' : 'That device is signed out.' })
    res.redirect(303, '/account/security')
  })

  return router
}
