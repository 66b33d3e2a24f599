import { DAY, HOUR, MINUTE, SECOND } from '../platform/clock.ts'

/** The worker that claimed a mail this long ago is dead, or it would have said how the mail fared. */
export const STUCK_AFTER = 5 * MINUTE

/** How often a mail may be handed over without hearing a clear no: nobody ever gets it more than twice. */
export const MOST_COPIES = 2

/** Older than this it is of no use to anybody, and a person should look. */
export const GIVE_UP_AFTER = 3 * DAY

/**
 * How long to wait before the next try, in milliseconds: as long as the mail has been waiting already (so waits double),
 * from a second to six hours, spread by a quarter either way, and never less than the provider asked for.
 * `chance` is a number from 0 to 1.
 */
export function nextWait(age: number, retryAfterSeconds: number, chance: number): number {
  const wait = Math.min(Math.max(age, SECOND), 6 * HOUR)
  const asked = Math.min(retryAfterSeconds * SECOND, 6 * HOUR)
  return Math.round(Math.max(wait * (0.75 + chance / 2), asked))
}
