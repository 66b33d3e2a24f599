import { describe, expect, it } from 'vitest'
import { resetPassword } from '../../src/accounts/reset-password.ts'
import { createLink } from '../../src/accounts/send-link.ts'
import { hashed } from '../../src/accounts/token.ts'
import { HOUR, MINUTE } from '../../src/platform/clock.ts'
import { createPerson, lin, mallory, PASSWORD, signInAs } from '../support/people.ts'
import { browser, linkTo, mailsTo, useSite } from './site.ts'

const site = useSite()
const NEW = 'another four unlikely words'

async function asked(email = 'lin@example.org') {
  const person = await createPerson(site.database.db, { email, name: 'Lin' }, site.clock)
  const visitor = browser(site)
  await visitor.post('/reset-password', { email })
  return { person, visitor, link: await linkTo(site, email) }
}

describe('asking for a new password', () => {
  it('sends a link to the address of an account', async () => {
    const { visitor, link } = await asked()
    expect(link).toMatch(/^\/links\/[0-9a-f]{40}$/)
    expect((await visitor.get('/reset-password/check-mail')).text).toContain('If lin@example.org has an account')
  })

  it('answers the same for any address, in status, headers and bytes', async () => {
    await lin(site.database.db)
    await createPerson(site.database.db, { email: 'off@example.org', name: 'Off', disabled: true })
    const answers = []
    for (const email of ['lin@example.org', 'who@example.org', 'off@example.org']) {
      const visitor = browser(site)
      const res = await visitor.post('/reset-password', { email })
      answers.push([res.status, res.text, res.headers.location, Object.keys(res.headers).sort().join(), (await visitor.get('/reset-password/check-mail')).text.replaceAll(email, 'ADDRESS')])
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await site.database.db.mail.count()).toBe(1)
  })

  it('builds the link on our own address, whatever the request says', async () => {
    await lin(site.database.db)
    const visitor = browser(site)
    const poisoned: Record<string, string>[] = [{ Host: 'evil.example' }, { Host: 'lectern.test:8080' }]
    for (const headers of poisoned) expect((await visitor.post('/reset-password', { email: 'lin@example.org' }, headers)).status).toBe(421)
    await visitor.post('/reset-password', { email: 'lin@example.org' }, { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example', 'X-Original-URL': 'https://evil.example/', Referer: 'https://evil.example/' })
    const mails = await mailsTo(site, 'lin@example.org')
    expect(mails).toHaveLength(1)
    expect(mails[0]!.html + mails[0]!.text + mails[0]!.subject).not.toContain('evil')
    expect(mails[0]!.text).toContain('http://lectern.test/links/')
  })

  it('stores the link only as a hash, and leaves it out of the log', async () => {
    const { visitor, link } = await asked()
    const token = link.slice('/links/'.length)
    await visitor.get(link)
    expect(JSON.stringify(await site.database.db.accountLink.findMany())).not.toContain(token)
    expect((await site.database.db.accountLink.findMany()).map(({ id }) => id)).toEqual([hashed(token)])
    expect(site.lines.some((line) => line.includes('/links/…'))).toBe(true)
    expect(site.lines.join()).not.toContain(token)
  })

  it('sends one mail for two clicks; a later one kills the older link', async () => {
    const { visitor, link } = await asked()
    await visitor.post('/reset-password', { email: 'lin@example.org' })
    expect(await mailsTo(site, 'lin@example.org')).toHaveLength(1)
    site.clock.move(2 * MINUTE)
    await visitor.post('/reset-password', { email: 'lin@example.org' })
    expect((await visitor.get(link)).status).toBe(410)
    expect((await visitor.get(await linkTo(site, 'lin@example.org'))).status).toBe(200)
  })

  it('leaves one link alive when two are made at once', async () => {
    const { db } = site.database
    const person = await lin(db)
    const link = (browserToken: string) => ({ accountId: person.id, purpose: 'reset_password', email: person.email, browser: browserToken }) as const
    let second: Promise<string | null> | undefined
    await db.$transaction(async (tx) => {
      await createLink(tx, site.services, link('a'))
      second = db.$transaction((other) => createLink(other, site.services, link('b')))
      // The second has every chance to overtake; it must wait for the first to commit.
      await new Promise((resolve) => setTimeout(resolve, 300))
    })
    const path = await second
    expect((await db.accountLink.findMany()).map(({ id }) => id)).toEqual([hashed(path!.slice('/links/'.length))])
  })
})

describe('the link', () => {
  it('changes nothing when it is opened, even many times, as mail scanners do', async () => {
    const { link, person } = await asked()
    for (let time = 0; time < 3; time++) expect((await browser(site).get(link)).text).toContain('Choose a new password')
    expect((await site.database.db.account.findUniqueOrThrow({ where: { id: person.id } })).passwordHash).toBe(person.passwordHash)
  })

  it('sets the password, signs out everywhere and tells the person', async () => {
    const { link, person } = await asked()
    const old = await signInAs(site.database.db, person, site.clock)
    const res = await browser(site).post(link, { password: NEW })
    expect([res.status, res.headers.location]).toEqual([303, '/reset-password/done'])
    expect((await browser(site, old).get('/account')).status).toBe(303)
    expect((await browser(site).post('/sign-in', { email: person.email, password: PASSWORD })).status).toBe(422)
    expect((await browser(site).post('/sign-in', { email: person.email, password: NEW })).status).toBe(303)
    expect((await mailsTo(site, person.email)).map((mail) => mail.template)).toEqual(['reset-link', 'password-changed'])
  })

  it('works once', async () => {
    const { link } = await asked()
    await browser(site).post(link, { password: NEW })
    const again = await browser(site).post(link, { password: 'a third set of unlikely words' })
    expect(again.status).toBe(410)
    expect(again.text).toContain('It has been used')
    expect((await browser(site).post('/sign-in', { email: 'lin@example.org', password: NEW })).status).toBe(303)
  })

  it('is spent once by fifty posts at the same time', async () => {
    const { link, person } = await asked()
    const linkId = hashed(link.slice('/links/'.length))
    const results = await Promise.all(Array.from({ length: 50 }, (_, number) => resetPassword(site.services, { linkId, purpose: 'reset_password', password: `${NEW} ${number}` })))
    expect(results.filter(Boolean)).toHaveLength(1)
    expect((await mailsTo(site, person.email)).filter((mail) => mail.template === 'password-changed')).toHaveLength(1)
  })

  it('works for one hour', async () => {
    const { link, person } = await asked()
    site.clock.move(HOUR - MINUTE)
    expect((await browser(site).get(link)).status).toBe(200)
    site.clock.move(2 * MINUTE)
    expect((await browser(site).get(link)).status).toBe(410)
    expect((await browser(site).post(link, { password: NEW })).status).toBe(410)
    // The command itself says no as well: an hour may pass between the page's look and the spending.
    expect(await resetPassword(site.services, { linkId: hashed(link.slice('/links/'.length)), purpose: 'reset_password', password: NEW })).toBe(false)
    expect((await site.database.db.account.findUniqueOrThrow({ where: { id: person.id } })).passwordHash).toBe(person.passwordHash)
  })

  it('does nothing for a disabled account, or one that has left the address', async () => {
    const { link, person } = await asked()
    await site.database.db.account.update({ where: { id: person.id }, data: { email: 'moved@example.org' } })
    expect((await browser(site).post(link, { password: NEW })).status).toBe(410)
    await site.database.db.account.update({ where: { id: person.id }, data: { email: 'lin@example.org', disabledAt: site.clock.now() } })
    expect((await browser(site).post(link, { password: NEW })).status).toBe(410)
  })

  it('also confirms the address, because only its mailbox had the link', async () => {
    await createPerson(site.database.db, { email: 'new@example.org', name: 'New', verified: false, password: null })
    await browser(site).post('/reset-password', { email: 'new@example.org' })
    await browser(site).post(await linkTo(site, 'new@example.org'), { password: NEW })
    expect((await browser(site).post('/sign-in', { email: 'new@example.org', password: NEW })).status).toBe(303)
  })

  it('refuses a weak password without being spent', async () => {
    const { link } = await asked()
    for (const password of ['short', 'password1234', 'lin@example.org', '']) expect((await browser(site).post(link, { password })).status).toBe(422)
    expect((await browser(site).post(link, { password: NEW })).status).toBe(303)
  })

  it('is not found when it is nonsense, in whatever form', async () => {
    const { link } = await asked()
    await mallory(site.database.db)
    for (const token of ['x', '0'.repeat(39), '0'.repeat(41), 'g'.repeat(40), '%00', '..%2F..', "'%20or%201=1", '%5Bnot%5D', '%E0%A4%a']) {
      expect([400, 404], token).toContain((await browser(site).get(`/links/${token}`)).status)
      expect([400, 404], token).toContain((await browser(site).post(`/links/${token}`, { password: NEW })).status)
    }
    expect((await browser(site).post(`/links/${'0'.repeat(40)}`, 'token[not]=x&password=anotherlongone')).status).toBe(410)
    expect((await browser(site).post(link, 'password[not]=x')).status).toBe(422)
    expect((await browser(site).post(link, `password=${NEW}&password=${NEW}`)).status).toBe(422)
    expect((await browser(site).post(link, { password: `${NEW}\u0000` })).status).toBe(422)
    expect((await browser(site).post(link, { password: 'x'.repeat(99_000) })).status).toBe(422)
    expect((await browser(site).post(link, { password: 'x'.repeat(110_000) })).status).toBe(413)
  })
})
