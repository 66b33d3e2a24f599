import { describe, expect, it } from 'vitest'
import { deviceName } from '../../src/account/device.ts'
import { DAY, MINUTE } from '../../src/platform/clock.ts'
import { createPerson, lin, mallory, PASSWORD, signInAs, type Person } from '../support/people.ts'
import { browser, linkTo, mailsTo, useSite, type Browser } from './site.ts'

const site = useSite()

async function linAtHome(): Promise<{ person: Person; home: Browser; now: () => Promise<{ name: string; email: string; passwordHash: string | null }> }> {
  const person = await lin(site.database.db, site.clock)
  const home = browser(site, await signInAs(site.database.db, person, site.clock))
  return { person, home, now: () => site.database.db.account.findUniqueOrThrow({ where: { id: person.id } }) }
}

describe('the account\'s first page', () => {
  it('says who one is', async () => {
    const { home } = await linAtHome()
    const page = await home.get('/account')
    expect(page.status).toBe(200)
    for (const text of ['Good to see you, Lin Learner', 'lin@example.org (confirmed)', 'aria-current="page">Overview']) expect(page.text).toContain(text)
    expect(page.headers['cache-control']).toBe('private, no-store')
  })

  it('prints a hostile name as text', async () => {
    const person = await createPerson(site.database.db, { email: 'x@example.org', name: '<img src=x onerror=alert(1)>{{ 7*7 }}' }, site.clock)
    const page = await browser(site, await signInAs(site.database.db, person, site.clock)).get('/account')
    expect(page.text).not.toContain('<img src=x')
    expect(page.text).toContain('{{ 7*7 }}')
  })
})

describe('changing the name', () => {
  it('saves it, says so once, and twice is harmless', async () => {
    const { home, now } = await linAtHome()
    for (let time = 0; time < 2; time++) expect((await home.post('/account/profile', { name: '  Lin   Chen ' })).headers.location).toBe('/account/profile')
    expect((await now()).name).toBe('Lin Chen')
    const page = await home.get('/account/profile')
    expect(page.text).toContain('Your name is saved.')
    expect((await home.get('/account/profile')).text).not.toContain('Your name is saved.')
  })

  it('changes nobody else, whatever the form says', async () => {
    const { home, person } = await linAtHome()
    const other = await mallory(site.database.db)
    await home.post('/account/profile', { name: 'Lin', id: other.id, role: 'owner', email: 'evil@example.org' })
    expect(await site.database.db.account.findUniqueOrThrow({ where: { id: other.id } })).toMatchObject({ name: other.name })
    expect(await site.database.db.account.findUniqueOrThrow({ where: { id: person.id } })).toMatchObject({ role: 'member', email: person.email })
  })

  it('refuses what is no name, beside the field', async () => {
    const { home, now } = await linAtHome()
    for (const name of ['', '   ', 'x'.repeat(101), 'Lin\u202eevil', 'a\nb']) {
      const res = await home.post('/account/profile', { name })
      expect(res.status).toBe(422)
      expect(res.text).toContain('href="#f-name"')
    }
    expect((await now()).name).toBe('Lin Learner')
  })
})

