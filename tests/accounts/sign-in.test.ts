import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import * as passwords from '../../src/accounts/hash-password.ts'
import { safePath } from '../../src/platform/http/guards.ts'
import { sessionId } from '../../src/platform/http/viewer.ts'
import { createPerson, lin, mallory, PASSWORD, signInAs } from '../support/people.ts'
import { elsewhere } from './elsewhere.ts'
import { browser, mailsTo, useSite } from './site.ts'

const site = useSite()
const cookies = (res: { headers: Record<string, unknown> }) => ((res.headers['set-cookie'] as string[] | undefined) ?? []).filter((line) => /session=/.test(line))

describe('signing in', () => {
  it('begins a session and goes home', async () => {
    const person = await lin(site.database.db)
    const visitor = browser(site)
    const res = await visitor.post('/sign-in', { email: ' LIN@Example.org ', password: PASSWORD })
    expect([res.status, res.headers.location]).toEqual([303, '/account'])
    expect((await visitor.get('/account')).text).toContain('Good to see you, Lin Learner')
    expect(await site.database.db.session.findMany({ select: { accountId: true } })).toEqual([{ accountId: person.id }])
  })

  it('sets a cookie that scripts and other sites cannot use, and stores only its hash', async () => {
    await lin(site.database.db)
    const res = await browser(site).post('/sign-in', { email: 'lin@example.org', password: PASSWORD })
    const [cookie = ''] = cookies(res)
    expect(cookie).toMatch(/^session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
    const token = /session=([^;]+)/.exec(cookie)?.[1] ?? ''
    const [row] = await site.database.db.session.findMany()
    expect(row?.id).toBe(sessionId(token))
    expect(JSON.stringify(row)).not.toContain(token)
  })

  it('goes on where the person wanted to go', async () => {
    await lin(site.database.db)
    const page = await browser(site).get('/sign-in?next=/courses/sql%3Fpage%3D2')
    expect(page.text).toContain('value="/courses/sql?page=2"')
    const res = await browser(site).post('/sign-in', { email: 'lin@example.org', password: PASSWORD, next: '/courses/sql?page=2' })
    expect(res.headers.location).toBe('/courses/sql?page=2')
  })

  it('never carries a token over that was there before (fixation), and ends the session it replaces', async () => {
    const person = await lin(site.database.db, site.clock)
    const planted = await signInAs(site.database.db, await mallory(site.database.db), site.clock)
    const visitor = browser(site, planted)
    await visitor.post('/sign-in', { email: person.email, password: PASSWORD })
    expect(`session=${visitor.jar.get('session')}`).not.toBe(planted)
    expect((await browser(site, planted).get('/account')).headers.location).toMatch(/^\/sign-in/)
    const invented = browser(site, `session=${'x'.repeat(43)}`)
    await invented.post('/sign-in', { email: person.email, password: PASSWORD })
    expect(invented.jar.get('session')).not.toBe('x'.repeat(43))
  })

  it('takes a hash of today in place of a weaker one', async () => {
    const person = await lin(site.database.db)
    await browser(site).post('/sign-in', { email: person.email, password: PASSWORD })
    const { passwordHash } = await site.database.db.account.findUniqueOrThrow({ where: { id: person.id } })
    expect(passwordHash).toMatch(/m=19456,t=2,p=1/)
    expect((await browser(site).post('/sign-in', { email: person.email, password: PASSWORD })).status).toBe(303)
  })

  it('sends somebody without a session to sign in and back', async () => {
    for (const path of ['/account', '/account/profile', '/account/security']) {
      const res = await browser(site).get(path)
      expect([res.status, res.headers.location]).toEqual([303, `/sign-in?next=${encodeURIComponent(path)}`])
    }
  })
})

describe('a refused sign-in', () => {
  it('is byte for byte the same for a wrong password, an unknown address, a disabled and an unconfirmed account', async () => {
    const { db } = site.database
    await lin(db)
    await createPerson(db, { email: 'off@example.org', name: 'Off', disabled: true })
    await createPerson(db, { email: 'new@example.org', name: 'New', verified: false })
    await createPerson(db, { email: 'bought@example.org', name: 'Bought', verified: false, password: null })
    const answers = []
    for (const [email, password] of [
      ['lin@example.org', 'a wrong password'],
      ['who@example.org', PASSWORD],
      ['off@example.org', PASSWORD],
      ['new@example.org', PASSWORD],
      ['new@example.org', 'a wrong password'],
      ['bought@example.org', PASSWORD],
    ] as const) {
      const res = await browser(site).post('/sign-in', { email, password })
      answers.push({ status: res.status, body: res.text.replaceAll(email, 'ADDRESS'), headers: Object.keys(res.headers).sort().join() })
    }
    expect(answers[0]?.status).toBe(422)
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await db.session.count()).toBe(0)
  })

  it('costs the same work without an account: a hash with the parameters of real ones is compared', async () => {
    expect(passwords.NOBODYS_HASH).toContain(`m=${passwords.PARAMETERS.memoryCost},t=${passwords.PARAMETERS.timeCost},p=${passwords.PARAMETERS.parallelism}`)
    const real = await hash('something', passwords.PARAMETERS)
    const time = async (stored: string | null) => {
      const started = performance.now()
      await passwords.checkPassword(stored, 'wrong')
      return performance.now() - started
    }
    await time(real)
    const times = { real: [] as number[], nobody: [] as number[] }
    for (let round = 0; round < 15; round++) {
      times.real.push(await time(real))
      times.nobody.push(await time(null))
    }
    const median = (list: number[]) => [...list].sort((a, b) => a - b)[7] ?? 0
    // Without the comparison it would be a hundredth.
    expect(median(times.nobody)).toBeGreaterThan(median(times.real) * 0.5)
  })

  it('sends the confirmation again to whoever knew the password of an unconfirmed account', async () => {
    await createPerson(site.database.db, { email: 'new@example.org', name: 'New', verified: false })
    await browser(site).post('/sign-in', { email: 'new@example.org', password: 'a wrong password' })
    expect(await mailsTo(site, 'new@example.org')).toEqual([])
    await browser(site).post('/sign-in', { email: 'new@example.org', password: PASSWORD })
    expect((await mailsTo(site, 'new@example.org')).map((mail) => mail.template)).toEqual(['verify-link'])
  })

  it('keeps the address and never the password', async () => {
    const res = await browser(site).post('/sign-in', { email: 'lin@example.org', password: 'secretive words' })
    expect(res.text).toContain('value="lin@example.org"')
    expect(res.text).not.toContain('secretive words')
  })
})

