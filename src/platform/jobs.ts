import type { z } from 'zod'

export type QueueName = 'mail' | 'media' | 'billing'

/** What a command needs to ask for work: a name, where it runs, and the shape of its payload (ids, never data). */
export interface Job<Payload> {
  name: string
  queue: QueueName
  payload: z.ZodType<Payload>
}

/** Declares a job. `name` is `feature.verb-noun`, like the command it runs. */
export function job<Payload>(declaration: Job<Payload>): Job<Payload> {
  return declaration
}

/**
 * The doorbell. What is owed stands in a row that was committed before; a lost or repeated job costs nothing,
 * because a sweep rings again for every row still owed and every command may run twice.
 */
export interface Jobs {
  /**
   * Asks for work. Never throws and never waits long: when the queue is away the sweep will find the row.
   * `once` lets equal requests that are still waiting fall together.
   */
  enqueue<Payload>(job: Job<Payload>, payload: Payload, options?: { once?: string; delayMs?: number }): Promise<void>
}

/** A job and the one command that does it. */
export interface Handler<Services> {
  job: Job<unknown>
  run(services: Services, payload: unknown): Promise<unknown>
}

/** Binds a job to its command; the payload is parsed here, on the far side of the queue. */
export function handle<Services, Payload>(
  declaration: Job<Payload>,
  run: (services: Services, payload: Payload) => Promise<unknown>,
): Handler<Services> {
  return {
    job: declaration as Job<unknown>,
    run: (services, payload) => run(services, declaration.payload.parse(payload)),
  }
}

/** Work that comes by the clock. `every` is in milliseconds; `pattern` is cron in UTC. */
export type Schedule = { job: Job<Record<string, never>> } & ({ every: number } | { pattern: string })
