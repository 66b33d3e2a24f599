/**
 * The five expected failures. Each has one answer on the web (status) and one in a job
 * (only `Unavailable` and unexpected errors are tried again). A sixth needs a decision record.
 */
export class AppError extends Error {
  readonly status: number

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.status = status
  }
}

/** The input makes no sense. */
export class Invalid extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(422, message, options)
  }
}

/** You may not. */
export class Forbidden extends AppError {
  constructor(message = 'You may not do this.', options?: ErrorOptions) {
    super(403, message, options)
  }
}

/** There is no such thing, for you. */
export class NotFound extends AppError {
  constructor(message = 'There is nothing here.', options?: ErrorOptions) {
    super(404, message, options)
  }
}

/** Somebody was first. */
export class Conflict extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super(409, message, options)
  }
}

/** A part of the system or a provider failed; later may work. `retryAfter` is in seconds. */
export class Unavailable extends AppError {
  readonly retryAfter: number

  constructor(message: string, options?: ErrorOptions & { retryAfter?: number }) {
    super(503, message, options)
    this.retryAfter = options?.retryAfter ?? 30
  }
}

/** The kind of `Unavailable` where nobody knows whether the other side did it: no answer, or the line broke. */
export class Unanswered extends Unavailable {}

/** The row, or `NotFound` naming what was looked for. */
export function found<T>(row: T | null | undefined, what: string): T {
  if (row === null || row === undefined) throw new NotFound(`There is no such ${what}.`)
  return row
}

/** Throws `Forbidden` unless the rule said yes. */
export function allow(permitted: boolean): void {
  if (!permitted) throw new Forbidden()
}
