import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { alreadyRegisteredEmail, changeEmail, emailChangedEmail, passwordChangedEmail, resetEmail, verifyEmail } from '../../src/accounts/emails.ts'
import { root } from '../../src/platform/paths.ts'
import type { Email } from '../../src/platform/email.ts'

const sender = { baseUrl: 'https://learn.example', site: { name: 'Lectern & Sons' } }
const link = { path: '/links/0123456789abcdef?next=%2Fcourses%2Fsql' }
const name = '<b>Lin</b>\r\nBcc: all@example.org'

const emails: Record<string, { email: Email; says: string[] }> = {
  verify: { email: verifyEmail(sender, link), says: ['https://learn.example/links/0123456789abcdef?next=%2Fcourses%2Fsql', '24 hours'] },
  change: { email: changeEmail(sender, link), says: ['https://learn.example/links/0123456789abcdef', '24 hours'] },
  reset: { email: resetEmail(sender, link), says: ['https://learn.example/links/0123456789abcdef', 'one hour'] },
  'already registered': { email: alreadyRegisteredEmail(sender, {}), says: ['https://learn.example/sign-in', 'https://learn.example/reset-password'] },
  'password changed': { email: passwordChangedEmail(sender, { name, when: '2026-06-01 at 10:00 UTC' }), says: ['2026-06-01 at 10:00 UTC', 'https://learn.example/reset-password'] },
  'address about to change': { email: emailChangedEmail(sender, { name, newEmail: 'new@example.org', done: false }), says: ['new@example.org', 'https://learn.example/reset-password'] },
  'address changed': { email: emailChangedEmail(sender, { name, newEmail: 'new@example.org', done: true }), says: ['new@example.org'] },
}

describe.each(Object.entries(emails))('the mail "%s"', (_name, { email, says }) => {
  it('has a subject of one line and says the same in both bodies', () => {
    expect(email.subject).toMatch(/^[^\r\n]+ Lectern & Sons[^\r\n]*$/)
    for (const words of says) {
      expect(email.text).toContain(words)
      expect(email.html).toContain(words)
    }
  })

  it('escapes in HTML, links only to this site, and needs no picture or script', () => {
    expect(email.html).not.toContain('<b>')
    expect(email.html).not.toMatch(/<(img|script|link|form|iframe)\b|\sstyle=|\son\w+=/i)
    const links = [...email.html.matchAll(/href="([^"]+)"/g), ...email.text.matchAll(/(https?:\S+)/g)].map((match) => match[1] ?? '')
    expect(links.length).toBeGreaterThan(1)
    for (const href of links) expect(href).toMatch(/^https:\/\/learn\.example\//)
    expect(email.html + email.text).not.toMatch(/undefined|null|\{\{|\{%/)
  })
})

it('every mail has three parts', () => {
  const names = readdirSync(join(root, 'views/emails'))
  for (const mine of ['verify-email', 'change-email', 'reset-password', 'already-registered', 'password-changed', 'email-changed']) {
    for (const part of ['subject', 'html', 'text']) expect(names).toContain(`${mine}.${part}.njk`)
  }
})
