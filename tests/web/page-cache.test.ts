import { describe, expect, it } from 'vitest'
import { createPageCache } from '../../src/platform/page-cache.ts'
import { cacheKey } from '../../src/platform/http/front.ts'

function open(maxBytes = 1_000_000) {
  const time = { now: new Date('2026-01-01T00:00:00Z') }
  const cache = createPageCache({ maxBytes, clock: { now: () => time.now } })
  cache.setHearing(true)
  const store = (key: string, tags: string[], body = `<p>${key}</p>`) => cache.store(key, body, { contentType: 'text/html', tags, since: cache.generation() })
  const good = (key: string) => {
    const entry = cache.get(key)
    return entry === undefined ? 'none' : cache.isGood(entry)
  }
  return { cache, store, good, time }
}

describe('the page cache', () => {
  it('marks what a change concerns, and nothing else', async () => {
    const { cache, store, good } = open()
    await store('/a', ['document:1', 'list'])
    await store('/b', ['document:2', 'list'])
    cache.invalidate(['document:1', 'unknown'])
    expect([good('/a'), good('/b')]).toEqual([false, true])
    cache.invalidate(['list'])
    expect(good('/b')).toBe(false)
    await store('/a', ['document:1'])
    expect(good('/a')).toBe(true)
  })

  it('does not trust a page during whose making something changed', async () => {
    const { cache, good } = open()
    const since = cache.generation()
    cache.invalidate(['anything'])
    await cache.store('/a', 'old', { contentType: 'text/html', tags: [], since })
    expect(good('/a')).toBe(false)
  })

  it('does not let an old page replace a new one', async () => {
    const { cache, store, good } = open()
    const since = cache.generation()
    cache.invalidate(['x'])
    await store('/a', ['x'], 'new')
    await cache.store('/a', 'old', { contentType: 'text/html', tags: ['x'], since })
    expect([good('/a'), cache.get('/a')?.bodies.identity.toString()]).toEqual([true, 'new'])
  })

  it('trusts nothing while it hears nothing, in the beginning too', async () => {
    const cache = createPageCache({ maxBytes: 1_000_000, clock: { now: () => new Date(0) } })
    const entry = await cache.store('/a', 'x', { contentType: 'text/html', tags: [], since: cache.generation() })
    expect(cache.isGood(entry)).toBe(false)
    const { cache: hearing, store, good } = open()
    await store('/a', [])
    hearing.setHearing(false)
    await store('/b', [])
    expect([good('/a'), good('/b')]).toEqual([false, false])
    hearing.setHearing(true)
    expect([good('/a'), good('/b')]).toEqual([false, false])
  })

  it('renders again after ten minutes, whatever happened', async () => {
    const { store, good, time } = open()
    await store('/a', [])
    time.now = new Date('2026-01-01T00:09:59Z')
    expect(good('/a')).toBe(true)
    time.now = new Date('2026-01-01T00:10:01Z')
    expect(good('/a')).toBe(false)
  })

  it('lets stale pages go out for a second after the database was lost', async () => {
    const { cache, store, good, time } = open()
    await store('/a', ['x'])
    cache.invalidateAll()
    cache.noteDatabaseLost()
    expect(good('/a')).toBe(true)
    time.now = new Date('2026-01-01T00:00:01.001Z')
    expect(good('/a')).toBe(false)
  })

  it('keeps within its budget, and forgets what was asked for least', async () => {
    const { cache, store } = open(200_000)
    const body = Buffer.from(Array.from({ length: 9_000 }, (_, index) => (index * 7919) % 251)).toString('base64')
    for (let index = 0; index < 40; index++) {
      await store(`/${index}`, ['list'], body + index)
      cache.get('/0')
      expect(cache.size().bytes).toBeLessThanOrEqual(200_000)
    }
    expect(cache.get('/0')).toBeDefined()
    expect(cache.get('/1')).toBeUndefined()
    await store('/huge', ['list'], 'x'.repeat(100_000))
    expect(cache.get('/huge')).toBeUndefined()
    cache.drop('/0')
    expect(cache.get('/0')).toBeUndefined()
  })
})

describe('the key of a page', () => {
  it.each([
    ['/', '/'], ['/tutorials/?b=1', '/tutorials/'], ['/tutorials/?level=a&topic=b', '/tutorials/?topic=b&level=a'], ['/a?page=1&page=2', '/a?page=1&page=2'], ['/a?topic=x%26page%3D2', '/a?topic=x%26page%3D2'], ['/developers', '/developers'], ['/a?', '/a'],
    ['/account', null], ['/account/x', null], ['/admin?x', null], ['/search?q=a', null], ['/assets/x.css', null], ['http://evil.example/a', null], ['*', null], ['/sign-in', null],
  ])('of %s is %s', (url, key) => {
    expect(cacheKey(url)).toBe(key)
  })
})
