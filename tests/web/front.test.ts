import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { changeSettings } from '../../src/content/change-settings.ts'
import { unpublishDocument } from '../../src/content/unpublish-document.ts'
import type { Sql } from '../../src/platform/db.ts'
import { lin } from '../support/people.ts'
import { settled } from '../support/settled.ts'
import { browserOf, useSite } from '../support/site.ts'
import { writeTutorial } from '../support/content.ts'
import { ask, type Question } from './ask.ts'

const site = useSite()
const get = (path: string, question: Question = {}) => ask(site.url, path, question)
const tutorial = (slug = 'loops') => heard(() => writeTutorial(site.services, { slug, title: `About ${slug}`, source: 'A loop goes round. '.repeat(100) }))

/** Counts the reads of tutorials' texts, and lets a test hold them. */
function watchReads() {
  const rows: Sql['rows'] = site.services.sql.rows.bind(site.services.sql)
  const watched = { reads: 0, gate: Promise.resolve() as Promise<unknown> }
  vi.spyOn(site.services.sql, 'rows').mockImplementation((async (name: string, text: string, values: unknown[]) => {
    if (name !== 'tutorial') return rows(name, text, values)
    watched.reads++
    const found = await rows(name, text, values)
    await watched.gate
    return found
  }) as Sql['rows'])
  return watched
}

function gate() {
  let open: () => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { closed, open }
}

/** The change, heard of. */
async function heard<T>(change: () => Promise<T>): Promise<T> {
  const result = await change()
  await settled(site.cache, site.database.pool)
  return result
}

describe('a page for visitors', () => {
  it('is rendered once and then the same bytes for everybody', async () => {
    const { path } = await tutorial()
    const watched = watchReads()
    const first = await get(path)
    const again = await Promise.all([get(path), get(path, { headers: { 'User-Agent': 'x', 'Accept-Language': 'de', Cookie: 'theme=dark; _ga=1' } })])
    for (const answer of again) expect(answer.body.equals(first.body)).toBe(true)
    expect(watched.reads).toBe(1)
    expect(first.headers['set-cookie']).toBeUndefined()
  })

  it.each([
    [undefined, undefined], ['', undefined], ['identity', undefined], ['gzip', 'gzip'], ['br', 'br'], ['gzip, deflate, br', 'br'], ['gzip, deflate, br, zstd', 'br'], ['br;q=0, gzip', 'gzip'], ['br; q=0.0, gzip;q=0', undefined], ['br;q=0.1', 'br'],
    ['deflate', undefined], ['zstd', undefined], ['gzip;q=1.0, identity;q=0.5', 'gzip'], ['*', undefined],
  ])('answers "%s" in the encoding %s, and the text is the same', async (accepted, encoding) => {
    const { path } = await tutorial()
    const plain = await get(path)
    const answer = await get(path, { headers: accepted === undefined ? {} : { 'Accept-Encoding': accepted } })
    expect(answer.headers['content-encoding']).toBe(encoding)
    expect(answer.text).toBe(plain.text)
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(answer.headers.vary).toBe('Accept-Encoding, Cookie')
  })

  it('is not sent again to whoever has it', async () => {
    const { path } = await tutorial()
    const { headers } = await get(path)
    const etag = String(headers.etag)
    const strong = etag.replace('W/', '')
    for (const known of [etag, strong, `"other", ${etag}`, `W/"a",${strong} , "b"`, '*']) {
      const answer = await get(path, { headers: { 'If-None-Match': known } })
      expect([answer.status, answer.body.length, answer.headers.etag], known).toEqual([304, 0, etag])
      expect(answer.headers['content-security-policy']).toBeDefined()
    }
    for (const other of ['"other"', `${etag}x`, '']) expect((await get(path, { headers: { 'If-None-Match': other } })).status).toBe(200)
  })

  it('answers HEAD like GET, without the text, and either may come first', async () => {
    const { path } = await tutorial()
    const head = await get(path, { method: 'HEAD' })
    const whole = await get(path)
    expect([head.status, head.body.length]).toEqual([200, 0])
    for (const name of ['etag', 'content-length', 'content-type', 'cache-control', 'vary']) expect(head.headers[name]).toBe(whole.headers[name])
  })

  it('does not change with query keys that mean nothing, nor is it kept twice', async () => {
    const { path } = await tutorial()
    const { body } = await get(path)
    const { entries } = site.cache.size()
    for (const query of ['?utm_source=mail', '?fbclid=1&gclid=2', '?__proto__=1', '?x=%00', `?y=${'z'.repeat(5_000)}`]) expect((await get(path + query)).body.equals(body), query).toBe(true)
    expect(site.cache.size().entries).toBe(entries)
  })

  it('is not kept under questions that somebody makes up', async () => {
    await tutorial()
    await get('/tutorials/')
    const { entries } = site.cache.size()
    for (const query of ['?level=made-up', '?page=01', '?page=1', '?sort=newest', '?page=1&page=2', '?level=', '?topic=made-up', '?author=made-up']) expect((await get(`/tutorials/${query}`)).headers['cache-control'], query).toBe('private, no-store')
    for (const place of ['/courses/?topic=made-up', '/feed.xml?topic=made-up', '/atom.xml?author=made-up']) expect((await get(place)).headers['cache-control'], place).toBe('private, no-store')
    for (const query of ['?topic=loops', '?page=3', '?author=x']) await get(`/tutorials/loops${query}`)
    expect(site.cache.size().entries).toBe(entries)
  })

  it('is kept once whatever the order of the keys', async () => {
    await heard(() => writeTutorial(site.services, { slug: 'loops', level: 'basics', topics: ['python'] }))
    const first = await get('/tutorials/?topic=python&level=basics')
    expect(first.headers['cache-control']).toContain('public')
    const { entries } = site.cache.size()
    expect((await get('/tutorials/?level=basics&topic=python')).headers.etag).toBe(first.headers.etag)
    expect(site.cache.size().entries).toBe(entries)
  })

  it('cannot be poisoned by any header', async () => {
    const { path } = await tutorial()
    const evil = 'evil.example'
    const headers = {
      'X-Forwarded-Host': evil, 'X-Forwarded-Proto': 'https', 'X-Forwarded-Prefix': '/evil', 'X-Original-URL': '/evil', 'X-Rewrite-URL': '/evil', 'X-Host': evil, Forwarded: `host=${evil}`, 'X-HTTP-Method-Override': 'POST', Origin: `https://${evil}`,
      'Accept-Language': 'xx', 'User-Agent': `<script>${evil}`, Accept: 'text/evil', Cookie: `a=${evil}; flash=${evil}`, Range: 'bytes=0-10', 'X-Ghost-Preview': evil, Authorization: `Bearer ${evil}`, Referer: `https://${evil}/`, Via: evil, 'Content-Type': evil, Host: evil,
    }
    const poisoned = await get(path, { headers })
    const clean = await get(path)
    expect(poisoned.text).not.toContain('evil')
    expect(JSON.stringify(poisoned.headers)).not.toContain('evil')
    expect(clean.body.equals(poisoned.body)).toBe(true)
    site.cache.invalidateAll()
    expect((await get(path)).body.equals(clean.body)).toBe(true)
  })
})

