import type { Prisma } from '#prisma'
import type { Reader } from '../platform/db.ts'

const linkDetail = {
  id: true,
  purpose: true,
  email: true,
  browser: true,
  expiresAt: true,
  spentAt: true,
  account: { select: { id: true, email: true, passwordHash: true, emailVerifiedAt: true, disabledAt: true } },
} satisfies Prisma.AccountLinkSelect

export type FoundLink = Prisma.AccountLinkGetPayload<{ select: typeof linkDetail }>

/** The link with this id, used or not. */
export async function findLink(db: Reader, id: string): Promise<FoundLink | null> {
  return db.accountLink.findUnique({ where: { id }, select: linkDetail })
}
