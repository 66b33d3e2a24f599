import { queueMail, ringMail } from '../mail/queue-mail.ts'
import type { Tx } from '../platform/db.ts'
import type { Services } from '../services.ts'
import { alreadyRegisteredEmail } from './emails.ts'
import { hashPassword } from './hash-password.ts'
import { sendLink } from './send-link.ts'

export interface SignUp {
  name: string
  email: string
  password: string
  /** The secret of the browser that signs up. */
  browser: string
  next: string
}

/**
 * Makes an account that can be used once its address is confirmed, and sends the link. For an address that has an
 * account it does as much work and sends that person a mail that says so. Until it is confirmed an account holds
 * nothing, so the last who signs up with its address decides name and password.
 */
export async function signUp(services: Services, { name, email, password, browser, next }: SignUp): Promise<void> {
  const passwordHash = await hashPassword(password)
  const mailId = await services.db.$transaction(async (tx) => {
    await tx.account.createMany({ data: [{ name, email, passwordHash, createdAt: services.clock.now() }], skipDuplicates: true })
    const account = await tx.account.findUniqueOrThrow({ where: { email }, select: { id: true, emailVerifiedAt: true, disabledAt: true, passwordHash: true } })
    if (account.disabledAt !== null) return null
    if (account.emailVerifiedAt !== null) return sayAlreadyRegistered(tx, services, { accountId: account.id, email })
    if (account.passwordHash !== passwordHash) await tx.account.updateMany({ where: { id: account.id, emailVerifiedAt: null }, data: { name, passwordHash } })
    return sendLink(tx, services, { accountId: account.id, purpose: 'verify_email', email, browser, next, as: 'verify' })
  })
  await ringMail(services, mailId)
}

/** At most one such mail in ten minutes. Answers the mail's id. */
export async function sayAlreadyRegistered(tx: Tx, { clock, config }: Pick<Services, 'clock' | 'config'>, { accountId, email }: { accountId: string; email: string }): Promise<string | null> {
  const tenMinutes = Math.floor(clock.now().getTime() / 600_000)
  return queueMail(tx, { key: `already-registered:${accountId}:${tenMinutes}`, template: 'already-registered', recipient: email, email: alreadyRegisteredEmail(config, {}) })
}

/** Sends the confirmation once more, to an account that still waits for it; to any other address nothing. */
export async function resendVerification(services: Services, { email, browser, next }: { email: string; browser: string; next: string }): Promise<void> {
  const mailId = await services.db.$transaction(async (tx) => {
    const account = await tx.account.findUnique({ where: { email }, select: { id: true, emailVerifiedAt: true, disabledAt: true } })
    if (account === null || account.emailVerifiedAt !== null || account.disabledAt !== null) return null
    return sendLink(tx, services, { accountId: account.id, purpose: 'verify_email', email, browser, next, as: 'verify' })
  })
  await ringMail(services, mailId)
}
