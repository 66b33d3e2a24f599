import { readdirSync, readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const LAYERS = ['reset', 'tokens', 'base', 'components', 'pages', 'utilities']
const files = readdirSync('public/css').filter((name) => name.endsWith('.css'))
const source = (name: string) => readFileSync(`public/css/${name}`, 'utf8')

describe('the style sheet', () => {
  it.each(files)('%s opens with its layer', (name) => {
    const opening = /^@layer ([\w, ]+?)\s*[{;]/.exec(source(name))?.[1]?.split(/, */) ?? []
    expect(opening.length).toBeGreaterThan(0)
    expect(LAYERS).toEqual(expect.arrayContaining(opening))
  })

  it('names the layers in one order', () => {
    expect(source('site.css').split('\n')[0]).toBe(`@layer ${LAYERS.join(', ')};`)
  })

  it.each(files)('%s uses no token that does not exist', (name) => {
    const known = new Set(files.flatMap((file) => [...source(file).matchAll(/(--[\w-]+)\s*:/g)].map(([, token]) => token)))
    const unknown = [...source(name).matchAll(/var\((--[\w-]+)\s*\)/g)].map(([, token]) => token).filter((token) => !known.has(token))
    expect(unknown).toEqual([])
  })

  it('stays under 14 KB on the wire, and the scripts of every page under 6 KB', async () => {
    expect(await wireSize('public/css/site.css')).toBeLessThan(14 * 1024)
    expect(await wireSize('public/js/site.js')).toBeLessThan(6 * 1024)
  })
})

async function wireSize(entry: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entry], bundle: true, minify: true, write: false, format: 'esm', external: ['*.woff2', '*.svg', '*.png'],
    target: ['chrome111', 'firefox113', 'safari16.4'], logLevel: 'silent',
  })
  return brotliCompressSync(outputFiles[0]?.contents ?? new Uint8Array()).length
}
