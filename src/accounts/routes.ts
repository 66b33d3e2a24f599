import { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { NotFound } from '../platform/errors.ts'
import { open, safePath } from '../platform/http/guards.ts'
import { clientAddress, TooMany, type Limits } from '../platform/http/limits.ts'
import { render } from '../platform/http/render.ts'
import { clearSessionCookie, newToken, sessionId, setSessionCookie, viewer, type Sessions } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { confirmEmail } from './confirm-email.ts'
import { chosenPassword, EMAIL_MAX, emailField, errorsOf, NAME_MAX, nameField, nextField, typed, typedPassword, type FieldErrors } from './fields.ts'
import { checkPassword } from './hash-password.ts'
import { endSession } from './keep-sessions.ts'
import { ACCOUNT_RATES, forgetAsked, PACE, readAsked, rememberAsked, startPace, type AccountRates } from './middleware.ts'
import {
  buttonView, checkMailPage, checkMailView, confirmPasswordPage, confirmPasswordView, linkButtonPage, linkExpiredPage, linkExpiredView, REFUSED,
  resetDonePage, resetDoneView, resetPasswordPage, resetPasswordView, resetRequestPage, resetRequestView, signInPage, signInView, signOutPage, signUpPage, signUpView,
} from './pages.ts'
import { weakness } from './password.ts'
import { findLink, type FoundLink } from './queries.ts'
import { requestReset } from './request-reset.ts'
import { resetPassword, type PasswordPurpose } from './reset-password.ts'
import { signIn } from './sign-in.ts'
import { resendVerification, signUp } from './sign-up.ts'
import { hashed, isLinkToken, newBrowserToken } from './token.ts'

export interface AccountParts {
  sessions: Sessions
  limits: Limits
  /** Other numbers than `ACCOUNT_RATES` and `PACE`, where somebody has reason to. */
  rates?: AccountRates
  pace?: number
}

const signUpForm = z.object({ name: nameField, email: emailField, password: chosenPassword, next: nextField })
const signInForm = z.object({ email: emailField, password: typedPassword, next: nextField })
const emailForm = z.object({ email: emailField })
const passwordForm = z.object({ password: chosenPassword })
const provingForm = z.object({ password: typedPassword })

/** After signing in: where somebody was going, or home. */
const wayOn = (next: string): string => (next === '/' ? '/account' : next)

export function accountRoutes(services: Services, parts: AccountParts): Router {
  const router = Router({ strict: true })
  addSignUp(router, services, parts)
  addSignIn(router, services, parts)
  addReset(router, services, parts)
  addLinks(router, services, parts)
  return router
}

function addSignUp(router: Router, services: Services, { limits, rates = ACCOUNT_RATES, pace = PACE }: AccountParts): void {
  const { config } = services

  router.get('/sign-up', open, async (req, res) => {
    const next = safePath(req.query.next)
    if (viewer(res) !== null) return res.redirect(303, wayOn(next))
    rememberAsked(req, res, config.secure, readAsked(req, config.secure)?.email ?? null)
    await render(res, signUpView, signUpPage(config, { next }))
  })

  router.post('/sign-up', open, async (req, res) => {
    const paced = startPace(pace)
    const form = signUpForm.safeParse(req.body)
    const next = safePath(typed(req.body, 'next', 2_000))
    const errors = form.success ? weak(form.data.password, form.data.email) : errorsOf(form.error)
    if (!form.success || errors !== null) {
      const page = signUpPage(config, { name: typed(req.body, 'name', NAME_MAX), email: typed(req.body, 'email', EMAIL_MAX), next, errors: errors ?? {} })
      return render(res, signUpView, page, { status: 422 })
    }
    const { name, email, password } = form.data
    await limits.take(rates.signUpAddress, clientAddress(req))
    await limits.take(rates.signUpAccount, hashed(email))
    const { browser } = rememberAsked(req, res, config.secure, email)
    await signUp(services, { name, email, password, browser, next })
    await paced
    res.redirect(303, '/sign-up/check-mail')
  })

  router.get('/sign-up/check-mail', open, async (req, res) => {
    await render(res, checkMailView, checkMailPage(config, 'sign-up', readAsked(req, config.secure)?.email ?? null, hasOutbox(services)))
  })

  router.post('/sign-up/check-mail', open, async (req, res) => {
    const paced = startPace(pace)
    const { email } = emailForm.parse(req.body)
    await limits.take(rates.signUpAddress, clientAddress(req))
    await limits.take(rates.signUpAccount, hashed(email))
    const { browser } = rememberAsked(req, res, config.secure, email)
    await resendVerification(services, { email, browser, next: '/' })
    await paced
    res.redirect(303, '/sign-up/check-mail')
  })
}

function addSignIn(router: Router, services: Services, { limits, rates = ACCOUNT_RATES, pace = PACE }: AccountParts): void {
  const { config } = services

  router.get('/sign-in', open, async (req, res) => {
    const next = safePath(req.query.next)
    if (viewer(res) !== null) return res.redirect(303, wayOn(next))
    await render(res, signInView, signInPage(config, { next }))
  })

  router.post('/sign-in', open, async (req, res) => {
    const paced = startPace(pace)
    const form = signInForm.safeParse(req.body)
    const again = { email: typed(req.body, 'email', EMAIL_MAX), next: safePath(typed(req.body, 'next', 2_000)) }
    if (!form.success) return render(res, signInView, signInPage(config, { ...again, errors: errorsOf(form.error) }), { status: 422 })
    const { email, password } = form.data
    await limits.take(rates.signInAddress, clientAddress(req))
    await limits.take(rates.signInAccount, hashed(email))

    const token = newToken()
    const result = await signIn(services, { email, password, session: newSession(req, res, token) })
    if (result.kind === 'in') {
      setSessionCookie(res, token, { secure: config.secure, expires: result.expires })
      return res.redirect(303, wayOn(again.next))
    }
    if (result.kind === 'unconfirmed' && (await mayTake(limits, rates.resendAccount, hashed(email)))) {
      await resendVerification(services, { email, browser: readAsked(req, config.secure)?.browser ?? newBrowserToken(), next: again.next })
    }
    await paced
    await render(res, signInView, signInPage(config, { ...again, problem: REFUSED }), { status: 422 })
  })

  router.get('/sign-out', open, async (_req, res) => {
    await render(res, buttonView, signOutPage(config))
  })

  router.post('/sign-out', open, async (_req, res) => {
    const known = viewer(res)
    if (known !== null) await endSession(services, known.id, known.sessionId)
    clearSessionCookie(res, config.secure)
    res.redirect(303, '/')
  })
}

function addReset(router: Router, services: Services, { limits, rates = ACCOUNT_RATES, pace = PACE }: AccountParts): void {
  const { config } = services

  router.get('/reset-password', open, async (_req, res) => {
    await render(res, resetRequestView, resetRequestPage(config, { email: viewer(res)?.email ?? '', next: '/' }))
  })

  router.post('/reset-password', open, async (req, res) => {
    const paced = startPace(pace)
    const form = emailForm.safeParse(req.body)
    if (!form.success) {
      const page = resetRequestPage(config, { email: typed(req.body, 'email', EMAIL_MAX), next: '/', errors: errorsOf(form.error) })
      return render(res, resetRequestView, page, { status: 422 })
    }
    await limits.take(rates.resetAddress, clientAddress(req))
    await limits.take(rates.resetAccount, hashed(form.data.email))
    rememberAsked(req, res, config.secure, form.data.email)
    await requestReset(services, form.data.email)
    await paced
    res.redirect(303, '/reset-password/check-mail')
  })

  router.get('/reset-password/check-mail', open, async (req, res) => {
    await render(res, checkMailView, checkMailPage(config, 'reset', readAsked(req, config.secure)?.email ?? null, hasOutbox(services)))
  })

  router.get('/reset-password/done', open, async (_req, res) => {
    await render(res, resetDoneView, resetDonePage(config))
  })
}

function addLinks(router: Router, services: Services, { sessions, limits, rates = ACCOUNT_RATES }: AccountParts): void {
  const { config, db, clock } = services

  const gone = (res: Response, link: FoundLink | null) =>
    render(res, linkExpiredView, linkExpiredPage(config, link && aboutOf(link), link !== null && link.spentAt !== null), { status: 410 })

  router.get('/links/:token', open, async (req, res) => {
    const token = linkToken(req)
    const link = await findLink(db, hashed(token))
    if (link === null || !isUsable(link, clock.now())) return gone(res, link)
    const shown = { path: `/links/${token}`, email: link.email, next: safePath(req.query.next) }
    if (link.purpose !== 'verify_email') return render(res, resetPasswordView, resetPasswordPage(config, shown))
    if (link.account.emailVerifiedAt !== null) return render(res, buttonView, linkButtonPage(config, 'move', shown))
    if (isSameBrowser(req, link, config.secure)) return render(res, buttonView, linkButtonPage(config, 'confirm', shown))
    await render(res, confirmPasswordView, confirmPasswordPage(config, shown))
  })

  router.post('/links/:token', open, async (req, res) => {
    const token = linkToken(req)
    const link = await findLink(db, hashed(token))
    const next = safePath(typed(req.body, 'next', 2_000))
    // The second of two clicks, when the first has signed this browser in.
    if (link !== null && link.spentAt !== null && viewer(res)?.id === link.account.id) return res.redirect(303, wayOn(next))
    if (link === null || !isUsable(link, clock.now())) return gone(res, link)
    const posted = { link, path: `/links/${token}`, next }
    if (link.purpose === 'verify_email') await confirm(req, res, posted)
    else await choosePassword(req, res, { ...posted, purpose: link.purpose })
  })

  async function confirm(req: Request, res: Response, { link, path, next }: { link: FoundLink; path: string; next: string }): Promise<void> {
    const isNew = link.account.emailVerifiedAt === null
    if (isNew && !isSameBrowser(req, link, config.secure)) {
      const errors = await provePassword(req, link)
      if (errors !== null) return render(res, confirmPasswordView, confirmPasswordPage(config, { path, email: link.email, next }, errors), { status: 422 })
    }
    const sessionToken = newToken()
    const result = await confirmEmail(services, { linkId: link.id, session: newSession(req, res, sessionToken) })
    if (result.kind === 'gone') return gone(res, await findLink(db, link.id))
    forgetAsked(res, config.secure)
    const known = viewer(res)
    if (result.kind === 'begun') {
      setSessionCookie(res, sessionToken, { secure: config.secure, expires: result.expires })
      await sessions.flash(sessionId(sessionToken), { kind: 'good', text: 'Welcome! Your address is confirmed.' })
    } else if (known?.id === link.account.id) await sessions.flash(known.sessionId, { kind: 'good', text: 'Your account now uses the new address.' })
    res.redirect(303, result.kind === 'moved' ? '/account/profile' : wayOn(next))
  }

  /** What is wrong with the typed password, or null when it is the account's. */
  async function provePassword(req: Request, link: FoundLink): Promise<FieldErrors | null> {
    const form = provingForm.safeParse(req.body)
    if (!form.success) return errorsOf(form.error)
    await limits.take(rates.signInAddress, clientAddress(req))
    await limits.take(rates.signInAccount, hashed(link.email))
    return (await checkPassword(link.account.passwordHash, form.data.password)) ? null : { password: 'This is not the password you signed up with.' }
  }

  async function choosePassword(req: Request, res: Response, { link, path, purpose }: { link: FoundLink; path: string; purpose: PasswordPurpose }): Promise<void> {
    const form = passwordForm.safeParse(req.body)
    const errors = form.success ? weak(form.data.password, link.email) : errorsOf(form.error)
    if (!form.success || errors !== null) return render(res, resetPasswordView, resetPasswordPage(config, { path, email: link.email }, errors ?? {}), { status: 422 })
    const done = await resetPassword(services, { linkId: link.id, purpose, password: form.data.password })
    if (!done) return gone(res, await findLink(db, link.id))
    forgetAsked(res, config.secure)
    clearSessionCookie(res, config.secure)
    res.redirect(303, '/reset-password/done')
  }
}

function weak(password: string, email: string): FieldErrors | null {
  const problem = weakness(password, email)
  return problem === null ? null : { password: problem }
}

/** The token in the address; one that could never be ours is simply not found. */
function linkToken(req: Request): string {
  const { token } = req.params
  if (!isLinkToken(token)) throw new NotFound()
  return token
}

function isUsable(link: FoundLink, now: Date): boolean {
  const { account } = link
  if (link.spentAt !== null || link.expiresAt <= now || account.disabledAt !== null) return false
  // A confirmation of what is confirmed already; a password link for an address the account has left.
  return link.purpose === 'verify_email' ? account.emailVerifiedAt === null || account.email !== link.email : account.email === link.email
}

const aboutOf = (link: FoundLink): 'verify' | 'password' => (link.purpose === 'verify_email' ? 'verify' : 'password')

function isSameBrowser(req: Request, link: FoundLink, secure: boolean): boolean {
  const asked = readAsked(req, secure)
  return asked !== null && link.browser !== null && hashed(asked.browser) === link.browser
}

/** A session of its own token, in place of the one this browser has. */
function newSession(req: Request, res: Response, token: string): { id: string; userAgent: string; replaces: string | null } {
  return { id: sessionId(token), userAgent: req.headers['user-agent'] ?? '', replaces: viewer(res)?.sessionId ?? null }
}

/** Like `take`, but answers no instead of refusing the request. */
async function mayTake(limits: Limits, limit: AccountRates[keyof AccountRates], key: string): Promise<boolean> {
  try {
    await limits.take(limit, key)
    return true
  } catch (refusal) {
    if (refusal instanceof TooMany) return false
    throw refusal
  }
}

/** Is mail kept on this machine instead of sent? */
const hasOutbox = ({ config }: Pick<Services, 'config'>): boolean => config.sendgrid === null && !config.production
