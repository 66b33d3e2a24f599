import { z } from 'zod'
import { Unavailable } from '../../platform/errors.ts'

/** Reads an answer, or says that the provider's answer makes no sense to us. */
export function understood<T>(read: (raw: unknown) => T, raw: unknown): T {
  try {
    return read(raw)
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw new Unavailable('The payment provider gave an answer that we cannot read.', { cause: error })
  }
}
