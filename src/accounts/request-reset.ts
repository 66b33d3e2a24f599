import { ringMail } from '../mail/queue-mail.ts'
import type { Services } from '../services.ts'
import { sendLink } from './send-link.ts'

/** Sends a link to choose a new password, if the address has an account; answers nothing either way. */
export async function requestReset(services: Services, email: string): Promise<void> {
  const mailId = await services.db.$transaction(async (tx) => {
    const account = await tx.account.findUnique({ where: { email }, select: { id: true, disabledAt: true } })
    if (account === null || account.disabledAt !== null) return null
    return sendLink(tx, services, { accountId: account.id, purpose: 'reset_password', email, browser: null, next: '/', as: 'reset' })
  })
  await ringMail(services, mailId)
}
