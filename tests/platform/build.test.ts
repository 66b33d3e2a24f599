import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../src/platform/paths.ts'

const folder = join(root, 'dist', 'public')
const build = () => spawnSync(process.execPath, [join(root, 'scripts', 'build.js')], { encoding: 'utf8' })

describe('the build', { timeout: 60_000 }, () => {
  let manifest: Record<string, string>

  beforeAll(() => {
    const { status, stderr } = build()
    expect(status, stderr).toBe(0)
    manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, string>
  }, 60_000)

  it('has one style sheet for readers, one for staff and one for the outbox, without imports', () => {
    expect(Object.keys(manifest).filter((name) => name.endsWith('.css')).sort()).toEqual(['css/admin.css', 'css/outbox.css', 'css/site.css'])
    expect(readFileSync(join(folder, manifest['css/site.css']!), 'utf8')).not.toContain('@import')
  })

  it('has every file that a template asks for', () => {
    const templates = readdirSync(join(root, 'views'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk'))
    const asked = templates.flatMap((name) => [...readFileSync(join(root, 'views', name), 'utf8').matchAll(/asset\('([^']+)'\)/g)].map(([, file]) => file ?? ''))
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.filter((file) => manifest[file] === undefined)).toEqual([])
  })

  it('names every file after its content', () => {
    for (const [plain, hashed] of Object.entries(manifest)) {
      expect(hashed, plain).toMatch(/\.[0-9a-zA-Z]{8}\.[a-z0-9]+$/)
      expect(readFileSync(join(folder, hashed)).length, plain).toBeGreaterThan(0)
    }
  })

  it('compresses text beforehand, to exactly the same bytes', () => {
    const texts = Object.values(manifest).filter((name) => /\.(css|js|svg|txt)$/.test(name))
    expect(texts.length).toBeGreaterThan(2)
    for (const name of texts) {
      const plain = readFileSync(join(folder, name))
      expect(brotliDecompressSync(readFileSync(join(folder, `${name}.br`))).equals(plain), name).toBe(true)
      expect(gunzipSync(readFileSync(join(folder, `${name}.gz`))).equals(plain), name).toBe(true)
    }
  })

  it('leads from a style sheet only to files that exist', () => {
    const css = readFileSync(join(folder, manifest['css/site.css']!), 'utf8')
    const addresses = [...css.matchAll(/url\(["']?(\.\.\/[^"')]+)/g)].map(([, address]) => address!.replace('../', ''))
    expect(addresses.filter((name) => !Object.values(manifest).includes(name))).toEqual([])
  })

  it('does nothing when nothing has changed', () => {
    expect(build().stdout).toBe('Nothing to build: no input has changed.\n')
  })
})
