import type { Action, CourseCard, ErrorItem, Field, Link, Moment, Notice, Progress, Tab, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { moment } from '../platform/words.ts'
import { PASSWORD_MIN } from '../accounts/fields.ts'
import { deviceName } from './device.ts'
import type { SessionLine } from './queries.ts'
import { accountTabs } from './tabs.ts'

/** What these pages know about the site. */
export interface Place {
  baseUrl: string
  site: { name: string }
}

type FieldErrors = Record<string, string>

function meta(place: Place, title: string, path: string): Meta {
  return { title: `${title} · ${place.site.name}`, description: `${title} on ${place.site.name}.`, canonical: place.baseUrl + path, image: null, robots: 'noindex', feed: null, jsonLd: null, type: 'website' }
}

const field = (name: string, errors: FieldErrors, value = ''): Field => ({ value, error: errors[name] ?? null })

const summary = (errors: FieldErrors): ErrorItem[] => Object.entries(errors).map(([name, text]) => ({ text, href: `#f-${name}` }))

export interface AccountHomePage {
  meta: Meta
  title: string
  tabs: Tab[]
  notices: Notice[]
  resume: { title: string; href: string; hint: string; progress: Progress | null } | null
  courses: CourseCard[]
  plan: { title: string; text: string; facts: { term: string; text: string; href: string | null }[]; links: Link[] }
  saved: TutorialCard[]
  empty: { title: string; text: string; action: Link | null } | null
}

export const accountHomeView = view<AccountHomePage>('account/home.njk')

/** What somebody is learning; the learning feature knows. */
export type Learning = Pick<AccountHomePage, 'resume' | 'courses' | 'saved' | 'empty'>

export const nothingYet: Learning = {
  resume: null,
  courses: [],
  saved: [],
  empty: { title: 'Nothing begun yet', text: 'What you read and finish is kept here, so that you can go on where you were.', action: { text: 'Find something to learn', href: '/tutorials/' } },
}

export function accountHomePage(place: Place, viewer: Viewer, learning: Learning): AccountHomePage {
  return {
    meta: meta(place, 'Your account', '/account'),
    title: `Good to see you, ${viewer.name}`,
    tabs: accountTabs('/account'),
    notices: [],
    ...learning,
    plan: {
      title: 'You',
      text: 'How you are known here.',
      facts: [
        { term: 'Name', text: viewer.name, href: '/account/profile' },
        { term: 'E-mail', text: `${viewer.email} (${viewer.verified ? 'confirmed' : 'not confirmed'})`, href: '/account/profile' },
      ],
      links: [],
    },
  }
}

export interface ProfilePage {
  meta: Meta
  tabs: Tab[]
  action: string
  errors: ErrorItem[]
  name: Field
  emailForm: { action: string; errors: ErrorItem[]; current: string; pending: string | null; email: Field; password: Field }
}

export const profileView = view<ProfilePage>('account/profile.njk')

/** Each form comes back with what was typed and what is wrong with it; the other shows what holds. */
export interface ProfileTyped {
  name?: { value: string; errors: FieldErrors }
  email?: { value: string; errors: FieldErrors }
}

export function profilePage(place: Place, viewer: Viewer, pendingEmail: string | null, typed: ProfileTyped = {}): ProfilePage {
  const name = typed.name ?? { value: viewer.name, errors: {} }
  const email = typed.email ?? { value: '', errors: {} }
  return {
    meta: meta(place, 'Profile', '/account/profile'),
    tabs: accountTabs('/account/profile'),
    action: '/account/profile',
    errors: summary(name.errors),
    name: field('name', name.errors, name.value),
    emailForm: {
      action: '/account/email',
      errors: summary(email.errors),
      current: viewer.email,
      pending: pendingEmail === null ? null : `Waiting for you to confirm ${pendingEmail}: the link is in its mail.`,
      email: field('email', email.errors, email.value),
      password: field('password', email.errors),
    },
  }
}

export interface SecurityPage {
  meta: Meta
  tabs: Tab[]
  passwordForm: { action: string; errors: ErrorItem[]; current: Field; password: Field; passwordHint: string }
  sessions: { device: string; place: string | null; lastSeen: Moment; isThis: boolean; signOut: Action | null }[]
  signOutOthers: Action | null
}

export const securityView = view<SecurityPage>('account/security.njk')

export function securityPage(place: Place, viewer: Viewer, sessions: readonly SessionLine[], errors: FieldErrors = {}): SecurityPage {
  return {
    meta: meta(place, 'Security', '/account/security'),
    tabs: accountTabs('/account/security'),
    passwordForm: {
      action: '/account/password',
      errors: summary(errors),
      current: field('current', errors),
      password: field('password', errors),
      passwordHint: `At least ${PASSWORD_MIN} characters. All your other devices will be signed out.`,
    },
    sessions: thisFirst(sessions, viewer.sessionId).map((session) => sessionRow(session, viewer.sessionId)),
    signOutOthers: sessions.length < 2 ? null : signOut('Sign out everywhere else', 'others'),
  }
}

const thisFirst = (sessions: readonly SessionLine[], current: string): SessionLine[] => [...sessions].sort((a, b) => Number(b.id === current) - Number(a.id === current))

function sessionRow(session: SessionLine, current: string): SecurityPage['sessions'][number] {
  const isThis = session.id === current
  return {
    device: deviceName(session.userAgent),
    place: `signed in ${moment(session.createdAt).text}`,
    lastSeen: lastSeen(session.lastSeenAt),
    isThis,
    signOut: isThis ? null : signOut('Sign out', session.id),
  }
}

/** With the hour, because "was that me?" often depends on it. */
function lastSeen(date: Date): Moment {
  const { text, iso } = moment(date)
  return { text: `${text}, ${iso.slice(11, 16)} UTC`, iso }
}

const signOut = (label: string, session: string): Action => ({ label, href: '/account/sign-outs', method: 'post', fields: [{ name: 'session', value: session }] })
