import type { Prisma } from '#prisma'
import type { Reader } from '../platform/db.ts'

const sessionLine = { id: true, userAgent: true, createdAt: true, lastSeenAt: true } satisfies Prisma.SessionSelect

export type SessionLine = Prisma.SessionGetPayload<{ select: typeof sessionLine }>

/** Where this person is signed in, the latest used first. */
export async function listSessions(db: Reader, accountId: string, now: Date): Promise<SessionLine[]> {
  return db.session.findMany({ where: { accountId, expiresAt: { gt: now } }, select: sessionLine, orderBy: [{ lastSeenAt: 'desc' }, { id: 'asc' }], take: 100 })
}

/** The address this person wants to move to and has not confirmed yet, or null. */
export async function findPendingEmail(db: Reader, person: { id: string; email: string }, now: Date): Promise<string | null> {
  const link = await db.accountLink.findFirst({
    where: { accountId: person.id, purpose: 'verify_email', email: { not: person.email }, spentAt: null, expiresAt: { gt: now } },
    select: { email: true },
    orderBy: { createdAt: 'desc' },
  })
  return link?.email ?? null
}
