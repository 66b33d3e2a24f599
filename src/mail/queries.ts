import type { Prisma } from '#prisma'
import { found } from '../platform/errors.ts'
import type { Reader } from '../platform/db.ts'

const line = { id: true, template: true, recipient: true, subject: true, state: true, createdAt: true, sentAt: true, problem: true } satisfies Prisma.MailSelect
const whole = { ...line, html: true, text: true } satisfies Prisma.MailSelect

export type MailLine = Prisma.MailGetPayload<{ select: typeof line }>
export type WholeMail = Prisma.MailGetPayload<{ select: typeof whole }>

/** The newest first. */
export async function listMail(db: Reader, limit: number): Promise<MailLine[]> {
  return db.mail.findMany({ select: line, orderBy: { createdAt: 'desc' }, take: limit })
}

export async function findMail(db: Reader, id: string): Promise<WholeMail> {
  return found(await db.mail.findUnique({ where: { id }, select: whole }), 'mail')
}

/** How many mails wait, and since when the oldest could have gone: a worker that is not there shows here. */
export async function countOwedMail(db: Reader): Promise<{ owed: number; oldest: Date | null; failed: number }> {
  const [owed, failed] = await Promise.all([
    db.mail.aggregate({ where: { state: { in: ['owed', 'sending'] } }, _count: true, _min: { dueAt: true } }),
    db.mail.count({ where: { state: 'failed' } }),
  ])
  return { owed: owed._count, oldest: owed._min.dueAt, failed }
}
