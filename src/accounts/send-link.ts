import type { LinkPurpose } from '#prisma'
import { queueMail } from '../mail/queue-mail.ts'
import { after } from '../platform/clock.ts'
import type { Tx } from '../platform/db.ts'
import type { Email } from '../platform/email.ts'
import type { Services } from '../services.ts'
import { changeEmail, resetEmail, verifyEmail } from './emails.ts'
import { LINK_LIFE, SECOND_CLICK } from './lifetimes.ts'
import { hashed, newLinkToken } from './token.ts'

export interface NewLink {
  accountId: string
  purpose: LinkPurpose
  /** Where it is sent: the one address that it proves. */
  email: string
  /** The secret of the browser that asked; null where the link never signs in. */
  browser: string | null
}

/**
 * Writes a link down and answers its path. It kills every older link of this person for the same purpose. Null when the
 * same browser had one less than a minute ago: a second click sends no second mail.
 */
export async function createLink(tx: Tx, { clock }: Pick<Services, 'clock'>, link: NewLink): Promise<string | null> {
  const { accountId, purpose, email } = link
  const now = clock.now()
  const browser = link.browser === null ? null : hashed(link.browser)
  // One at a time per person, or two at once would leave two links alive.
  await tx.$queryRaw`select 1 from account where id = ${accountId}::uuid for update`
  const again = await tx.accountLink.findFirst({ where: { accountId, purpose, email, browser, spentAt: null, createdAt: { gt: after(now, -SECOND_CLICK) } }, select: { id: true } })
  if (again !== null) return null
  await tx.accountLink.deleteMany({ where: { accountId, purpose, spentAt: null } })
  const token = newLinkToken()
  await tx.accountLink.create({ data: { id: hashed(token), accountId, purpose, email, browser, createdAt: now, expiresAt: after(now, LINK_LIFE[purpose]) } })
  return `/links/${token}`
}

const EMAILS = { verify: verifyEmail, change: changeEmail, reset: resetEmail }

/** Writes a link and its mail; answers the mail's id for `ringMail`. `next` is where to go on after the link. */
export async function sendLink(
  tx: Tx,
  services: Pick<Services, 'clock' | 'config'>,
  link: NewLink & { as: keyof typeof EMAILS; next: string },
): Promise<string | null> {
  const path = await createLink(tx, services, link)
  if (path === null) return null
  const message: Email = EMAILS[link.as](services.config, { path: link.next === '/' ? path : `${path}?next=${encodeURIComponent(link.next)}` })
  return queueMail(tx, { key: `link:${hashed(path)}`, template: `${link.as}-link`, recipient: link.email, email: message })
}
