import { Invalid, Unanswered, Unavailable } from '../platform/errors.ts'
import type { Db } from '../platform/db.ts'
import { MINUTE } from '../platform/clock.ts'
import type { Message } from '../ports/mail.ts'
import type { Services } from '../services.ts'
import { GIVE_UP_AFTER, MOST_COPIES, nextWait, STUCK_AFTER } from './delivery.ts'
import { sendMailJob } from './jobs.ts'

// The row is the guard, not the job: a job may run twice, or after its worker was killed. `attempts` counts how often the
// mail was handed over without hearing a clear no, so it is also the number of copies that may exist. Times are Postgres's.

/** Sends one mail if it is due and nobody else is sending it. Safe to call at any time, any number of times. */
export async function sendMail(services: Services, { id }: { id: string }): Promise<void> {
  const { db, mail, config } = services
  const message = await claim(db, id)
  if (message === null) return
  try {
    const { providerId } = await mail.send(message)
    await markSent(db, id, providerId, { keepText: config.sendgrid === null })
  } catch (error) {
    await settle(services, id, error)
  }
}

/** One statement, committed before the provider is called. */
async function claim(db: Db, id: string): Promise<Message | null> {
  const [row] = await db.$queryRaw<Message[]>`
    update mail set state = 'sending', claimed_at = now(), attempts = attempts + 1
    where id = ${id}::uuid and attempts < ${MOST_COPIES}
      and ((state = 'owed' and due_at <= now()) or (state = 'sending' and claimed_at < now() - ${STUCK_AFTER} * interval '1 ms'))
    returning id, recipient as "to", subject, html, text`
  return row ?? null
}

/** The text is forgotten once it has left: it may hold links that sign a person in. A local outbox keeps it to show. */
async function markSent(db: Db, id: string, providerId: string, { keepText }: { keepText: boolean }): Promise<void> {
  await db.$executeRaw`
    update mail set state = 'sent', sent_at = now(), provider_id = ${providerId}, problem = null,
      html = case when ${keepText} then html else '' end, text = case when ${keepText} then text else '' end
    where id = ${id}::uuid`
}

async function settle(services: Services, id: string, error: unknown): Promise<void> {
  if (error instanceof Invalid) return markFailed(services, id, error.message)
  // A bug leaves the row claimed: it may have gone out, and the sweep tries once more when it is surely over.
  if (!(error instanceof Unavailable)) throw error
  await postpone(services, id, error)
}

async function postpone(services: Services, id: string, error: Unavailable): Promise<void> {
  const { db, jobs, log } = services
  const sure = !(error instanceof Unanswered)
  const [mail] = await db.$queryRaw<{ age: number; attempts: number }[]>`
    select (extract(epoch from now() - created_at) * 1000)::float8 as age, attempts from mail where id = ${id}::uuid`
  if (mail === undefined) return
  if (!sure && mail.attempts >= MOST_COPIES) return markFailed(services, id, `${error.message} It may have arrived, perhaps twice.`)
  if (mail.age > GIVE_UP_AFTER) return markFailed(services, id, `Given up after three days. ${error.message}`)
  const wait = nextWait(mail.age, error.retryAfter, Math.random())
  await db.$executeRaw`
    update mail set state = 'owed', claimed_at = null, problem = ${error.message}, due_at = now() + ${wait} * interval '1 ms',
      attempts = attempts - ${sure ? 1 : 0}
    where id = ${id}::uuid and state = 'sending'`
  log.warn({ mail: id, wait, problem: error.message }, 'A mail could not be sent yet.')
  // A longer wait is the sweep's.
  if (wait < MINUTE) await jobs.enqueue(sendMailJob, { id }, { delayMs: wait + 50 })
}

async function markFailed({ db, log }: Services, id: string, problem: string): Promise<void> {
  await db.$executeRaw`update mail set state = 'failed', problem = ${problem} where id = ${id}::uuid and state = 'sending'`
  log.error({ mail: id, problem }, 'A mail was given up.')
}
