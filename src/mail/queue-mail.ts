import type { Email } from '../platform/email.ts'
import type { Tx } from '../platform/db.ts'
import type { Services } from '../services.ts'
import { sendMailJob } from './jobs.ts'

export interface QueuedMail {
  /** What the mail is about ("receipt:ORDER"): the same mail is never written twice. */
  key: string
  /** Which email it is, for lists and counts. */
  template: string
  recipient: string
  email: Email
}

/**
 * Writes the mail down inside the caller's transaction: it is owed exactly if that commits. Answers the row's id, or null
 * when a mail with this key had been written before. Call `ringMail` after the commit.
 */
export async function queueMail(tx: Tx, { key, template, recipient, email }: QueuedMail): Promise<string | null> {
  // "On conflict do nothing": a unique violation would undo the caller's whole transaction.
  const [row] = await tx.mail.createManyAndReturn({ data: [{ key, template, recipient, ...email }], skipDuplicates: true, select: { id: true } })
  return row?.id ?? null
}

/** Asks the worker to send it now. Without this, or without a queue, the sweep does within two minutes. */
export async function ringMail({ jobs }: Pick<Services, 'jobs'>, id: string | null): Promise<void> {
  if (id !== null) await jobs.enqueue(sendMailJob, { id }, { once: id })
}
