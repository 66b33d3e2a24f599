import { describe, expect, it } from 'vitest'
import { canonicalPath } from '../../src/platform/http/canonical.ts'
import { useSite } from '../support/site.ts'
import { writeTutorial } from '../support/content.ts'
import { ask, type Question } from './ask.ts'

describe('an address', () => {
  const site = useSite()
  const to = async (path: string, question: Question = {}) => {
    const { status, headers } = await ask(site.url, path, question)
    return [status, headers.location]
  }

  it.each([
    ['/tutorials', '/tutorials/'], ['/courses', '/courses/'], ['/TUTORIALS', '/tutorials/'], ['/Tutorials/Loops', '/tutorials/loops'], ['/tutorials/loops/', '/tutorials/loops'], ['/tutorials/loops///', '/tutorials/loops'], ['//tutorials//loops', '/tutorials/loops'],
    ['/tutorials?topic=a&x=B', '/tutorials/?topic=a&x=B'], ['/Search?q=Big+Words', '/search?q=Big+Words'], ['/about/', '/about'], ['/account/', '/account'], ['/admin/', '/admin'],
    ['//evil.example', '/evil.example'], ['//evil.example/%2e%2e', '/evil.example/%2E%2E'], ['/\\evil.example', '/evil.example'], ['///evil.example//', '/evil.example'], ['/\\/\\evil.example', '/evil.example'], ['//evil.example@x/', '/evil.example@x'],
    ['/tutorials/caf%c3%a9', '/tutorials/caf%C3%A9'], ['/a%2fb/', '/a%2Fb'],
  ])('%s is sent to %s', async (path, address) => {
    expect(await to(path)).toEqual([301, address])
    expect(await to(path, { method: 'HEAD' })).toEqual([301, address])
    expect(new URL(address, 'https://learn.example').host).toBe('learn.example')
  })

  it('is never sent to another site, whatever is asked for', async () => {
    const tries = ['/%2f%2fevil.example', '/%5cevil.example', '/%2F/evil.example/', '/.//evil.example', '/..//evil.example', '/./evil.example/', '/;//evil.example', '/%09/evil.example/', '/%0d%0aLocation:%20//evil.example/', '/?//evil.example', '/tutorials//evil.example/', '/\\\\\\evil', 'http://evil.example/Tutorials', 'http://evil.example//x//']
    for (const path of tries) {
      const [status, location] = await to(path)
      expect([200, 301, 400, 404], path).toContain(status)
      if (location !== undefined) expect(new URL(String(location), 'https://learn.example').host, path).toBe('learn.example')
    }
  })

  it('is one and the same however often it is made canonical', () => {
    for (const path of ['/A//b/', '/\\x', '/tutorials', '/%2f', '//', '/', '/a%C3%a9/', '/topics']) expect(canonicalPath(canonicalPath(path))).toBe(canonicalPath(path))
  })

  it('of a file keeps its letters', async () => {
    expect(canonicalPath('/assets/css/Site-ABC.css')).toBe('/assets/css/Site-ABC.css')
    expect((await ask(site.url, '/assets/Nothing')).status).toBe(404)
  })

  it('is not moved under a form: what is posted arrives or is refused', async () => {
    expect((await to('/Documents/x/completion', { method: 'POST', headers: { 'Sec-Fetch-Site': 'same-origin' } }))[0]).not.toBe(301)
  })
})

describe('at home on https, behind a proxy', () => {
  const site = useSite({ env: { BASE_URL: 'https://learn.example', TRUST_PROXY: '1' } })
  const here = { Host: 'learn.example', 'X-Forwarded-Proto': 'https' }
  const get = (path: string, headers: Record<string, string>, method = 'GET') => ask(site.url, path, { method, headers })

  it('answers for its own host', async () => {
    const page = await get('/tutorials/', here)
    expect(page.status).toBe(200)
    expect(page.text).toContain('<link rel="canonical" href="https://learn.example/tutorials/">')
    expect(page.headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
  })

  it('sends readers of other hosts home, with their question', async () => {
    const page = await get('/Tutorials?topic=a', { ...here, Host: 'www.learn.example' })
    expect([page.status, page.headers.location]).toEqual([301, 'https://learn.example/tutorials/?topic=a'])
    expect((await get('//evil.example/x', { ...here, Host: 'evil.example' })).headers.location).toBe('https://learn.example/evil.example/x')
    expect((await get('/', { ...here, Host: 'learn.example.evil.example' })).headers.location).toBe('https://learn.example/')
  })

  it('refuses what is posted to another host', async () => {
    const answer = await get('/sign-in', { ...here, Host: 'evil.example', 'Sec-Fetch-Site': 'same-origin' }, 'POST')
    expect(answer.status).toBe(421)
    expect(answer.text).not.toContain('evil.example')
  })

  it('sends readers from http to https, even to pages that are kept', async () => {
    const { path } = await writeTutorial(site.services, { slug: 'loops' })
    expect((await get(path, here)).status).toBe(200)
    for (const proto of ['http', 'http, https', 'HTTP']) {
      const page = await get(`${path}?x=1`, { ...here, 'X-Forwarded-Proto': proto })
      expect([page.status, page.headers.location], proto).toEqual([301, 'https://learn.example/tutorials/loops?x=1'])
    }
  })

  it('never believes X-Forwarded-Host', async () => {
    const page = await get('/', { ...here, 'X-Forwarded-Host': 'evil.example' })
    expect([page.status, page.text.includes('evil.example')]).toEqual([200, false])
    expect((await get('/About/', { ...here, Host: 'x.example', 'X-Forwarded-Host': 'evil.example' })).headers.location).toBe('https://learn.example/about')
  })

  it('answers probes at whatever address they know', async () => {
    for (const probe of ['/livez', '/readyz']) expect((await get(probe, { Host: '10.0.0.7:3000' })).status).toBe(200)
  })
})