describe('signing out', () => {
  it('ends the session on the server, not only the cookie', async () => {
    const cookie = await signInAs(site.database.db, await lin(site.database.db, site.clock), site.clock)
    const visitor = browser(site, cookie)
    const res = await visitor.post('/sign-out', {})
    expect([res.status, res.headers.location]).toEqual([303, '/'])
    expect(visitor.jar.has('session')).toBe(false)
    expect((await browser(site, cookie).get('/account')).status).toBe(303)
  })

  it('needs a post: opening the address only shows a button', async () => {
    const visitor = browser(site, await signInAs(site.database.db, await lin(site.database.db, site.clock), site.clock))
    expect((await visitor.get('/sign-out')).text).toMatch(/<form method="post" action="\/sign-out">/)
    expect((await visitor.get('/account')).status).toBe(200)
  })

  it('is harmless for somebody who is not signed in, and refused from another site', async () => {
    expect((await browser(site).post('/sign-out', {})).status).toBe(303)
    expect((await browser(site).post('/sign-out', {}, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await browser(site).post('/sign-in', { email: 'a@example.org', password: 'x' }, { Origin: 'https://evil.example' })).status).toBe(403)
  })
})

describe('where to go on', () => {
  it.each(elsewhere)('stays on this site for %j', async (next) => {
    const path = safePath(next)
    expect(new URL(path, 'http://lectern.test').host).toBe('lectern.test')
    expect(new URL(new URL(path, 'http://lectern.test').pathname, 'http://lectern.test').host).toBe('lectern.test')
  })

  it('holds for the form as well', async () => {
    await lin(site.database.db)
    for (const next of elsewhere) {
      const { location } = (await browser(site).post('/sign-in', new URLSearchParams({ email: 'lin@example.org', password: PASSWORD, next }).toString())).headers
      expect(location, JSON.stringify(next)).toMatch(/^\/(?![/\\])/)
      expect(new URL(location as string, 'http://lectern.test').host).toBe('lectern.test')
    }
  }, 60_000)
})
