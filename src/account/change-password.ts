import { checkPassword, hashPassword } from '../accounts/hash-password.ts'
import { endOtherSessions } from '../accounts/keep-sessions.ts'
import { sayPasswordChanged } from '../accounts/say-password-changed.ts'
import { ringMail } from '../mail/queue-mail.ts'
import { found } from '../platform/errors.ts'
import type { Services } from '../services.ts'

/**
 * Changes the password, ends every other session and every link that is under way, and tells the person by mail.
 * Answers "wrong password" or null; a second click finds the new password in place and is content.
 */
export async function changePassword(
  services: Services,
  { accountId, current, password, sessionId }: { accountId: string; current: string; password: string; sessionId: string },
): Promise<'wrong password' | null> {
  const { db } = services
  const account = found(await db.account.findUnique({ where: { id: accountId }, select: { id: true, passwordHash: true } }), 'account')
  if (!(await checkPassword(account.passwordHash, current))) return (await checkPassword(account.passwordHash, password)) ? null : 'wrong password'
  const passwordHash = await hashPassword(password)
  const mailId = await db.$transaction(async (tx) => {
    const { count } = await tx.account.updateMany({ where: { id: account.id, passwordHash: account.passwordHash }, data: { passwordHash } })
    if (count === 0) return null
    await tx.accountLink.deleteMany({ where: { accountId, spentAt: null } })
    await endOtherSessions(tx, accountId, sessionId)
    return sayPasswordChanged(tx, services, accountId)
  })
  await ringMail(services, mailId)
  return null
}
