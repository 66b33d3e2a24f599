import type { Link } from '../platform/shapes.ts'
import type { Role } from '../platform/viewer.ts'

/** What every page of the admin carries for its layout. */
export interface AdminFrame {
  title: string
  trail: Link[]
  nav: { label: string; items: { text: string; href: string; current: boolean }[] }[]
}

interface Entry {
  text: string
  path: string
  /** Money and people: the owner's. */
  owner: boolean
}

const entry = (path: string, text: string, owner = false): Entry => ({ path, text, owner })

const GROUPS: { label: string; entries: Entry[] }[] = [
  { label: 'Content', entries: [entry('tutorials', 'Tutorials'), entry('courses', 'Courses'), entry('lessons', 'Lessons'), entry('pages', 'Pages'), entry('pictures', 'Pictures'), entry('topics', 'Topics'), entry('authors', 'Authors')] },
  { label: 'Business', entries: [entry('accounts', 'Accounts', true), entry('orders', 'Orders', true), entry('events', 'Provider events', true), entry('mails', 'Mails', true)] },
]

/** `path` is the part of the admin that the page belongs to ("tutorials"), `trail` the way to it below the admin's start. */
export function adminFrame(role: Role, options: { title: string; path: string; trail?: Link[] }): AdminFrame {
  const nav = GROUPS.map(({ label, entries }) => ({
    label,
    items: entries.filter((item) => role === 'owner' || !item.owner).map((item) => ({ text: item.text, href: `/admin/${item.path}`, current: item.path === options.path })),
  })).filter((group) => group.items.length > 0)
  return { title: options.title, trail: options.trail ?? [], nav: [{ label: 'Admin', items: [{ text: 'Start', href: '/admin', current: options.path === '' }] }, ...nav] }
}
