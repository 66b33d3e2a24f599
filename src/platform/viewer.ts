export type Role = 'owner' | 'editor' | 'author' | 'member'

/** Who is asking. A visitor who has not signed in is `null`. */
export interface Viewer {
  id: string
  name: string
  email: string
  role: Role
  verified: boolean
  sessionId: string
}

const STAFF: readonly Role[] = ['owner', 'editor', 'author']

/** May enter the admin. */
export function isStaff(viewer: Viewer | null): viewer is Viewer {
  return viewer !== null && STAFF.includes(viewer.role)
}
