import { setTimeout as sleep } from 'node:timers/promises'
import { LogLevel, Paddle, type Environment } from '@paddle/paddle-node-sdk'
import { z } from 'zod'
import { Conflict, Invalid, NotFound, Unavailable } from '../../platform/errors.ts'
import { exchangeOf, type Exchange } from './fetch-scope.ts'
import { parseJson } from './json.ts'

const TRIES = 3
/** Milliseconds. Longer waits are the caller's: a visitor is not kept. */
const LONGEST_WAIT = 5000

/** A write whose outcome nobody knows. Look before repeating it. */
export class UnknownOutcome extends Unavailable {}

export interface Api {
  /** May be repeated freely: tried up to three times. */
  read(request: (sdk: Paddle) => Promise<unknown>): Promise<Answer>
  /** Sent once, unless it was certainly refused for a limit. Throws `UnknownOutcome` when it may have happened. */
  write(request: (sdk: Paddle) => Promise<unknown>): Promise<Answer>
  /** Follows the pages of a list until `limit` rows. */
  list(start: (sdk: Paddle) => { next(): Promise<unknown> }, limit: number): Promise<{ rows: unknown[]; more: boolean }>
}

const answer = z.object({
  data: z.unknown(),
  meta: z.object({ pagination: z.object({ has_more: z.boolean() }).optional() }).optional(),
})
export type Answer = z.infer<typeof answer>

const refusal = z.object({
  error: z.object({
    code: z.string(), detail: z.string().default(''),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).nullish(),
  }),
})

/** The state of things, not the input, stands in the way. */
const CONFLICTS =
  /already_exists|pending_refund_request|locked|immutable|_canceled|when_canceled|is_paused|not_paused|not_ready|conflict|invalid_status|above_remaining|payment_declined|past_due|on_paused|when_trialing|trialing_items|scheduled_change|not_active|_conflicts?\b/

export function createApi(config: { apiKey: string; environment: string; timeoutMs: number; fetch?: typeof fetch }): Api {
  const sdk = new Paddle(config.apiKey, {
    environment: (config.environment === 'live' ? 'production' : config.environment) as Environment,
    logLevel: LogLevel.none,
    customHeaders: { 'Paddle-Version': '1' },
  })

  async function once(request: (sdk: Paddle) => Promise<unknown>): Promise<Answer> {
    let exchange: Exchange
    try {
      exchange = await exchangeOf(config.timeoutMs, () => request(sdk), config.fetch)
    } catch (error) {
      throw new UnknownOutcome('The payment provider did not answer.', { cause: error })
    }
    return judge(exchange)
  }

  async function repeated(request: (sdk: Paddle) => Promise<unknown>, again: (error: unknown) => boolean): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(request)
      } catch (error) {
        const wait = pause(error, attempt)
        if (attempt === TRIES || wait === null || !again(error)) throw error
        await sleep(wait)
      }
    }
  }

  const read: Api['read'] = (request) => repeated(request, (error) => error instanceof Unavailable)

  return {
    read,
    write: (request) => repeated(request, (error) => error instanceof Limited),
    async list(start, limit) {
      const collection = start(sdk)
      const rows: unknown[] = []
      for (;;) {
        const page = await read(() => collection.next())
        rows.push(...z.array(z.unknown()).parse(page.data))
        const more = page.meta?.pagination?.has_more ?? false
        if (!more || rows.length >= limit) return { rows: rows.slice(0, limit), more: more || rows.length > limit }
      }
    },
  }
}

/** The provider did nothing and names the wait. */
class Limited extends Unavailable {}

/** Milliseconds before the next try: what the provider asks for, else growing with jitter. Null: too long to wait here. */
function pause(error: unknown, attempt: number): number | null {
  if (error instanceof Refused) return null
  if (error instanceof Limited) return error.retryAfter * 1000 <= LONGEST_WAIT ? error.retryAfter * 1000 : null
  return Math.random() * 100 * 2 ** attempt
}

/** Our key is wrong or may not do this: a person must act, nothing else helps. */
class Refused extends Unavailable {}

function judge({ status, headers, text }: Exchange): Answer {
  const json = parseJson(text)
  if (status >= 200 && status < 300) {
    const read = answer.safeParse(json ?? (status === 204 ? {} : null))
    if (read.success) return read.data
    throw new UnknownOutcome('The payment provider gave an answer that we cannot read.', { cause: read.error })
  }
  if (status === 429) {
    throw new Limited('The payment provider asks us to wait.', { retryAfter: seconds(headers.get('retry-after')) })
  }
  const refused = refusal.safeParse(json)
  const cause = new Error(refused.success ? `${status} ${refused.data.error.code}: ${refused.data.error.detail}` : `${status}`)
  if (status >= 500 || status === 408 || !refused.success) throw new UnknownOutcome('The payment provider has a fault.', { cause })
  if (status === 401 || status === 403) throw new Refused('The payment provider does not accept our key for this.', { cause })
  if (status === 404) throw new NotFound('The payment provider knows no such thing.', { cause })
  const { code, detail, errors } = refused.data.error
  const words = [detail, ...(errors ?? []).map(({ field, message }) => `${field} ${message}`)].join(' ')
  if (status === 409 || CONFLICTS.test(code)) throw new Conflict(`The payment provider refuses this now: ${words}`, { cause })
  throw new Invalid(`The payment provider refuses this: ${words}`, { cause })
}

function seconds(header: string | null): number {
  const value = Number(header ?? '')
  return Number.isFinite(value) && value > 0 ? Math.min(value, 3600) : 1
}
