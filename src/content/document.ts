import { z } from 'zod'
import type { Prisma } from '#prisma'
import { isStaff, type Viewer } from '../platform/viewer.ts'

export type Kind = 'tutorial' | 'course' | 'lesson' | 'page'
export type Access = 'free' | 'members' | 'paid'
export type Level = 'basics' | 'intermediate' | 'advanced'

export const LEVELS = ['basics', 'intermediate', 'advanced'] as const
export const ACCESSES = ['free', 'members', 'paid'] as const

/** Text from outside: Postgres has no room for NUL. */
export const plainText = (max: number) => z.string('Something is missing here.').max(max, `At most ${max} characters.`).regex(/^[^\u0000]*$/, 'This holds a character that cannot be stored.')

export const slugField = z
  .string()
  .trim()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'Use small letters, digits and single hyphens.')
  .max(80, 'At most 80 characters.')

export const idField = z.uuid()

/** Words at the top level that are the site's own; a page cannot be called so. */
const RESERVED = new Set([
  'account', 'admin', 'api', 'assets', 'authors', 'cards', 'checkout', 'courses', 'dev', 'documents', 'feed', 'links', 'livez', 'media', 'pricing', 'readyz',
  'reset-password', 'search', 'sign-in', 'sign-out', 'sign-up', 'thank-you', 'topics', 'tutorials', 'webhooks',
])

export const isReserved = (slug: string): boolean => RESERVED.has(slug)

/** The one address of a document. A lesson's stands under its course's. */
export function pathOf(kind: Kind, slug: string, coursePath: string | null = null): string {
  switch (kind) {
    case 'tutorial':
      return `/tutorials/${slug}`
    case 'course':
      return `/courses/${slug}`
    case 'lesson':
      return `${coursePath ?? '/courses'}/${slug}`
    case 'page':
      return `/${slug}`
  }
}

/** What may be seen: published by everybody, drafts in the admin only. */
export const published = { state: 'published' } as const satisfies Prisma.DocumentWhereInput

/** Authors write; editors and the owner write everywhere. */
export function canEdit(viewer: Viewer | null): viewer is Viewer {
  return isStaff(viewer)
}

/** Cache tags: a document, and the lists that show its kind. */
export const tagsOf = {
  document: (id: string) => `document:${id}`,
  list: (kind: Kind) => `list:${kind}`,
  authors: 'authors',
  topics: 'topics',
  /** What things cost. */
  offers: 'offers',
}
