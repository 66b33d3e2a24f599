import { describe, expect, it } from 'vitest'
import { mailCheckEmail } from '../../src/mail/emails.ts'
import { linksIn } from '../../src/mail/pages.ts'
import { email } from '../../src/platform/email.ts'

const site = { baseUrl: 'https://learn.example', site: { name: 'Learn & Co' } }

describe('an email', () => {
  const { subject, html, text } = mailCheckEmail(site, { requestedBy: 'Ada <script>alert(1)</script>' })

  it('has three parts, and only the HTML is escaped', () => {
    expect(subject).toBe('Mail from Learn & Co arrives')
    expect(html).toContain('Ada &lt;script&gt;alert(1)&lt;/script&gt; asked Learn &amp; Co')
    expect(html).not.toContain('<script')
    expect(text).toContain('Ada <script>alert(1)</script> asked Learn & Co')
  })

  it('links absolutely, to this site', () => {
    const links = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1])
    expect(links.length).toBeGreaterThan(0)
    expect(links.every((link) => link?.startsWith('https://learn.example/'))).toBe(true)
    expect(linksIn(text).map(({ href }) => href)).toEqual(['https://learn.example/'])
  })

  it('refuses a name that its model does not have', () => {
    expect(() => email<object>('mail-check')(site, {})).toThrow()
  })
})
