import { readdirSync, readFileSync } from 'node:fs'
import nunjucks from 'nunjucks'
import { describe, expect, it } from 'vitest'

const templates = readdirSync('views', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk')).sort()
// Mails carry their own small style sheet: no policy of ours reaches a mail reader.
const pages = templates.filter((name) => !name.startsWith('emails/') && !/^layouts\/e?mail/.test(name))
const source = (name: string) => readFileSync(`views/${name}`, 'utf8')
const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader('views', { noCache: true }), { autoescape: true, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true })
environment.addGlobal('asset', (name: string) => `/assets/${name}`)

const MAY_TRUST_HTML = ['components/prose.njk', 'components/json-ld.njk']

describe('templates', () => {
  it.each(templates)('%s compiles, and what it imports is there', (name) => {
    expect(() => environment.getTemplate(name, true)).not.toThrow()
    for (const [, used] of source(name).matchAll(/{% (?:extends|include|from|import) "([^"]+)"/g)) expect(templates).toContain(used)
  })

  it.each(templates)('%s imports only macros that exist, and uses each', (name) => {
    for (const [, file, names] of source(name).matchAll(/{% from "([^"]+)" import ([\w, ]+) %}/g)) {
      for (const macro of (names ?? '').split(/, */)) {
        expect(source(file ?? '')).toContain(`macro ${macro}(`)
        expect(source(name).split(`${macro}(`).length, `${macro} is imported and not used`).toBeGreaterThan(1)
      }
    }
  })

  it('trust ready HTML in two components only', () => {
    const trusting = templates.filter((name) => /\|\s*safe\b|autoescape\s+false|SafeString/.test(source(name)))
    expect(trusting).toEqual([...MAY_TRUST_HTML].sort())
  })

  it.each(pages)('%s holds no inline script, style or handler, which the policy forbids', (name) => {
    const text = source(name)
    expect(text).not.toMatch(/\sstyle=|<style|\son[a-z]+="|javascript:/i)
    for (const [, attributes] of text.matchAll(/<script([^>]*)>/g)) expect(attributes).toMatch(/ src=|type="application\/ld\+json"/)
  })

  it.each(pages.filter((name) => /^[^/]+\/[a-z0-9-]+\.njk$/.test(name)))('%s says in its first line what it takes', (name) => {
    expect(source(name).split('\n')[0]).toMatch(/^{# .+ #}/)
  })

  it.each(pages)('%s has a label for every field that a reader fills in', (name) => {
    const text = source(name)
    for (const { 0: field, index } of text.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
      if (/type="(hidden|submit)"|aria-hidden|aria-label/.test(field)) continue
      const before = text.slice(0, index)
      const wrapped = before.lastIndexOf('<label') > before.lastIndexOf('</label>')
      const id = /\bid="([^"]*)"/.exec(field)?.[1]
      expect(wrapped || (id !== undefined && text.includes(`for="${id}"`)), field).toBe(true)
    }
  })
})
