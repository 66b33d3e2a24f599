import type { Role } from '../platform/viewer.ts'

export const ROLES: readonly Role[] = ['owner', 'editor', 'author', 'member']

/** What each may do, in a line: for forms and for the command line. */
export const ROLE_WORDS: Record<Role, string> = {
  owner: 'Everything, also money, settings and people',
  editor: 'Write and publish everything',
  author: 'Write, and publish what is theirs',
  member: 'Read and learn',
}

/** Only owners decide who works here. */
export function canSetRoles(viewer: { role: Role } | null): boolean {
  return viewer?.role === 'owner'
}

/** Somebody must always be left who can. */
export function leavesNoOwner(before: Role, to: Role, owners: number): boolean {
  return before === 'owner' && to !== 'owner' && owners <= 1
}
