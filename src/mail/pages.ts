import { pageMeta, type SiteInfo } from '../content/meta.ts'
import type { Link } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { MailLine, WholeMail } from './queries.ts'

export interface OutboxPage {
  meta: Meta
  title: string
  columns: { text: string; numeric: boolean }[]
  rows: { cells: { text: string; href: string | null }[] }[]
}

export const outboxView = view<OutboxPage>('mail/outbox.njk')

export function outboxPage(mails: MailLine[], site: SiteInfo): OutboxPage {
  return {
    meta: pageMeta(site, { title: 'Outbox', description: 'Mail that this site would have sent.', path: '/dev/mail', robots: 'noindex' }),
    title: 'Outbox',
    columns: ['Subject', 'To', 'State', 'Written'].map((text) => ({ text, numeric: false })),
    rows: mails.map((mail) => ({
      cells: [{ text: mail.subject, href: `/dev/mail/${mail.id}` }, plain(mail.recipient), plain(mail.state), plain(timeText(mail.createdAt))],
    })),
  }
}

export interface MailPage {
  meta: Meta
  title: string
  facts: { term: string; text: string; href: string | null }[]
  /** The HTML part, at an address of its own with a policy of its own. */
  htmlHref: string
  text: string
  links: Link[]
}

export const mailView = view<MailPage>('mail/show.njk')

export function mailPage(mail: WholeMail, site: SiteInfo): MailPage {
  const path = `/dev/mail/${mail.id}`
  return {
    meta: pageMeta(site, { title: mail.subject, description: 'A mail that this site would have sent.', path, robots: 'noindex' }),
    title: mail.subject,
    facts: [
      { term: 'To', text: mail.recipient, href: null },
      { term: 'Email', text: mail.template, href: null },
      { term: 'State', text: mail.state, href: null },
      { term: 'Written', text: timeText(mail.createdAt), href: null },
      ...(mail.problem === null ? [] : [{ term: 'Problem', text: mail.problem, href: null }]),
    ],
    htmlHref: `${path}/html`,
    text: mail.text,
    links: linksIn(mail.text),
  }
}

/** Every web address in the plain text, each once. */
export function linksIn(text: string): Link[] {
  const found = text.match(/https?:\/\/[^\s<>"]*[^\s<>".,;:!?)]/g) ?? []
  return [...new Set(found)].map((href) => ({ text: href, href }))
}

const plain = (text: string) => ({ text, href: null })

/** 2026-11-21 22:15:03 UTC */
const timeText = (date: Date): string => date.toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC')
