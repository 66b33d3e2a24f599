import type { LinkPurpose } from '#prisma'
import type { Tx } from '../platform/db.ts'

export interface SpentLink {
  accountId: string
  email: string
}

/** Uses a link up: one conditional update, so that of many who try together one gets it and the others get null. */
export async function spendLink(tx: Tx, id: string, purpose: LinkPurpose, now: Date): Promise<SpentLink | null> {
  // Account before link, as everywhere, so that nobody waits for each other in a circle.
  await tx.$queryRaw`select 1 from account where id = (select account_id from account_link where id = ${id}) for update`
  const [link] = await tx.accountLink.updateManyAndReturn({
    where: { id, purpose, spentAt: null, expiresAt: { gt: now } },
    data: { spentAt: now },
    select: { accountId: true, email: true },
  })
  return link ?? null
}
