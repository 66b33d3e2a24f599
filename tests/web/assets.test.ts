import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useSite } from '../support/site.ts'
import { ask } from './ask.ts'

const site = useSite()
const manifest = JSON.parse(readFileSync('dist/public/manifest.json', 'utf8')) as Record<string, string>
const addressOf = (name: string): string => `/assets/${manifest[name] ?? 'missing'}`

describe('a file of the build', () => {
  it('is kept for ever under an address with its hash', async () => {
    for (const name of Object.keys(manifest)) {
      const { status, headers, body } = await ask(site.url, addressOf(name))
      expect([status, headers['cache-control']], name).toEqual([200, 'public, max-age=31536000, immutable'])
      expect(body.equals(readFileSync(join('dist/public', manifest[name] ?? ''))), name).toBe(true)
      expect(headers['content-type'], name).not.toBe('application/octet-stream')
    }
  })

  it('comes compressed to whoever can read that', async () => {
    const path = addressOf('css/site.css')
    const plain = await ask(site.url, path)
    for (const encoding of ['br', 'gzip']) {
      const answer = await ask(site.url, path, { headers: { 'Accept-Encoding': encoding } })
      expect([answer.headers['content-encoding'], answer.headers.vary, answer.text === plain.text]).toEqual([encoding, 'Accept-Encoding', true])
      expect(answer.body.length).toBeLessThan(plain.body.length / 2)
    }
    expect((await ask(site.url, path, { headers: { 'Accept-Encoding': 'br;q=0' } })).headers['content-encoding']).toBeUndefined()
    // Pictures and fonts are compressed already.
    expect((await ask(site.url, addressOf('fonts/literata.woff2'), { headers: { 'Accept-Encoding': 'br' } })).headers['content-encoding']).toBeUndefined()
  })

  it('is not sent again, and HEAD tells its size', async () => {
    const path = addressOf('js/site.js')
    const { headers, body } = await ask(site.url, path)
    const again = await ask(site.url, path, { headers: { 'If-None-Match': String(headers.etag) } })
    expect([again.status, again.body.length]).toEqual([304, 0])
    const head = await ask(site.url, path, { method: 'HEAD' })
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(body.length)])
  })

  it('is not there under any other address, and nothing else of the disk is', async () => {
    const inside = readdirSync('dist/public')
    expect(inside).toContain('manifest.json')
    for (const path of ['/assets/manifest.json', '/assets/css/site.css', '/assets/', '/assets', '/assets/../../package.json', '/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/%2e%2e/package.json', '/assets/css/..%5c..%5cmanifest.json', `${addressOf('css/site.css')}.br`, `${addressOf('css/site.css')}.map`, '/assets/__proto__', '/assets/constructor', '/package.json', '/.env', '/.git/config', '/dist/web.js', '/node_modules/express/package.json']) {
      const { status, text } = await ask(site.url, path)
      expect([path, status]).toEqual([path, 404])
      expect(text).not.toContain('"dependencies"')
    }
  })
})
