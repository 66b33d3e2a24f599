import type { Access } from '../content/document.ts'

/** May she read it? `entitled` says that a live entitlement opens it; see access/queries.ts. */
export function mayRead(document: { access: Access; preview: boolean }, entitled: boolean): boolean {
  return document.access === 'free' || document.preview || entitled
}
