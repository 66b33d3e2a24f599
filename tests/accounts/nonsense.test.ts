import { describe, expect, it } from 'vitest'
import { lin, signInAs } from '../support/people.ts'
import { browser, useSite } from './site.ts'

const site = useSite()

const good: Record<string, Record<string, string>> = {
  '/sign-up': { name: 'Nia', email: 'nia@example.org', password: 'a password nobody guesses' },
  '/sign-up/check-mail': { email: 'nia@example.org' },
  '/sign-in': { email: 'nia@example.org', password: 'a password nobody guesses' },
  '/reset-password': { email: 'nia@example.org' },
  '/account/profile': { name: 'Nia' },
  '/account/email': { email: 'nia@example.org', password: 'four unlikely words together' },
  '/account/password': { current: 'four unlikely words together', password: 'a password nobody guesses' },
  '/account/sign-outs': { session: 'others' },
}

/** Every way to send a field that is not a sensible text. */
const bad: Record<string, (name: string, value: string) => string> = {
  'a list': (name, value) => `${name}=${encodeURIComponent(value)}&${name}=${encodeURIComponent(value)}`,
  'an operator': (name) => `${name}[not]=x`,
  'a nested list': (name) => `${name}[]=x&${name}[__proto__]=y`,
  nothing: () => '',
  'a NUL byte': (name) => `${name}=a%00b%40example.org`,
  'a field of 99 KB': (name) => `${name}=${'x'.repeat(99_000)}`,
  'broken UTF-8': (name) => `${name}=%ff%fe%e0%a4`,
}

describe.each(Object.keys(good))('%s', (path) => {
  const fields = Object.keys(good[path]!)

  it.each(Object.keys(bad))('refuses %s in each field and changes nothing', async (kind) => {
    const { db } = site.database
    const person = await lin(db, site.clock)
    const cookie = path.startsWith('/account') ? await signInAs(db, person, site.clock) : undefined
    for (const name of fields) {
      const others = new URLSearchParams(Object.entries(good[path]!).filter(([other]) => other !== name)).toString()
      const res = await browser(site, cookie).post(path, `${others}&${bad[kind]!(name, good[path]![name]!)}`)
      // A name and a password may be any text, so one in broken UTF-8 is an odd one and no error.
      const allowed = kind === 'broken UTF-8' && (name === 'name' || name === 'password') ? [303, 422] : [422]
      expect(allowed, `${name}: ${res.text.slice(0, 200)}`).toContain(res.status)
      expect(res.text.length).toBeLessThan(50_000)
    }
    if (kind !== 'broken UTF-8') {
      expect(await db.account.findMany({ select: { name: true, email: true, passwordHash: true } })).toEqual([{ name: person.name, email: person.email, passwordHash: person.passwordHash }])
      expect(await db.mail.count()).toBe(0)
    }
  })

  it('refuses a post from another site and a form that is too large', async () => {
    expect((await browser(site).post(path, good[path]!, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await browser(site).post(path, { ...good[path]!, more: 'x'.repeat(110_000) })).status).toBe(413)
  })

  it('does not take JSON for a form', async () => {
    const { db } = site.database
    const cookie = path.startsWith('/account') ? await signInAs(db, await lin(db, site.clock), site.clock) : undefined
    const res = await browser(site, cookie).post(path, JSON.stringify({ email: { not: '' }, password: { not: '' } }), { 'Content-Type': 'application/json' })
    expect(res.status).toBe(422)
  })
})
