import { ringMail } from '../mail/queue-mail.ts'
import { isUniqueViolation } from '../platform/db.ts'
import type { Services } from '../services.ts'
import { startSession, type NewSession } from './keep-sessions.ts'
import { sayEmailChanged } from './say-email-changed.ts'
import { spendLink } from './spend-link.ts'

export type Confirmed =
  /** The account was new: its first session has begun. */
  | { kind: 'begun'; expires: Date }
  /** The account has moved to this address. */
  | { kind: 'moved' }
  /** The link was spent, is too old, or the address meanwhile has another account. */
  | { kind: 'gone' }

/**
 * Spends a link that proves an address. The caller has made sure that a new account's link was opened by the browser
 * that signed up or by somebody who knows the password.
 */
export async function confirmEmail(services: Services, { linkId, session }: { linkId: string; session: Omit<NewSession, 'accountId'> }): Promise<Confirmed> {
  const { db, clock } = services
  const now = clock.now()
  const spend = () =>
    db.$transaction(async (tx) => {
      const link = await spendLink(tx, linkId, 'verify_email', now)
      if (link === null) return null
      const account = await tx.account.findUniqueOrThrow({ where: { id: link.accountId }, select: { id: true, name: true, email: true, emailVerifiedAt: true, disabledAt: true } })
      if (account.disabledAt !== null) return null
      await tx.account.update({ where: { id: account.id }, data: { email: link.email, emailVerifiedAt: now } })
      if (account.emailVerifiedAt === null) return { mailId: null, expires: await startSession(tx, clock, { ...session, accountId: account.id }) }
      // Links that the old address received must not open the account any more.
      await tx.accountLink.deleteMany({ where: { accountId: account.id, spentAt: null } })
      return { mailId: await sayEmailChanged(tx, services, { key: linkId, account, newEmail: link.email, done: true }), expires: null }
    })
  const done = await spend().catch((error: unknown) => {
    if (isUniqueViolation(error)) return null
    throw error
  })
  if (done === null) return { kind: 'gone' }
  await ringMail(services, done.mailId)
  return done.expires === null ? { kind: 'moved' } : { kind: 'begun', expires: done.expires }
}
