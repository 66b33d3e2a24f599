import type { Services } from '../services.ts'
import { MOST_COPIES, STUCK_AFTER } from './delivery.ts'
import { ringMail } from './queue-mail.ts'

const AT_ONCE = 500

/** Rings for every mail still owed, and for those whose worker died while sending; gives up what may exist twice already. */
export async function sweepMail(services: Services): Promise<void> {
  await giveUpSpent(services)
  for (const { id } of await listOwed(services)) await ringMail(services, id)
}

async function listOwed({ db }: Services): Promise<{ id: string }[]> {
  return db.$queryRaw<{ id: string }[]>`
    select id from mail
    where attempts < ${MOST_COPIES}
      and ((state = 'owed' and due_at <= now()) or (state = 'sending' and claimed_at < now() - ${STUCK_AFTER} * interval '1 ms'))
    order by due_at limit ${AT_ONCE}`
}

async function giveUpSpent({ db, log }: Services): Promise<void> {
  const spent = await db.$queryRaw<{ id: string }[]>`
    update mail set state = 'failed', problem = 'Sending broke off twice. It may have arrived, perhaps twice.'
    where state in ('owed', 'sending') and attempts >= ${MOST_COPIES} and claimed_at < now() - ${STUCK_AFTER} * interval '1 ms'
    returning id`
  for (const { id } of spent) log.error({ mail: id }, 'A mail was given up.')
}
