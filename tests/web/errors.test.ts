import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { useSite } from '../support/site.ts'
import { ask, type Question } from './ask.ts'

const site = useSite({ expectErrors: true })
const get = (path: string, question: Question = {}) => ask(site.url, path, question)
const POSTED = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' }

/** Bytes as they are, and whatever comes back until the line is closed. */
function raw(bytes: string): Promise<string> {
  const { port } = new URL(site.url)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes))
    socket.setTimeout(3_000, () => socket.destroy())
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(answer))
  })
}

describe('what goes wrong', () => {
  it('says what is not there, and helps to find it', async () => {
    const page = await get('/tutorials/nothing')
    expect(page.status).toBe(404)
    for (const text of ['There is nothing here', 'action="/search"', 'href="/tutorials/"', page.headers['x-request-id'], '<meta name="robots" content="noindex">']) expect(page.text).toContain(text)
  })

  it('is told in JSON to whoever asks for JSON', async () => {
    const answer = await get('/nothing', { headers: { Accept: 'application/json' } })
    expect(JSON.parse(answer.text)).toEqual({ error: { status: 404, message: 'There is no such page.', requestId: answer.headers['x-request-id'] } })
  })

  it('never shows its stack: the log has it, under the number that the page names', async () => {
    vi.spyOn(site.services.sql, 'rows').mockRejectedValue(new Error('a secret detail'))
    for (const headers of [{}, { Accept: 'application/json' }]) {
      const page = await get('/tutorials/never-read', { headers })
      expect(page.status).toBe(500)
      expect(page.text).not.toMatch(/secret|node_modules|\.ts:|at \w/)
      const id = String(page.headers['x-request-id'])
      expect(page.text).toContain(id)
      expect(site.lines.find((line) => line.requestId === id && line.level === 50)).toMatchObject({ err: { message: 'a secret detail', stack: expect.stringContaining('errors.test.ts') as unknown } })
    }
  })

  it('has a number of its own on each page', async () => {
    for (const [path, question, code] of [['/tutorials/nothing', {}, '404'], ['/tutorials/%E0%A4%a', {}, '400'], ['/sign-in', { method: 'POST', headers: POSTED, body: 'a'.repeat(200_000) }, '413']] as const) {
      const page = await get(path, question)
      expect([String(page.status), /error__code">(\d+)/.exec(page.text)?.[1]]).toEqual([code, code])
    }
  })

  it('is never worse than a page: bytes, bodies and headers that make no sense', async () => {
    const posts: Question[] = [
      { headers: POSTED, body: '%' }, { headers: POSTED, body: '\0\0\0' }, { headers: POSTED, body: 'a[b][c]=1&__proto__[x]=1&a=1&a=2' }, { headers: POSTED, body: 'x=1&'.repeat(5_000) }, { headers: POSTED, body: '' }, { headers: { ...POSTED, 'Content-Encoding': 'gzip' }, body: 'not gzip' },
      { headers: { ...POSTED, 'Content-Type': 'application/json' }, body: '{"email":{"not":""}}' }, { headers: { ...POSTED, 'Content-Type': 'multipart/form-data' }, body: 'x' }, { headers: { ...POSTED, 'Content-Type': 'nonsense' }, body: 'x' }, { headers: { 'Sec-Fetch-Site': 'same-origin' }, body: 'x' },
    ]
    for (const question of posts) {
      const { status } = await get('/sign-in', { method: 'POST', ...question })
      expect(status, String(question.body).slice(0, 20)).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
    for (const path of ['/topics/a%00b', '/authors/%00', '/tutorials/%00', '/courses/%00/%00', '/%00', '/documents/%00/completion', '/cards/%00.png', '/media/%00/%00', '/links/%00', `/${'a'.repeat(8_000)}`, '/topics/%F0%9F%98%80', '/authors/__proto__', '/constructor']) {
      const { status } = await get(path)
      expect([400, 404], `${path}: ${status}`).toContain(status)
    }
    expect(site.lines.filter((line) => line.level >= 50)).toEqual([])
  })

  it('does not bring the server down: header bombs and smuggled requests', async () => {
    const bombs = [
      'GET / HTTP/1.1\r\nHost: x\r\n__proto__: x\r\nconstructor: y\r\nConnection: close\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(100_000)}\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(2_500)}\r\n`,
      'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
      'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n',
      'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n', 'nonsense\r\n\r\n', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n',
    ]
    for (const bomb of bombs) expect(await raw(bomb), bomb.slice(0, 60)).toMatch(/^(HTTP\/1\.1 (200|4\d\d)|$)/)
    expect((await get('/livez')).status).toBe(200)
  })

  it('that is not asked for again: no error is kept by anybody', async () => {
    for (const path of ['/nothing', '/tutorials/%E0%A4%a', '/tutorials/?page=99']) expect((await get(path)).headers['cache-control'], path).toBe('no-store')
  })

  it('keeps the tokens of links out of the log', async () => {
    await get('/links/very-secret-token')
    await vi.waitFor(() => expect(site.lines.some((line) => line.msg === 'request')).toBe(true))
    expect(JSON.stringify(site.lines)).not.toContain('very-secret-token')
  })
})
