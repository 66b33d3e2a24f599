import type { LinkPurpose } from '#prisma'
import { ringMail } from '../mail/queue-mail.ts'
import type { Services } from '../services.ts'
import { hashPassword } from './hash-password.ts'
import { endOtherSessions } from './keep-sessions.ts'
import { sayPasswordChanged } from './say-password-changed.ts'
import { spendLink } from './spend-link.ts'

/** Links that let somebody choose a password. */
export type PasswordPurpose = Extract<LinkPurpose, 'reset_password' | 'claim_purchase'>

/**
 * Spends the link and sets the password; ends every session and every other link of this person. The mailbox is proved
 * by it. Answers false when the link was spent, is too old or never was.
 */
export async function resetPassword(services: Services, { linkId, purpose, password }: { linkId: string; purpose: PasswordPurpose; password: string }): Promise<boolean> {
  const passwordHash = await hashPassword(password)
  const now = services.clock.now()
  const done = await services.db.$transaction(async (tx) => {
    const link = await spendLink(tx, linkId, purpose, now)
    if (link === null) return null
    // Only while the account still has the address that the link was sent to.
    const where = { id: link.accountId, email: link.email, disabledAt: null }
    const { count } = await tx.account.updateMany({ where, data: { passwordHash } })
    if (count === 0) return null
    await tx.account.updateMany({ where: { ...where, emailVerifiedAt: null }, data: { emailVerifiedAt: now } })
    await tx.accountLink.deleteMany({ where: { accountId: link.accountId, spentAt: null } })
    await endOtherSessions(tx, link.accountId, null)
    return { mailId: await sayPasswordChanged(tx, services, link.accountId) }
  })
  await ringMail(services, done?.mailId ?? null)
  return done !== null
}
