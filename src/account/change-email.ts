import { checkPassword } from '../accounts/hash-password.ts'
import { sayEmailChanged } from '../accounts/say-email-changed.ts'
import { createLink, sendLink } from '../accounts/send-link.ts'
import { sayAlreadyRegistered } from '../accounts/sign-up.ts'
import { ringMail } from '../mail/queue-mail.ts'
import { HOUR } from '../platform/clock.ts'
import type { Tx } from '../platform/db.ts'
import { found } from '../platform/errors.ts'
import type { Services } from '../services.ts'

/**
 * Asks the new address to confirm and tells the old one; nothing changes until then. Answers "wrong password" or null.
 * When the new address has an account of its own it gets a mail that says so, and everything else looks the same.
 */
export async function changeEmail(services: Services, { accountId, email, password }: { accountId: string; email: string; password: string }): Promise<'wrong password' | null> {
  const { db } = services
  const account = found(await db.account.findUnique({ where: { id: accountId }, select: { id: true, name: true, email: true, passwordHash: true } }), 'account')
  if (!(await checkPassword(account.passwordHash, password))) return 'wrong password'
  if (email === account.email) return null
  const mailIds = await db.$transaction(async (tx) => [await askNewAddress(tx, services, account.id, email), await tellOldAddress(tx, services, account, email)])
  for (const id of mailIds) await ringMail(services, id)
  return null
}

async function askNewAddress(tx: Tx, services: Services, accountId: string, email: string): Promise<string | null> {
  const link = { accountId, purpose: 'verify_email', email, browser: null } as const
  const taken = await tx.account.findUnique({ where: { email }, select: { id: true, disabledAt: true } })
  if (taken === null) return sendLink(tx, services, { ...link, as: 'change', next: '/' })
  // A link that nobody receives: the profile page then says "waiting" here as well.
  await createLink(tx, services, link)
  return taken.disabledAt === null ? sayAlreadyRegistered(tx, services, { accountId: taken.id, email }) : null
}

/** At most one such mail in an hour and for an address. */
async function tellOldAddress(tx: Tx, services: Services, account: { id: string; name: string; email: string }, newEmail: string): Promise<string | null> {
  const hour = Math.floor(services.clock.now().getTime() / HOUR)
  return sayEmailChanged(tx, services, { key: `${account.id}:${newEmail}:${hour}`, account, newEmail, done: false })
}
