import { describe, expect, it } from 'vitest'
import { createSessions, startSession, sweepSessions } from '../../src/accounts/keep-sessions.ts'
import { DAY, HOUR, MINUTE } from '../../src/platform/clock.ts'
import { lin, mallory, sam, signInAs } from '../support/people.ts'
import { browser, useSite } from './site.ts'

const site = useSite()

async function begun() {
  const person = await lin(site.database.db, site.clock)
  const cookie = await signInAs(site.database.db, person, site.clock)
  const [session] = await site.database.db.session.findMany()
  const row = () => site.database.db.session.findFirst({ where: { id: session!.id } })
  return { person, cookie, id: session!.id, row, sessions: createSessions(site.services) }
}

describe('a session', () => {
  it('says who is asking', async () => {
    const { person, id, sessions } = await begun()
    expect(await sessions.find(id)).toEqual({ viewer: { id: person.id, name: 'Lin Learner', email: 'lin@example.org', role: 'member', verified: true, sessionId: id }, flash: null })
    expect(await sessions.find('0'.repeat(64))).toBeNull()
  })

  it('is found by one prepared statement', async () => {
    const { id } = await begun()
    const asked: string[] = []
    const { sql, db } = site.services
    const counting = { ...site.services, db, sql: { rows: <Row>(name: string, text: string, values: readonly unknown[]) => (asked.push(name), sql.rows<Row>(name, text, values)) } }
    await createSessions(counting).find(id)
    expect(asked).toEqual(['find-session'])
  })

  it('writes when it was last seen at most every five minutes', async () => {
    const { id, row, sessions } = await begun()
    const before = await row()
    site.clock.move(4 * MINUTE)
    await sessions.find(id)
    expect(await row()).toEqual(before)
    site.clock.move(2 * MINUTE)
    await sessions.find(id)
    expect((await row())?.lastSeenAt).toEqual(site.clock.now())
  })

  it('ends thirty days after it was last used', async () => {
    const { cookie } = await begun()
    site.clock.move(29 * DAY)
    expect((await browser(site, cookie).get('/account')).status).toBe(200)
    site.clock.move(29 * DAY)
    expect((await browser(site, cookie).get('/account')).status).toBe(200)
    site.clock.move(30 * DAY + MINUTE)
    const res = await browser(site, cookie).get('/account')
    expect(res.status).toBe(303)
    expect(String(res.headers['set-cookie'])).toMatch(/session=;.*1970/)
  })

  it('ends ninety days after it began, however often it is used', async () => {
    const { id, sessions } = await begun()
    for (let day = 0; day < 89; day++) {
      site.clock.move(DAY)
      expect(await sessions.find(id)).not.toBeNull()
    }
    site.clock.move(DAY + MINUTE)
    expect(await sessions.find(id)).toBeNull()
  })

  it('ends with the account: disabled is signed out everywhere at once', async () => {
    const { person, cookie } = await begun()
    await site.database.db.account.update({ where: { id: person.id }, data: { disabledAt: site.clock.now() } })
    expect((await browser(site, cookie).get('/account')).status).toBe(303)
  })

  it('shows a message once', async () => {
    const { id, sessions } = await begun()
    await sessions.flash(id, { kind: 'good', text: 'Saved.' })
    expect((await sessions.find(id))?.flash).toEqual({ kind: 'good', text: 'Saved.' })
    expect((await sessions.find(id))?.flash).toBeNull()
  })

  it('is nothing that somebody can guess or write by hand', async () => {
    const { id } = await begun()
    for (const value of ['', 'x', '../../etc', id, "' or 1=1 --", 'a'.repeat(5000), '%00', '__proto__']) {
      expect((await browser(site, `session=${value}`).get('/account')).status).toBe(303)
    }
  })

  it('carries no powers that its person does not have: the role is read each time', async () => {
    const { person, id, sessions } = await begun()
    await site.database.db.account.update({ where: { id: person.id }, data: { role: 'editor' } })
    expect((await sessions.find(id))?.viewer.role).toBe('editor')
  })

  it('keeps no more of a browser\'s name than a line', async () => {
    const { person } = await begun()
    await startSession(site.database.db, site.clock, { id: 'f'.repeat(64), accountId: person.id, userAgent: 'x'.repeat(9000), replaces: null })
    expect((await site.database.db.session.findUniqueOrThrow({ where: { id: 'f'.repeat(64) } })).userAgent).toHaveLength(400)
  })

  it('is swept away when it has ended', async () => {
    const { id } = await begun()
    site.clock.move(31 * DAY)
    await signInAs(site.database.db, await sam(site.database.db), site.clock)
    expect(await sweepSessions(site.services)).toBe(1)
    expect(await site.database.db.session.findMany({ where: { id } })).toEqual([])
    expect(await site.database.db.session.count()).toBe(1)
  })
})

describe('the list of sessions', () => {
  it('names the devices, marks this one and ends another', async () => {
    const { db } = site.database
    const person = await lin(db, site.clock)
    const here = browser(site, await signInAs(db, person, site.clock))
    site.clock.move(-HOUR)
    const phone = await signInAs(db, person, site.clock, 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1')
    site.clock.move(HOUR)
    const page = await here.get('/account/security')
    expect(page.text).toMatch(/Firefox on Linux[\s\S]*this device[\s\S]*Safari on iPhone/)
    const id = /name="session" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? ''
    expect((await here.post('/account/sign-outs', { session: id })).headers.location).toBe('/account/security')
    expect((await here.post('/account/sign-outs', { session: id })).status).toBe(303)
    expect((await browser(site, phone).get('/account')).status).toBe(303)
    expect((await here.get('/account')).status).toBe(200)
  })

  it('signs out everywhere else', async () => {
    const { db } = site.database
    const person = await lin(db, site.clock)
    const here = browser(site, await signInAs(db, person, site.clock))
    const others = [await signInAs(db, person, site.clock), await signInAs(db, person, site.clock)]
    await here.post('/account/sign-outs', { session: 'others' })
    for (const other of others) expect((await browser(site, other).get('/account')).status).toBe(303)
    expect((await here.get('/account')).status).toBe(200)
  })

  it('lets nobody end the session of somebody else, and refuses nonsense', async () => {
    const { cookie, id } = await begun()
    const stranger = browser(site, await signInAs(site.database.db, await mallory(site.database.db), site.clock))
    await stranger.post('/account/sign-outs', { session: id })
    expect((await browser(site, cookie).get('/account')).status).toBe(200)
    for (const session of ['', 'all', '%', 'x'.repeat(64)]) expect((await stranger.post('/account/sign-outs', { session })).status).toBe(422)
    expect((await stranger.post('/account/sign-outs', 'session[not]=x')).status).toBe(422)
    expect((await stranger.post('/account/sign-outs', 'session=others&session=others')).status).toBe(422)
    expect((await browser(site).post('/account/sign-outs', { session: 'others' })).headers.location).toMatch(/^\/sign-in/)
  })
})
