import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { applySettings, changeSettings } from '../../src/content/change-settings.ts'
import { testDatabase } from '../support/database.ts'
import { lin, signInAs } from '../support/people.ts'
import { settled } from '../support/settled.ts'
import { useSite } from '../support/site.ts'
import { startWireTo, type Wire } from '../support/wire.ts'
import { writeTutorial } from '../support/content.ts'
import { ask, type Answer } from './ask.ts'
import { startInstance, type Instance } from './instance.ts'

const site = useSite()
let other: Instance
let wire: Wire

// The other process reaches Postgres through a line that can be cut.
beforeAll(async () => {
  const databaseUrl = await testDatabase()
  wire = await startWireTo(databaseUrl)
  other = await startInstance(site, wire.through(databaseUrl))
})

afterAll(async () => {
  wire.mend()
  await other.stop()
  await wire.stop()
})

const there = (path: string, headers: Record<string, string> = {}) => ask(other.url, path, { headers })
const isFresh = ({ headers }: Answer) => headers['x-served'] === undefined

/** Waits until the other process trusts its cache again. */
const trusted = (path: string) => vi.waitFor(async () => expect((await there(path)).headers['cache-control']).toContain('public'), { timeout: 5_000 })

describe('two web processes', () => {
  it('both see an edit with the next request', async () => {
    const { id, path } = await writeTutorial(site.services, { slug: 'loops', title: 'Loops' })
    await there(path)
    for (const level of ['advanced', 'basics', 'intermediate'] as const) {
      await changeSettings(site.services, id, { level })
      for (const cache of [site.cache, other.cache]) await settled(cache, site.database.pool)
      for (const url of [site.url, other.url]) expect((await ask(url, path)).text.toLowerCase()).toContain(level)
    }
  })

  it('hear nothing of a change that was rolled back', async () => {
    const { id } = await writeTutorial(site.services, { slug: 'loops' })
    await settled(other.cache, site.database.pool)
    const before = other.cache.generation()
    await site.services.db.$transaction(async (tx) => {
      await applySettings(tx, id, { level: 'basics' })
      throw new Error('no')
    }).catch(() => undefined)
    await wait(200)
    expect(other.cache.generation()).toBe(before)
  })
})

describe('a web process that cannot hear', () => {
  it('trusts nothing until it hears again, and then everything is made anew', async () => {
    const { path } = await writeTutorial(site.services, { slug: 'deaf', title: 'Deaf' })
    await trusted(path)
    wire.cut()
    // The pool's own connections come back; only the listener is still away for a moment.
    wire.mend()
    await vi.waitFor(() => expect(site.lines.some((line) => line.msg.includes('tells the page cache'))).toBe(true))
    await trusted(path)
    const { headers } = await there(path)
    expect(headers['cache-control']).toContain('s-maxage')
  })

  it('does not miss what happened meanwhile', async () => {
    const { id, path } = await writeTutorial(site.services, { slug: 'missed', title: 'Missed' })
    await trusted(path)
    wire.cut()
    await changeSettings(site.services, id, { level: 'advanced' })
    wire.mend()
    await trusted(path)
    expect((await there(path)).text).toContain('Advanced')
  })

  it('notices a line that is dead without saying so', async () => {
    const { path } = await writeTutorial(site.services, { slug: 'silent', title: 'Silent' })
    await trusted(path)
    site.lines.length = 0
    wire.hold()
    await vi.waitFor(() => expect(site.lines.some((line) => line.msg.includes('tells the page cache'))).toBe(true), { timeout: 8_000 })
    wire.cut()
    wire.mend()
    await trusted(path)
  })
})

describe('without Postgres', () => {
  it('pages that were read before are read on, others say so, and all is well by itself when it is back', async () => {
    const { id, path } = await writeTutorial(site.services, { slug: 'kept', title: 'Kept' })
    await writeTutorial(site.services, { slug: 'unread', title: 'Unread' })
    const cookie = await signInAs(site.database.db, await lin(site.database.db))
    await trusted(path)
    await there('/tutorials/')
    wire.cut()

    for (const place of [path, '/tutorials/', `${path}?utm_source=mail`]) {
      const answer = await there(place, { 'Accept-Encoding': 'br' })
      expect([answer.status, isFresh(answer), answer.headers['cache-control']], place).toEqual([200, false, 'no-store'])
      expect(answer.text).toContain('Kept')
      expect(answer.headers['content-security-policy']).toBeDefined()
    }
    const unread = await there('/tutorials/unread')
    expect([unread.status, unread.headers['retry-after'], unread.headers['cache-control']]).toEqual([503, '5', 'no-store'])
    expect(unread.text).toContain('We will be right back')
    const member = await there(path, { Cookie: cookie })
    expect([member.status, member.headers['cache-control']]).toEqual([200, 'no-store'])
    const post = await ask(other.url, `/documents/${id}/completion`, { method: 'POST', headers: { Cookie: cookie, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'wanted=on' })
    expect([post.status, post.headers['retry-after']]).toEqual([503, '5'])
    const ready = await there('/readyz')
    expect([ready.status, ready.headers['retry-after']]).toEqual([503, '5'])
    expect((await there('/livez')).status).toBe(200)

    wire.mend()
    await trusted(path)
    expect((await there('/tutorials/unread')).status).toBe(200)
    expect((await there(path, { Cookie: cookie })).headers['cache-control']).toBe('private, no-store')
    expect((await there('/readyz')).status).toBe(200)
  })

  it('a hundred who ask for the same page are told within a moment, with one try for all', async () => {
    const { path } = await writeTutorial(site.services, { slug: 'crowd', title: 'Crowd' })
    await trusted(path)
    wire.cut()
    await vi.waitFor(async () => expect(isFresh(await there(path))).toBe(false))
    const answers = await Promise.all(Array.from({ length: 100 }, () => there(path)))
    expect(answers.every((answer) => answer.status === 200 && answer.text.includes('Crowd'))).toBe(true)
    wire.mend()
    await trusted(path)
  })

  it('that hangs, /readyz says so within two seconds, and pages that were read before do not wait for it either', async () => {
    const { path } = await writeTutorial(site.services, { slug: 'hung', title: 'Hung' })
    await trusted(path)
    wire.hold()
    other.cache.invalidateAll()
    const began = performance.now()
    const pages = Promise.all([there(path), there(path), there(path)])
    const ready = await there('/readyz')
    expect([ready.status, JSON.parse(ready.text)]).toEqual([503, { status: 'not ready', database: 'away' }])
    for (const page of await pages) expect([page.status, isFresh(page), page.text.includes('Hung')]).toEqual([200, false, true])
    expect(performance.now() - began).toBeLessThan(4_500)
    wire.cut()
    wire.mend()
    await vi.waitFor(async () => expect((await there('/readyz')).status).toBe(200), { timeout: 5_000 })
  })
})
