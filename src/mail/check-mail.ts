import { z } from 'zod'
import { Invalid } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import { mailCheckEmail } from './emails.ts'
import { queueMail, ringMail } from './queue-mail.ts'

/** Sends a short message, for an operator who wants to know whether mail arrives. Answers the mail's id. */
export async function checkMail(services: Services, { recipient, requestedBy }: { recipient: string; requestedBy: string }): Promise<string> {
  const { db, config, clock } = services
  if (!z.email().safeParse(recipient).success) throw new Invalid('This is not an e-mail address.')
  const email = mailCheckEmail(config, { requestedBy })
  const id = await queueMail(db, { key: `mail-check:${recipient.toLowerCase()}:${clock.now().toISOString()}`, template: 'mail-check', recipient, email })
  await ringMail(services, id)
  if (id === null) throw new Invalid('This was asked a moment ago.')
  return id
}
