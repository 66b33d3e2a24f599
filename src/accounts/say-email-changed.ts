import { queueMail } from '../mail/queue-mail.ts'
import type { Tx } from '../platform/db.ts'
import type { Services } from '../services.ts'
import { emailChangedEmail } from './emails.ts'

/**
 * Tells the old address that the account moves (`done` false) or has moved. `key` says which move it is about: about each
 * there is one mail. Answers the mail's id.
 */
export async function sayEmailChanged(
  tx: Tx,
  { config }: Pick<Services, 'config'>,
  { key, account, newEmail, done }: { key: string; account: { name: string; email: string }; newEmail: string; done: boolean },
): Promise<string | null> {
  return queueMail(tx, { key: `email-changed:${key}`, template: 'email-changed', recipient: account.email, email: emailChangedEmail(config, { name: account.name, newEmail, done }) })
}
