import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { chromiumPath } from '../support/machine.ts'
import { signInAs } from '../support/people.ts'
import type { Site } from '../support/site.ts'

/** No sandbox: CI runs as root. The rest keeps the browser from asking anybody but us. */
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Long enough for a busy machine; nothing waits for it when all is well. */
const PATIENCE = 20_000

/** Chromium says so on the console about every page that is an error page on purpose. */
const PAGE_STATUS = /^Failed to load resource: the server responded with a status of (403|404|409|410|422|429)/

export const PHONE = { width: 360, height: 740 }
export const DESK = { width: 1280, height: 900 }

export interface Visiting extends BrowserContextOptions {
  /** Signed in already. */
  as?: { id: string }
}

export interface Browsing {
  /** A new window with nothing kept from any other: its own cookies, its own storage. */
  visit(options?: Visiting): Promise<Page>
  /** Turns everybody of this test away before it ends; for tests that open many windows. */
  leave(): Promise<void>
  /** This test provokes such a line on the console. */
  forgive(line: RegExp): void
}

/**
 * One Chromium for a test file. Whatever anybody does in it, a test fails on an error or warning on the console, an uncaught
 * exception, a violation of the content security policy, a file that could not be loaded, and a request to another host.
 */
export function useBrowsing(site: Site): Browsing {
  let chrome: Browser | null = null
  const contexts: BrowserContext[] = []
  const complaints: string[] = []
  const forgiven: RegExp[] = []

  beforeAll(async () => {
    if (chromiumPath !== null) chrome = await chromium.launch({ executablePath: chromiumPath, args: ARGS })
  })

  const leave = async () => {
    for (const context of contexts.splice(0)) await context.close()
  }

  afterEach(async () => {
    await leave()
    const excused = forgiven.splice(0)
    expect(complaints.splice(0).filter((line) => !excused.some((pattern) => pattern.test(line)))).toEqual([])
  })

  afterAll(async () => {
    await chrome?.close()
  })

  const visit = async ({ as, ...options }: Visiting = {}): Promise<Page> => {
    if (chrome === null) throw new Error('There is no Chromium on this machine.')
    const context = await chrome.newContext({ baseURL: site.url, viewport: DESK, colorScheme: 'light', reducedMotion: 'reduce', serviceWorkers: 'block', ...options })
    contexts.push(context)
    context.setDefaultTimeout(PATIENCE)
    await listen(context, site.url, complaints)
    if (as !== undefined) {
      const [name = '', value = ''] = (await signInAs(site.database.db, as, site.services.clock)).split('=')
      await context.addCookies([{ name, value, url: site.url }])
    }
    return context.newPage()
  }

  return { visit, leave, forgive: (line) => void forgiven.push(line) }
}

async function listen(context: BrowserContext, home: string, complaints: string[]): Promise<void> {
  const pages = new Set<string>()
  const own = new URL(home).host

  context.on('request', (request) => {
    const { protocol, host } = new URL(request.url())
    if (!['data:', 'blob:'].includes(protocol) && host !== own) complaints.push(`asked another host: ${request.url()}`)
    if (request.isNavigationRequest()) pages.add(request.url())
  })
  context.on('requestfailed', (request) => {
    // A page that is left, or a download, ends its requests itself.
    const reason = request.failure()?.errorText ?? ''
    if (reason !== 'net::ERR_ABORTED') complaints.push(`could not be loaded: ${request.url()} (${reason})`)
  })
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    if (PAGE_STATUS.test(message.text()) && pages.has(message.location().url)) return
    complaints.push(`console, ${message.type()}: ${message.text()} (${message.page()?.url() ?? ''})`)
  })
  context.on('weberror', (error) => complaints.push(`uncaught: ${String(error.error())}`))
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`Content security policy: ${event.violatedDirective} forbids ${event.blockedURI}`)
    })
  })
}
