import { Conflict, Invalid, NotFound } from '../../platform/errors.ts'

/** A document that may not exist (yet): null then. */
export async function linkOrNull(find: () => Promise<string>): Promise<string | null> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof Invalid || error instanceof NotFound || error instanceof Conflict) return null
    throw error
  }
}
