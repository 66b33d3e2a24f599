import type { Handler, Job, Jobs } from '../../src/platform/jobs.ts'

export interface Asked {
  name: string
  payload: unknown
  once: string | null
  delayMs: number
}

/** Jobs that are written down instead of queued; `drain` runs the real handlers, and what those ask for, until nothing is left. */
export interface RecordedJobs extends Jobs {
  asked: Asked[]
  drain<Services>(services: Services, handlers: readonly Handler<Services>[]): Promise<void>
}

export function recordJobs(): RecordedJobs {
  const asked: Asked[] = []
  return {
    asked,
    enqueue: async <Payload>(job: Job<Payload>, payload: Payload, options: { once?: string; delayMs?: number } = {}) => {
      const waits = asked.some(({ name, once }) => name === job.name && once !== null && once === options.once)
      if (!waits) asked.push({ name: job.name, payload: job.payload.parse(payload), once: options.once ?? null, delayMs: options.delayMs ?? 0 })
    },
    async drain(services, handlers) {
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
        const handler = handlers.find(({ job }) => job.name === next?.name)
        if (!handler) throw new Error(`Nobody handles ${next.name}.`)
        await handler.run(services, next.payload)
      }
    },
  }
}
