import type { Request, RequestHandler } from 'express'
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Pool } from 'pg'
import { AppError } from '../errors.ts'

/** `count` requests in `seconds`, counted for whatever `key` names. */
export interface Limit {
  name: string
  count: number
  seconds: number
}

export class TooMany extends AppError {
  readonly retryAfter: number

  constructor(retryAfter: number) {
    super(429, 'That was too often. Please wait a little.')
    this.retryAfter = retryAfter
  }
}

export interface Limits {
  /** Counts one; throws `TooMany` when there were too many. When Postgres is away, memory counts. */
  take(limit: Limit, key: string): Promise<void>
}

/** Counted in Postgres, so that every web process counts together. */
export function createLimits(pool: Pool): Limits {
  const limiters = new Map<string, RateLimiterAbstract>()
  const limiterFor = (limit: Limit): RateLimiterAbstract => {
    const known = limiters.get(limit.name)
    if (known !== undefined) return known
    const settings = { keyPrefix: limit.name, points: limit.count, duration: limit.seconds }
    const limiter = new RateLimiterPostgres({
      ...settings,
      storeClient: pool,
      tableName: 'rate_limit',
      tableCreated: true,
      clearExpiredByTimeout: false,
      insuranceLimiter: new RateLimiterMemory(settings),
    })
    limiters.set(limit.name, limiter)
    return limiter
  }
  return {
    async take(limit, key) {
      try {
        await limiterFor(limit).consume(key)
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) throw new TooMany(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)))
        throw refusal
      }
    },
  }
}

/** Counts in this process only: cheap, for what is asked often (search). */
export function limitHere(limit: Limit): RequestHandler {
  const limiter = new RateLimiterMemory({ points: limit.count, duration: limit.seconds })
  return async (req, _res, next) => {
    try {
      await limiter.consume(clientAddress(req))
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw new TooMany(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)))
      throw refusal
    }
    next()
  }
}

/** Who is calling, as far as the trusted proxies say: an IPv4 address, or the /56 of an IPv6 address, which one household has. */
export const clientAddress = (req: Request): string => networkOf(req.ip ?? 'unknown')

export function networkOf(ip: string): string {
  const address = ip.replace(/^::ffff:(?=\d+\.)/, '')
  if (!address.includes(':')) return address
  const [before, after] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const [start, end] = [before ?? [], after ?? []]
  // "::" stands for the zeros that are missing.
  const groups = [...start, ...Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0'), ...end]
  return groups.slice(0, 4).map((group) => group.padStart(4, '0')).join('').slice(0, 14)
}
