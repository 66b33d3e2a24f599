import type { Action, ErrorItem, Field, Link, Notice } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { PASSWORD_MIN, type FieldErrors } from './fields.ts'

/** What these pages know about the site. */
export interface Place {
  baseUrl: string
  site: { name: string }
}

/** What somebody typed and what is wrong with it. `problem` is about the form as a whole. */
export interface Typed {
  name?: string
  email?: string
  next: string
  errors?: FieldErrors
  problem?: string
}

export const PASSWORD_HINT = `At least ${PASSWORD_MIN} characters. Four words that have nothing to do with each other are easy to remember and hard to guess.`

function meta(place: Place, title: string, path: string): Meta {
  return { title: `${title} · ${place.site.name}`, description: `${title} on ${place.site.name}.`, canonical: place.baseUrl + path, image: null, robots: 'noindex', feed: null, jsonLd: null, type: 'website' }
}

const field = (name: string, typed: Typed, value = ''): Field => ({ value, error: typed.errors?.[name] ?? null })

/** The summary above a form; each line leads to its field. */
function summary(typed: Typed): ErrorItem[] {
  const general = typed.problem === undefined ? [] : [{ text: typed.problem, href: null }]
  return [...general, ...Object.entries(typed.errors ?? {}).map(([name, text]) => ({ text, href: `#f-${name}` }))]
}

/** The form's hidden field; the usual way on needs none. */
const nextOrNull = (next: string): string | null => (next === '/' ? null : next)

const withNext = (path: string, next: string): string => (next === '/' ? path : `${path}?next=${encodeURIComponent(next)}`)

export interface SignUpPage {
  meta: Meta
  action: string
  errors: ErrorItem[]
  notice: Notice | null
  name: Field
  email: Field
  password: Field
  passwordHint: string
  next: string | null
  signInHref: string
}

export const signUpView = view<SignUpPage>('accounts/sign-up.njk')

export function signUpPage(place: Place, typed: Typed): SignUpPage {
  return {
    meta: { ...meta(place, 'Create your account', '/sign-up'), robots: null },
    action: '/sign-up',
    errors: summary(typed),
    notice: null,
    name: field('name', typed, typed.name),
    email: field('email', typed, typed.email),
    password: field('password', typed),
    passwordHint: PASSWORD_HINT,
    next: nextOrNull(typed.next),
    signInHref: withNext('/sign-in', typed.next),
  }
}

export interface SignInPage {
  meta: Meta
  action: string
  errors: ErrorItem[]
  notice: Notice | null
  email: Field
  password: Field
  next: string | null
  resetHref: string
  signUpHref: string
}

export const signInView = view<SignInPage>('accounts/sign-in.njk')

/** The one answer to a wrong password, an unknown address, a disabled account and an address not confirmed yet. */
export const REFUSED = 'This address and this password do not go together. If you have just created the account, confirm the address first: the link is in your mail.'

export function signInPage(place: Place, typed: Typed): SignInPage {
  return {
    meta: { ...meta(place, 'Sign in', '/sign-in'), robots: null },
    action: '/sign-in',
    errors: summary(typed),
    notice: typed.next === '/' || typed.errors !== undefined || typed.problem !== undefined ? null : { kind: 'info', title: null, text: 'Sign in to go on.', link: null },
    email: field('email', typed, typed.email),
    password: field('password', typed),
    next: nextOrNull(typed.next),
    resetHref: '/reset-password',
    signUpHref: withNext('/sign-up', typed.next),
  }
}

export interface ResetRequestPage {
  meta: Meta
  action: string
  errors: ErrorItem[]
  email: Field
  signInHref: string
}

export const resetRequestView = view<ResetRequestPage>('accounts/reset-request.njk')

export function resetRequestPage(place: Place, typed: Typed): ResetRequestPage {
  return { meta: meta(place, 'A new password', '/reset-password'), action: '/reset-password', errors: summary(typed), email: field('email', typed, typed.email), signInHref: '/sign-in' }
}

export interface CheckMailPage {
  meta: Meta
  title: string
  text: string
  resend: Action | null
  back: Link | null
  outbox: Link | null
}

export const checkMailView = view<CheckMailPage>('accounts/check-mail.njk')

const CHECK_MAIL = {
  'sign-up': { path: '/sign-up/check-mail', life: '24 hours', resend: '/sign-up/check-mail', back: '/sign-up' },
  reset: { path: '/reset-password/check-mail', life: 'one hour', resend: '/reset-password', back: '/reset-password' },
}

