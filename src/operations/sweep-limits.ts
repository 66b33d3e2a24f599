import type { Services } from '../services.ts'

/** Forgets counters of rate limits that have run out, an hour later: a day's attack must not stay as rows for ever. */
export async function sweepLimits({ db, clock }: Services): Promise<number> {
  const { count } = await db.rateLimit.deleteMany({ where: { expire: { lt: BigInt(clock.now().getTime() - 3_600_000) } } })
  return count
}
