import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { deleteDocument } from '../../src/content/delete-document.ts'
import { changeSettings } from '../../src/content/change-settings.ts'
import { browserOf, useSite } from '../support/site.ts'
import { lin } from '../support/people.ts'
import { writeTutorial } from '../support/content.ts'
import { ask, type Answer, type Question } from './ask.ts'

const POSTED = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' }
const asset = (): string => `/assets/${(JSON.parse(readFileSync('dist/public/manifest.json', 'utf8')) as Record<string, string>)['css/site.css'] ?? ''}`

function expectSafe({ headers }: Answer, what: string): void {
  const policy = String(headers['content-security-policy'])
  for (const directive of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'self'"]) expect(policy, what).toContain(directive)
  expect(policy, what).not.toMatch(/unsafe-|https?:|\*|data:/)
  expect(headers, what).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': expect.stringContaining('camera=()') as unknown,
  })
  expect(headers['x-powered-by'], what).toBeUndefined()
  expect(headers.server, what).toBeUndefined()
}

describe('every kind of answer carries the security headers', () => {
  const site = useSite({ expectErrors: true })
  const get = (path: string, question: Question = {}) => ask(site.url, path, question)

  it.each<[number, string, Question?]>([
    [200, '/'], [200, '/tutorials/'], [200, '/search?q=a'], [200, '/sign-in'], [200, '/feed.xml'], [200, '/atom.xml'], [200, '/sitemap.xml'], [200, '/robots.txt'], [200, '/livez'], [200, '/readyz'],
    [301, '/tutorials'], [303, '/account'], [303, '/admin'], [404, '/nothing'], [404, '/assets/nothing.css'], [404, '/media/x/y'], [400, '/tutorials/%E0%A4%a'],
    [403, '/sign-out', { method: 'POST', headers: { 'Sec-Fetch-Site': 'cross-site' } }],
    [413, '/sign-in', { method: 'POST', headers: POSTED, body: `email=${'a'.repeat(200_000)}` }],
    [422, '/sign-in', { method: 'POST', headers: POSTED, body: 'email=nonsense' }],
    [415, '/sign-in', { method: 'POST', headers: { ...POSTED, 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-7' }, body: 'a=b' }],
    [404, '/', { method: 'PUT', headers: { 'Sec-Fetch-Site': 'same-origin' } }],
    [404, '/nothing', { headers: { Accept: 'application/json' } }],
  ])('%i %s', async (status, path, question) => {
    const answer = await get(path, question)
    expect(answer.status).toBe(status)
    expectSafe(answer, path)
  })

  it('files of the build', async () => {
    for (const question of [{}, { method: 'HEAD' }, { headers: { 'Accept-Encoding': 'br' } }, { headers: { 'If-None-Match': '*' } }]) expectSafe(await get(asset(), question), 'asset')
  })

  it('a page that is kept, one that has not changed, one that is gone, one that has moved', async () => {
    const [kept, gone, moved] = [await writeTutorial(site.services, { slug: 'kept' }), await writeTutorial(site.services, { slug: 'gone' }), await writeTutorial(site.services, { slug: 'moved' })]
    await deleteDocument(site.services, gone.id)
    await changeSettings(site.services, moved.id, { slug: 'moved-on' })
    await get(kept.path)
    const answers = [await get(kept.path), await get(kept.path, { headers: { 'If-None-Match': '*' } }), await get(gone.path), await get(moved.path)]
    expect(answers.map((answer) => answer.status)).toEqual([200, 304, 410, 301])
    for (const answer of answers) expectSafe(answer, String(answer.status))
  })

  it('too many requests', async () => {
    for (let count = 0; count < 60; count++) await get('/search?q=many')
    const answer = await get('/search?q=many')
    expect([answer.status, Number(answer.headers['retry-after']) > 0]).toEqual([429, true])
    expect(answer.text).toContain('Too many requests')
    expectSafe(answer, '429')
  })

  it('a bug, and a database that is away', async () => {
    for (const [error, status] of [[new Error('a secret detail'), 500], [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 503]] as const) {
      vi.spyOn(site.services.sql, 'rows').mockRejectedValue(error)
      const answer = await get('/tutorials/never-read')
      expect(answer.status).toBe(status)
      expectSafe(answer, String(status))
      vi.restoreAllMocks()
    }
  })

  it('a page for a member', async () => {
    const reader = await browserOf(site, await lin(site.database.db))
    const page = await reader.get('/account')
    expectSafe({ status: page.status, headers: page.headers, body: Buffer.alloc(0), text: page.text }, 'account')
  })
})

describe('on https', () => {
  const site = useSite({ env: { BASE_URL: 'https://learn.example' } })

  it('every answer asks for https for two years', async () => {
    for (const path of ['/', '/', '/tutorials', '/nothing', '/livez', asset(), '/sign-in']) {
      const { headers } = await ask(site.url, path, { headers: { Host: 'learn.example' } })
      expect(headers['strict-transport-security'], path).toBe('max-age=63072000; includeSubDomains')
      expect(headers['content-security-policy']).toContain('upgrade-insecure-requests')
    }
  })
})
