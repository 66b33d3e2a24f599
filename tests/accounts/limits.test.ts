import { describe, expect, it } from 'vitest'
import { takeTurns } from '../../src/accounts/take-turns.ts'
import { hashPassword } from '../../src/accounts/hash-password.ts'
import { Unavailable } from '../../src/platform/errors.ts'
import { createPerson, lin, PASSWORD } from '../support/people.ts'
import { browser, mailsTo, useSite } from './site.ts'

describe('how often', () => {
  const site = useSite({ limited: true, env: { TRUST_PROXY: '1' } })
  const from = (address: string) => ({ 'X-Forwarded-For': address })

  it('somebody may try a password: five times a minute for an account, known or not', async () => {
    await lin(site.database.db)
    for (const email of ['lin@example.org', 'who@example.org']) {
      const statuses = []
      for (let time = 0; time < 6; time++) statuses.push((await browser(site).post('/sign-in', { email, password: 'wrong one' }, from(`192.0.2.${time}`))).status)
      expect(statuses).toEqual([422, 422, 422, 422, 422, 429])
    }
    const res = await browser(site).post('/sign-in', { email: 'LIN@example.org', password: PASSWORD }, from('192.0.2.9'))
    expect(res.status).toBe(429)
    const wait = Number(res.headers['retry-after'])
    expect(wait).toBeGreaterThan(0)
    expect(wait).toBeLessThanOrEqual(60)
  })

  it('one address may try many accounts: twenty times a minute', async () => {
    const statuses = []
    for (let time = 0; time < 21; time++) statuses.push((await browser(site).post('/sign-in', { email: `p${time}@example.org`, password: 'wrong one' }, from('198.51.100.7'))).status)
    expect(statuses.indexOf(429)).toBe(20)
    expect((await browser(site).post('/sign-in', { email: 'x@example.org', password: 'wrong one' }, from('198.51.100.8'))).status).toBe(422)
  })

  it('an address may not hide behind headers of its own making', async () => {
    const statuses = []
    for (let time = 0; time < 21; time++) statuses.push((await browser(site).post('/sign-in', { email: `p${time}@example.org`, password: 'wrong one' }, from(`10.0.0.${time}, 198.51.100.9`))).status)
    expect(statuses.at(-1)).toBe(429)
  })

  it('a link may be asked for: three times an hour for an account, known or not', async () => {
    await lin(site.database.db)
    for (const email of ['lin@example.org', 'who@example.org']) {
      const statuses = []
      for (let time = 0; time < 4; time++) {
        statuses.push((await browser(site).post('/reset-password', { email }, from(`192.0.2.${time}`))).status)
        site.clock.move(120_000)
      }
      expect(statuses).toEqual([303, 303, 303, 429])
    }
    expect(await mailsTo(site, 'lin@example.org')).toHaveLength(3)
  })

  it('accounts may be made: five an hour from an address; a form with a mistake does not count', async () => {
    const statuses = []
    for (let time = 0; time < 3; time++) await browser(site).post('/sign-up', { name: 'P', email: 'p', password: 'x' }, from('203.0.113.5'))
    for (let time = 0; time < 6; time++) statuses.push((await browser(site).post('/sign-up', { name: 'P', email: `p${time}@example.org`, password: 'a password nobody guesses' }, from('203.0.113.5'))).status)
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429])
  })

  it('a confirmation is sent again, without telling that there is an account: the fourth time in silence', async () => {
    await createPerson(site.database.db, { email: 'new@example.org', name: 'New', verified: false }, site.clock)
    const answers = []
    for (let time = 0; time < 5; time++) {
      const res = await browser(site).post('/sign-in', { email: 'new@example.org', password: PASSWORD }, from(`192.0.2.${time}`))
      answers.push([res.status, res.text])
      site.clock.move(120_000)
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(await mailsTo(site, 'new@example.org')).toHaveLength(3)
  })
})

describe('a flood of sign-ins', () => {
  it('has two hashes made at a time, keeps fifty waiting and refuses the rest at once', async () => {
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => hashPassword('some password or other')))
    const refused = all.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(8)
    for (const { reason } of refused) expect(reason).toBeInstanceOf(Unavailable)
    await expect(hashPassword('and then it works again')).resolves.toMatch(/^\$argon2id/)
  })

  it('serves in order, never more than it should at once, and goes on after a failure', async () => {
    const inTurn = takeTurns({ atOnce: 2, waiting: 10 })
    let running = 0
    let most = 0
    const order: number[] = []
    const work = (number: number) => async () => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      order.push(number)
      if (number === 3) throw new Error('no')
    }
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((number) => inTurn(work(number))))
    expect(most).toBe(2)
    expect(order).toEqual([1, 2, 3, 4, 5, 6])
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
  })
})

describe('the time of an answer', () => {
  const site = useSite({ parts: { pace: 400 } })

  it('tells nothing: known and unknown addresses are answered after the same while', async () => {
    await lin(site.database.db)
    for (const [path, form] of [
      ['/reset-password', {}],
      ['/sign-up', { name: 'N', password: 'a password nobody guesses' }],
      ['/sign-in', { password: 'a wrong password' }],
    ] as const) {
      for (const email of ['lin@example.org', 'who@example.org']) {
        const started = performance.now()
        await browser(site).post(path, { ...form, email })
        expect(performance.now() - started).toBeGreaterThanOrEqual(398)
      }
    }
  })
})
