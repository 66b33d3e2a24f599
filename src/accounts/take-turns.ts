import { Unavailable } from '../platform/errors.ts'

export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Lets at most `atOnce` pieces of work run together and `waiting` more wait in order; the next is refused with
 * `Unavailable`. A flood of sign-ins then costs its own answers, not everybody's pages.
 */
export function takeTurns(options: { atOnce: number; waiting: number }): Turns {
  const queue: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running < options.atOnce) running++
    else {
      if (queue.length >= options.waiting) throw new Unavailable('Many people are signing in at this moment. Please try again shortly.', { retryAfter: 5 })
      await new Promise<void>((resolve) => queue.push(resolve))
    }
    try {
      return await work()
    } finally {
      // The place is handed over, so that nobody slips in between.
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