/** The same for every address. `email` is null when the browser no longer knows which it gave. */
export function checkMailPage(place: Place, about: keyof typeof CHECK_MAIL, email: string | null, hasOutbox: boolean): CheckMailPage {
  const { path, life, resend, back } = CHECK_MAIL[about]
  const said = email === null ? 'the address you gave' : email
  const when = about === 'reset' ? `If ${said} has an account, a link is on its way there.` : `A link is on its way to ${said}. Open it to finish.`
  return {
    meta: meta(place, 'Look into your mail', path),
    title: 'Look into your mail',
    text: `${when} It works for ${life}.`,
    resend: email === null ? null : { label: 'Send it again', href: resend, method: 'post', fields: [{ name: 'email', value: email }] },
    back: { text: 'Use another address', href: back },
    outbox: hasOutbox ? { text: 'Open the mail of this machine', href: '/dev/mail' } : null,
  }
}

export interface ButtonPage {
  meta: Meta
  title: string
  text: string
  action: Action
}

/** One sentence and one button: opening the page changes nothing. */
export const buttonView = view<ButtonPage>('accounts/verify.njk')

const BUTTONS = {
  confirm: (email: string) => ({ title: 'Confirm your address', text: `${email} belongs to you, and your account is ready.`, label: 'Confirm and sign in' }),
  move: (email: string) => ({ title: 'Use this address', text: `Your account will use ${email} from now on: to sign in and for mail.`, label: 'Use this address' }),
}

export function linkButtonPage(place: Place, kind: keyof typeof BUTTONS, link: { path: string; email: string; next: string }): ButtonPage {
  const { title, text, label } = BUTTONS[kind](link.email)
  return { meta: meta(place, title, '/'), title, text, action: { label, href: link.path, method: 'post', fields: [{ name: 'next', value: link.next }] } }
}

export function signOutPage(place: Place): ButtonPage {
  const title = 'Sign out'
  return { meta: meta(place, title, '/sign-out'), title, text: 'Your place, your notes and your purchases wait for you.', action: { label: title, href: '/sign-out', method: 'post', fields: [] } }
}

export interface ConfirmPasswordPage {
  meta: Meta
  action: string
  fields: { name: string; value: string }[]
  errors: ErrorItem[]
  email: string
  password: Field
  resetHref: string
}

export const confirmPasswordView = view<ConfirmPasswordPage>('accounts/confirm-password.njk')

export function confirmPasswordPage(place: Place, link: { path: string; email: string; next: string }, errors: FieldErrors = {}): ConfirmPasswordPage {
  const typed = { next: link.next, errors }
  return {
    meta: meta(place, 'Confirm your address', '/'),
    action: link.path,
    fields: [{ name: 'next', value: link.next }],
    errors: summary(typed),
    email: link.email,
    password: field('password', typed),
    resetHref: '/reset-password',
  }
}

export interface ResetPasswordPage {
  meta: Meta
  action: string
  fields: { name: string; value: string }[]
  errors: ErrorItem[]
  email: string
  password: Field
  passwordHint: string
}

export const resetPasswordView = view<ResetPasswordPage>('accounts/reset-password.njk')

export function resetPasswordPage(place: Place, link: { path: string; email: string }, errors: FieldErrors = {}): ResetPasswordPage {
  const typed = { next: '/', errors }
  return {
    meta: meta(place, 'Choose a new password', '/'),
    action: link.path,
    fields: [],
    errors: summary(typed),
    email: link.email,
    password: field('password', typed),
    passwordHint: PASSWORD_HINT,
  }
}

export interface ResetDonePage {
  meta: Meta
  signInHref: string
}

export const resetDoneView = view<ResetDonePage>('accounts/reset-done.njk')

export function resetDonePage(place: Place): ResetDonePage {
  return { meta: meta(place, 'Your password is changed', '/reset-password/done'), signInHref: '/sign-in' }
}

export interface LinkExpiredPage {
  meta: Meta
  title: string
  text: string
  again: Link
  support: Link | null
}

export const linkExpiredView = view<LinkExpiredPage>('accounts/link-expired.njk')

/** `about` is null for a link we have no record of: it was replaced, or never was. */
export function linkExpiredPage(place: Place, about: 'verify' | 'password' | null, used: boolean): LinkExpiredPage {
  const title = 'This link no longer works'
  const why = used
    ? 'It has been used. If that was you, all is well and you can sign in.'
    : about === null
      ? 'A newer link has taken its place, or it was copied incompletely.'
      : 'It is too old, or a newer one has taken its place.'
  const again = used || about === 'verify' ? { text: 'Sign in', href: '/sign-in' } : { text: 'Send a new link', href: '/reset-password' }
  return { meta: meta(place, title, '/'), title, text: about === 'verify' && !used ? `${why} Sign in, and a new one is sent.` : why, again, support: null }
}
