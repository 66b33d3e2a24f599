/** The only place that reads the time, so that tests can move it. Rights are judged by the database's clock. */
export interface Clock {
  now(): Date
}

export const systemClock: Clock = { now: () => new Date() }

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** `moment` moved by `ms` milliseconds. */
export function after(moment: Date, ms: number): Date {
  return new Date(moment.getTime() + ms)
}
