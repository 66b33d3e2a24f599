import { queueMail } from '../mail/queue-mail.ts'
import type { Tx } from '../platform/db.ts'
import type { Services } from '../services.ts'
import { passwordChangedEmail } from './emails.ts'

/** Tells a person that their password changed, so that they notice when it was not they. Answers the mail's id. */
export async function sayPasswordChanged(tx: Tx, { clock, config }: Pick<Services, 'clock' | 'config'>, accountId: string): Promise<string | null> {
  const { name, email } = await tx.account.findUniqueOrThrow({ where: { id: accountId }, select: { name: true, email: true } })
  const now = clock.now()
  const when = `${now.toISOString().slice(0, 16).replace('T', ' at ')} UTC`
  return queueMail(tx, { key: `password-changed:${accountId}:${now.getTime()}`, template: 'password-changed', recipient: email, email: passwordChangedEmail(config, { name, when }) })
}
