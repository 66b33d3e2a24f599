import { UnknownOutcome } from './call.ts'

/** After a write that may have happened: its result if it did, else the same error again. Other errors pass. */
export async function lookAfterUnknown<T>(error: unknown, look: () => Promise<T | null>): Promise<T> {
  if (!(error instanceof UnknownOutcome)) throw error
  const found = await look().catch((cause: unknown) => {
    throw new UnknownOutcome(error.message, { cause })
  })
  if (found === null) throw error
  return found
}
