import { describe, expect, it } from 'vitest'
import { createPerson, lin, PASSWORD, signInAs } from '../support/people.ts'
import { browser, linkTo, mailsTo, useSite } from './site.ts'

const site = useSite()
const form = { name: 'Nia New', email: 'nia@example.org', password: 'a password nobody guesses' }

describe('signing up', () => {
  it('makes an account that waits for its address to be confirmed', async () => {
    const res = await browser(site).post('/sign-up', form)
    expect([res.status, res.headers.location]).toEqual([303, '/sign-up/check-mail'])
    const account = await site.database.db.account.findUniqueOrThrow({ where: { email: form.email } })
    expect(account).toMatchObject({ name: 'Nia New', role: 'member', emailVerifiedAt: null })
    expect(account.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect((await mailsTo(site, form.email)).map((mail) => mail.template)).toEqual(['verify-link'])
  })

  it('tells on the next page where the link went', async () => {
    const nia = browser(site)
    await nia.post('/sign-up', form)
    const page = await nia.get('/sign-up/check-mail')
    expect(page.status).toBe(200)
    expect(page.text).toContain('nia@example.org')
  })

  it('signs in with the button of the link, in the browser that signed up, and goes on where the person was', async () => {
    const nia = browser(site)
    await nia.get('/sign-up?next=/courses/sql')
    await nia.post('/sign-up', { ...form, next: '/courses/sql' })
    const link = await linkTo(site, form.email)
    const page = await nia.get(link)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('type="password"')
    expect(await site.database.db.accountLink.count({ where: { spentAt: null } })).toBe(1)

    const res = await nia.post(link.split('?')[0] as string, { next: '/courses/sql' })
    expect([res.status, res.headers.location]).toEqual([303, '/courses/sql'])
    expect((await nia.get('/account')).text).toContain('Welcome! Your address is confirmed.')
  })

  it('asks another browser for the password, so that nobody confirms an account that a stranger made for them', async () => {
    await browser(site).post('/sign-up', form)
    const link = await linkTo(site, form.email)
    const elsewhere = browser(site)
    expect((await elsewhere.get(link)).text).toContain('type="password"')
    expect((await elsewhere.post(link, {})).status).toBe(422)
    expect((await elsewhere.post(link, { password: 'not that one' })).status).toBe(422)
    expect((await site.database.db.account.findUniqueOrThrow({ where: { email: form.email } })).emailVerifiedAt).toBeNull()
    expect((await elsewhere.post(link, { password: form.password })).status).toBe(303)
    expect((await elsewhere.get('/account')).status).toBe(200)
  })

  it('answers the same for an address that has an account, and writes to it', async () => {
    const person = await lin(site.database.db)
    const known = await browser(site).post('/sign-up', { ...form, email: person.email })
    const unknown = await browser(site).post('/sign-up', form)
    expect([known.status, known.headers.location, known.text]).toEqual([unknown.status, unknown.headers.location, unknown.text])
    expect(Object.keys(known.headers).sort()).toEqual(Object.keys(unknown.headers).sort())
    expect((await mailsTo(site, person.email)).map((mail) => mail.template)).toEqual(['already-registered'])
    expect(await site.database.db.account.findUniqueOrThrow({ where: { id: person.id } })).toMatchObject({ name: person.name, passwordHash: person.passwordHash })
  })

  it('shows the same "check your mail" page for both, apart from the address', async () => {
    const person = await lin(site.database.db)
    const pages = []
    for (const email of [person.email, 'who@example.org']) {
      const visitor = browser(site)
      await visitor.post('/sign-up', { ...form, email })
      pages.push((await visitor.get('/sign-up/check-mail')).text.replaceAll(email, 'ADDRESS'))
    }
    expect(pages[0]).toBe(pages[1])
  })

  it('sends one mail for two clicks', async () => {
    const nia = browser(site)
    await nia.get('/sign-up')
    await Promise.all([nia.post('/sign-up', form), nia.post('/sign-up', form)])
    expect(await mailsTo(site, form.email)).toHaveLength(1)
  })

  it('lets a newer sign-up kill the older link and decide the password, while nothing is confirmed', async () => {
    const stranger = browser(site)
    await stranger.post('/sign-up', { ...form, password: 'what the stranger chose' })
    const older = await linkTo(site, form.email)
    const nia = browser(site)
    await nia.post('/sign-up', form)
    expect((await stranger.get(older)).status).toBe(410)
    expect((await nia.post(await linkTo(site, form.email), {})).status).toBe(303)
    expect((await browser(site).post('/sign-in', { email: form.email, password: 'what the stranger chose' })).status).toBe(422)
    expect((await browser(site).post('/sign-in', form)).status).toBe(303)
  })

  it('sends the link again when asked', async () => {
    const nia = browser(site)
    await nia.post('/sign-up', form)
    site.clock.move(2 * 60_000)
    expect((await nia.post('/sign-up/check-mail', { email: form.email })).status).toBe(303)
    expect(await mailsTo(site, form.email)).toHaveLength(2)
  })

  it('sends nothing again to a confirmed or unknown address, and says the same', async () => {
    const person = await lin(site.database.db)
    for (const email of [person.email, 'who@example.org']) {
      const res = await browser(site).post('/sign-up/check-mail', { email })
      expect([res.status, res.headers.location]).toEqual([303, '/sign-up/check-mail'])
      expect(await mailsTo(site, email)).toEqual([])
    }
  })

  it('keeps what was typed and says what is wrong beside each field, but never repeats the password', async () => {
    const res = await browser(site).post('/sign-up', { name: '', email: 'nia', password: 'secretive' })
    expect(res.status).toBe(422)
    for (const text of ['Enter your name.', 'Enter an e-mail address like', 'Use at least 10 characters.', 'value="nia"', 'href="#f-email"', 'aria-invalid="true"']) expect(res.text).toContain(text)
    expect(res.text).not.toContain('secretive')
    expect(await site.database.db.account.count()).toBe(0)
  })

  it.each(['password123', 'P@ssw0rd2024!', '1234567890', 'qwertyuiop', 'iloveyou1234', 'nia@example.org', 'aaaaaaaaaaaa', 'abcabcabcabc'])('refuses the password %s', async (password) => {
    expect((await browser(site).post('/sign-up', { ...form, password })).status).toBe(422)
  })

  it('takes nobody with a role or a confirmation of their own making', async () => {
    await browser(site).post('/sign-up', { ...form, role: 'owner', emailVerifiedAt: '2020-01-01', id: '00000000-0000-0000-0000-000000000000' })
    expect(await site.database.db.account.findUniqueOrThrow({ where: { email: form.email } })).toMatchObject({ role: 'member', emailVerifiedAt: null })
  })

  it('does not ask somebody who is signed in', async () => {
    const person = await lin(site.database.db, site.clock)
    const res = await browser(site, await signInAs(site.database.db, person, site.clock)).get('/sign-up')
    expect([res.status, res.headers.location]).toEqual([303, '/account'])
  })

  it('leaves a disabled account as it is', async () => {
    await createPerson(site.database.db, { email: form.email, name: 'Gone', verified: false, disabled: true })
    expect((await browser(site).post('/sign-up', form)).status).toBe(303)
    expect(await mailsTo(site, form.email)).toEqual([])
    expect((await browser(site).post('/sign-in', { email: form.email, password: PASSWORD })).status).toBe(422)
  })
})
