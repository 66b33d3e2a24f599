import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hasJava, javaPath } from '../support/machine.ts'
import { browser, browserOf, useSite, type Browser } from '../support/site.ts'
import { everyPage, type PageKind } from './every-page.ts'

const site = useSite({ payments: true, linked: true })
const checker = join(dirname(createRequire(import.meta.url).resolve('vnu-jar')), 'build', 'dist', 'vnu.jar')

interface Finding {
  type: string
  url: string
  lastLine?: number
  message: string
  extract?: string
}

/** The HTML of every page, by its name. */
async function everyHtml(): Promise<Map<string, string>> {
  const { reading, accounts, admin } = await everyPage(site)
  const windows = new Map<string | null, Browser>()
  const pages = new Map<string, string>()
  for (const kind of [...reading, ...accounts, ...admin]) {
    const window = windows.get(kind.as?.id ?? null) ?? (kind.as === null ? browser(site) : await browserOf(site, kind.as))
    windows.set(kind.as?.id ?? null, window)
    pages.set(kind.name, await html(window, kind))
  }
  return pages
}

async function html(window: Browser, { path, post, name }: PageKind): Promise<string> {
  const answer = post === undefined ? await window.get(path) : await window.post(path, post)
  expect([name, answer.status, answer.type], answer.headers.location).toEqual([name, expect.not.toSatisfy((status: number) => status >= 300 && status < 400), 'text/html'])
  return answer.text
}

/** What the W3C's checker calls an error, one line each. One Java for all files: it takes seconds to start. */
async function check(pages: Map<string, string>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-html-'))
  try {
    const names = [...pages.keys()]
    const files = names.map((_, index) => join(folder, `${index}.html`))
    await Promise.all([...pages.values()].map((text, index) => writeFile(files[index] ?? '', text)))
    const said = await new Promise<string>((resolve, reject) => {
      // It ends with 1 when there are errors; without an answer it has failed.
      execFile(javaPath ?? 'java', ['-jar', checker, '--errors-only', '--format', 'json', '--exit-zero-always', ...files], { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 }, (error, _out, err) => (error === null ? resolve(err) : reject(error)))
    })
    const { messages } = JSON.parse(said) as { messages: Finding[] }
    return messages.map(({ url, lastLine, message, extract }) => `${names[Number(/(\d+)\.html$/.exec(url)?.[1])] ?? url}, line ${lastLine ?? '?'}: ${message} ${extract?.replace(/\s+/g, ' ') ?? ''}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe.skipIf(!hasJava)('the HTML of every page', { timeout: 240_000 }, () => {
  it('is valid', async () => {
    expect(await check(await everyHtml())).toEqual([])
  })

  it('would be refused if it were not', async () => {
    expect(await check(new Map([['wrong', '<!doctype html><html lang="en"><title>x</title><p><div></p>']]))).not.toEqual([])
  })
})