describe('changing the address', () => {
  const wish = { email: 'lin.new@example.org', password: PASSWORD }

  it('waits for the new address to confirm, and tells the old one before and after', async () => {
    const { home, now, person } = await linAtHome()
    expect((await home.post('/account/email', wish)).headers.location).toBe('/account/profile')
    expect((await now()).email).toBe(person.email)
    expect((await home.get('/account/profile')).text).toContain('Waiting for you to confirm lin.new@example.org')
    const link = await linkTo(site, wish.email)
    expect((await home.get(link)).text).toContain('Your account will use lin.new@example.org')
    expect((await now()).email).toBe(person.email)
    expect((await home.post(link, {})).headers.location).toBe('/account/profile')
    expect((await now()).email).toBe(wish.email)
    expect((await mailsTo(site, person.email)).map((mail) => mail.subject)).toEqual(['Your address on Lectern is about to change', 'Your address on Lectern was changed'])
    expect((await home.get('/account/profile')).text).not.toContain('Waiting for you')
  })

  it('needs the password and a session', async () => {
    const { home, person } = await linAtHome()
    const res = await home.post('/account/email', { ...wish, password: 'not mine' })
    expect(res.status).toBe(422)
    expect(res.text).toContain('This is not your password.')
    expect(res.text).toContain('value="lin.new@example.org"')
    expect((await browser(site).post('/account/email', wish)).headers.location).toMatch(/^\/sign-in/)
    expect(await site.database.db.mail.count()).toBe(0)
    expect(await site.database.db.account.count({ where: { email: person.email } })).toBe(1)
  })

  it('opens no session by the link alone', async () => {
    const { home } = await linAtHome()
    await home.post('/account/email', wish)
    const elsewhere = browser(site)
    await elsewhere.post(await linkTo(site, wish.email), {})
    expect(elsewhere.jar.has('session')).toBe(false)
  })

  it('looks the same when the address has an account, which only its owner learns', async () => {
    const { home } = await linAtHome()
    const other = await mallory(site.database.db)
    const pages = []
    for (const email of [other.email, 'free@example.org']) {
      const res = await home.post('/account/email', { email, password: PASSWORD })
      pages.push([res.status, res.headers.location, (await home.get('/account/profile')).text.replaceAll(email, 'ADDRESS')].join('\n'))
      site.clock.move(2 * MINUTE)
    }
    expect(pages[0]).toBe(pages[1])
    expect((await mailsTo(site, other.email)).map((mail) => mail.template)).toEqual(['already-registered'])
  })

  it('fails quietly when somebody else has taken the address meanwhile', async () => {
    const { home, now, person } = await linAtHome()
    await home.post('/account/email', wish)
    const link = await linkTo(site, wish.email)
    await createPerson(site.database.db, { email: wish.email, name: 'First' })
    expect((await home.post(link, {})).status).toBe(410)
    expect((await now()).email).toBe(person.email)
  })

  it('leaves no link behind that the old address received', async () => {
    const { home, person } = await linAtHome()
    await browser(site).post('/reset-password', { email: person.email })
    await home.post('/account/email', wish)
    await home.post(await linkTo(site, wish.email), {})
    expect(await site.database.db.accountLink.count({ where: { spentAt: null } })).toBe(0)
  })

  it('is stopped by a new password', async () => {
    const { home, person } = await linAtHome()
    await home.post('/account/email', wish)
    const move = await linkTo(site, wish.email)
    await browser(site).post('/reset-password', { email: person.email })
    const reset = await linkTo(site, person.email)
    await browser(site).post(reset, { password: 'another four unlikely words' })
    expect((await browser(site).post(move, {})).status).toBe(410)
  })

  it('is stopped after a day', async () => {
    const { home } = await linAtHome()
    await home.post('/account/email', wish)
    const link = await linkTo(site, wish.email)
    site.clock.move(DAY + MINUTE)
    expect((await home.post(link, {})).status).toBe(410)
  })
})

describe('changing the password', () => {
  const wish = { current: PASSWORD, password: 'another four unlikely words' }

  it('signs out every other device, keeps this one and sends a mail', async () => {
    const { home, person } = await linAtHome()
    const other = await signInAs(site.database.db, person, site.clock)
    expect((await home.post('/account/password', wish)).headers.location).toBe('/account/security')
    expect((await browser(site, other).get('/account')).status).toBe(303)
    expect((await home.get('/account/security')).text).toContain('Your password is changed.')
    const [mail] = await mailsTo(site, person.email)
    expect(mail).toMatchObject({ template: 'password-changed', subject: 'Your password for Lectern was changed' })
    expect(mail?.text).toContain('2026-06-01 at 10:00 UTC')
  })

  it('is harmless twice', async () => {
    const { home, person } = await linAtHome()
    for (let time = 0; time < 2; time++) expect((await home.post('/account/password', wish)).status).toBe(303)
    expect(await mailsTo(site, person.email)).toHaveLength(1)
  })

  it('needs the one of now, and a good one to come', async () => {
    const { home, now, person } = await linAtHome()
    const wrong = await home.post('/account/password', { ...wish, current: 'not mine' })
    expect([wrong.status, wrong.text.includes('href="#f-current"')]).toEqual([422, true])
    for (const password of ['short', 'password123', person.email]) expect((await home.post('/account/password', { ...wish, password })).status).toBe(422)
    expect((await now()).passwordHash).toBe(person.passwordHash)
    expect(wrong.text).not.toContain(PASSWORD)
  })
})

describe('the name of a device', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15', 'Safari on macOS'],
    ['Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
    ['Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile/15E148 Safari/604.1', 'Chrome on iPad'],
    ['curl/8.5.0', 'curl'],
    ['', 'An unknown device'],
    ['<script>alert(1)</script>', 'An unknown device'],
  ])('%s is %s', (agent, name) => expect(deviceName(agent)).toBe(name))
})