describe('a page for somebody who signed in', () => {
  it('is theirs alone: never stored, by us or anybody', async () => {
    const { path } = await tutorial()
    const person = await lin(site.database.db)
    const reader = await browserOf(site, person)
    const { entries } = site.cache.size()
    for (const url of ['/', '/tutorials/', path, '/feed.xml']) {
      const page = await reader.get(url)
      expect([page.headers['cache-control'], page.headers.etag], url).toEqual(['private, no-store', undefined])
    }
    expect(site.cache.size().entries).toBe(entries)
    expect((await get(path)).text).not.toContain('Lin')
    expect((await reader.get(path)).text).toContain('Lin Learner')
  })

  it('stays private when the session has ended, and loses its cookie', async () => {
    const { path } = await tutorial('elsewhere')
    const { entries } = site.cache.size()
    const page = await get(path, { headers: { Cookie: `session=${'a'.repeat(43)}` } })
    expect([page.status, page.headers['cache-control']]).toEqual([200, 'private, no-store'])
    expect(String(page.headers['set-cookie'])).toContain('session=;')
    expect(site.cache.size().entries).toBe(entries)
  })
})

describe('many at once', () => {
  it('cost one render: 500 ask for a cold page', async () => {
    const { path } = await tutorial()
    const watched = watchReads()
    const { closed, open } = gate()
    watched.gate = closed
    const all = Promise.all(Array.from({ length: 500 }, () => get(path)))
    await vi.waitFor(() => expect(watched.reads).toBe(1))
    await wait(300)
    open()
    const answers = await all
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    expect(new Set(answers.map((answer) => answer.headers.etag)).size).toBe(1)
    expect(watched.reads).toBe(1)
  })

  it('do not wait for one who left', async () => {
    const { path } = await tutorial()
    const watched = watchReads()
    const { closed, open } = gate()
    watched.gate = closed
    const { hostname, port } = new URL(site.url)
    const leaving = request({ hostname, port, path, agent: false })
    leaving.on('error', () => undefined)
    leaving.end()
    await vi.waitFor(() => expect(watched.reads).toBe(1))
    const waiting = Array.from({ length: 20 }, () => get(path))
    await wait(100)
    leaving.destroy()
    // One of those who wait begins anew; the others go on waiting for that one.
    await vi.waitFor(() => expect(watched.reads).toBe(2))
    open()
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual(Array(20).fill(200))
    expect(watched.reads).toBe(2)
  })

  it('all get an answer when there is no such page', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => get('/tutorials/nothing')))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([404]))
  })
})

describe('an edit', () => {
  it('is seen by the next request, on the page and in every list', async () => {
    const { id, path } = await tutorial()
    for (const place of [path, '/', '/tutorials/', '/feed.xml', '/sitemap.xml']) await get(place)
    await heard(() => writeTutorial(site.services, { slug: 'second', title: 'Brand new' }))
    for (const place of ['/', '/tutorials/', '/feed.xml']) expect((await get(place)).text, place).toContain('Brand new')
    await heard(() => changeSettings(site.services, id, { level: 'advanced' }))
    expect((await get(path)).text).toContain('Advanced')
  })

  it('is seen by whoever asks after it, even while the old page is still being made', async () => {
    const { id, path } = await tutorial()
    const watched = watchReads()
    const { closed, open } = gate()
    watched.gate = closed
    const before = get(path)
    await vi.waitFor(() => expect(watched.reads).toBe(1))
    await heard(() => changeSettings(site.services, id, { level: 'advanced' }))
    watched.gate = Promise.resolve()
    expect((await get(path)).text).toContain('Advanced')
    open()
    expect((await before).text).not.toContain('Advanced')
    // What was begun before the edit has not replaced what came after it.
    expect((await get(path)).text).toContain('Advanced')
    expect(watched.reads).toBe(2)
  })

  it('that takes a page away leaves no copy for bad times', async () => {
    const { id, path } = await tutorial()
    await get(path)
    const { entries } = site.cache.size()
    await heard(() => unpublishDocument(site.services, id))
    expect((await get(path)).status).toBe(404)
    expect(site.cache.size().entries).toBe(entries - 1)
  })
})
