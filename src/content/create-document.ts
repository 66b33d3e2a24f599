import { isUniqueViolation, type Tx } from '../platform/db.ts'
import { Conflict, Invalid } from '../platform/errors.ts'
import { isReserved, pathOf, type Kind } from './document.ts'

export interface NewDocument {
  kind: Kind
  slug: string
  title: string
  summary: string
  /** The course's path, for a lesson. */
  coursePath?: string | undefined
  importKey?: string | undefined
}

/** Makes an empty draft at its address, inside the caller's transaction. Throws `Conflict` when the address is taken. */
export async function createDocument(tx: Tx, document: NewDocument): Promise<{ id: string; path: string }> {
  const { kind, slug, title, summary } = document
  if (kind === 'page' && isReserved(slug)) throw new Invalid(`“${slug}” is an address of the site itself. Choose another.`)
  const path = pathOf(kind, slug, document.coursePath ?? null)
  try {
    // An old address that somebody now uses for something new stops leading elsewhere.
    await tx.redirect.deleteMany({ where: { fromPath: path } })
    return await tx.document.create({
      data: { kind, slug, path, title, summary, importKey: document.importKey ?? null },
      select: { id: true, path: true },
    })
  } catch (error) {
    if (isUniqueViolation(error)) throw new Conflict(`The address ${path} is taken.`)
    throw error
  }
}
