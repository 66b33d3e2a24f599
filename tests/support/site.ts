import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { createServer as createProbe, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import request from 'supertest'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { handlers } from '../../src/handlers.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { connect, type Database } from '../../src/platform/db.ts'
import { followInvalidations } from '../../src/platform/invalidation.ts'
import type { Limits } from '../../src/platform/http/limits.ts'
import type { PageCache } from '../../src/platform/page-cache.ts'
import type { Payments } from '../../src/ports/payments.ts'
import { disk } from '../../src/providers/disk/disk.ts'
import { outbox } from '../../src/providers/outbox/outbox.ts'
import { paddle } from '../../src/providers/paddle/paddle.ts'
import { sandboxPages } from '../../src/providers/sandbox/proxy-pages.ts'
import { startSandbox, type Sandbox } from '../../src/providers/sandbox/sandbox.ts'
import { sharpImages } from '../../src/providers/sharp/sharp.ts'
import { createServer } from '../../src/server.ts'
import type { Services } from '../../src/services.ts'
import { clearDatabase, testDatabase } from './database.ts'
import { signInAs } from './people.ts'
import { recordJobs, type RecordedJobs } from './recorded-jobs.ts'

const unlimited: Limits = { take: () => Promise.resolve() }

export interface Site {
  services: Services & { jobs: RecordedJobs }
  database: Database
  server: Server
  cache: PageCache
  /** Where it listens: `http://127.0.0.1:PORT`. */
  url: string
  /** The local Paddle; only with `payments: true`. */
  sandbox: Sandbox
  lines: { level: number; msg: string; [key: string]: unknown }[]
  /** Runs the real handlers of every job that was asked for, and of what those ask for. */
  work(): Promise<void>
}

export interface SiteOptions {
  env?: Record<string, string>
  /** Count and refuse, as in production. */
  limited?: boolean
  payments?: boolean
  /** Links in mail, on receipts and back from the checkout lead here, as a browser needs it, and not to the usual localhost:3000. */
  linked?: boolean
  clock?: Clock
  /** Error lines that a test provokes on purpose. */
  expectErrors?: boolean
}

/** The same server as `web.ts` listens with, on a real, empty database, with files in a temporary folder. */
export function useSite(options: SiteOptions = {}): Site {
  const site = {} as Site
  let folder: string
  let invalidations: { stop(): Promise<void> }
  const key = 'sandbox_key'
  const secret = 'pdl_ntfset_secret'

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lectern-site-'))
    const databaseUrl = await testDatabase()
    site.database = connect(databaseUrl, { max: 8, use: 'web', onError: () => undefined })
    site.lines = []
    const log = pino({ level: 'info' }, { write: (line: string) => void site.lines.push(JSON.parse(line) as Site['lines'][number]) })
    const clock = options.clock ?? systemClock
    const port = options.linked ? await freePort() : 0
    const address = `http://127.0.0.1:${port}`
    if (options.payments) {
      site.sandbox = await startSandbox({ ...(options.linked ? { publicUrl: `${address}/dev/payments`, shopUrls: [address] } : {}), store: null, port: 0, webhookUrl: null, webhookSecret: secret, apiKey: key, clock, log, completeAfter: 0, approveAfter: null })
    }
    const env = { NODE_ENV: 'test', DATABASE_URL: databaseUrl, DATA_DIR: folder, ...(options.linked ? { BASE_URL: address } : {}), ...(options.payments ? { PADDLE_API_KEY: key, PADDLE_ENVIRONMENT: site.sandbox.url, PADDLE_WEBHOOK_SECRETS: secret } : {}), ...options.env }
    const config = readConfig(env)
    const { db, sql, pool } = site.database
    site.services = { config, db, sql, clock, log, jobs: recordJobs(), mail: outbox(), storage: disk(join(folder, 'files')), images: sharpImages(), payments: options.payments ? paddle({ apiKey: key, environment: site.sandbox.url, webhookSecrets: [secret], clientToken: null, clock, ...(options.linked ? { pagesUrl: `${address}/dev/payments` } : {}) }) : none() }
    const { server, cache } = createServer(site.services, { pool, paymentPages: options.payments ? sandboxPages(site.sandbox.url, '/dev/payments') : null, pace: 0, ...(options.limited ? {} : { limits: unlimited }) })
    Object.assign(site, { server, cache })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    if (options.payments) site.sandbox.sendWebhooksTo(`${site.url}/webhooks/paddle`)
    site.work = () => site.services.jobs.drain(site.services, handlers)
    const follower = followInvalidations({ databaseUrl, cache, log })
    invalidations = follower
    await follower.listening
  })

  beforeEach(async () => {
    await clearDatabase()
    site.cache.invalidateAll()
    site.services.jobs.asked.length = 0
    site.lines.length = 0
  })

  afterEach(() => {
    if (!options.expectErrors) expect(site.lines.filter((line) => line.level >= 50)).toEqual([])
  })

  afterAll(async () => {
    await invalidations.stop()
    await new Promise((resolve) => {
      site.server.close(resolve)
      site.server.closeAllConnections()
    })
    await site.sandbox?.stop()
    await site.database.close()
    await rm(folder, { recursive: true, force: true })
  })

  return site
}

/** The address must be known before the server that has it is made. */
async function freePort(): Promise<number> {
  const probe = createProbe()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function none(): Payments {
  return new Proxy({} as Payments, { get: (_target, name) => () => Promise.reject(new Error(`This test has no payments: ${String(name)}`)) })
}

/** One person's browser: a cookie jar, and the headers that browsers send with forms. */
export function browser(site: Site, cookie?: string) {
  const jar = new Map<string, string>()
  const keep = (line: string) => {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(pair.slice(0, at))
    else jar.set(pair.slice(0, at), pair.slice(at + 1))
  }
  if (cookie !== undefined) keep(cookie)
  const remember = (res: request.Response) => {
    for (const line of (res.headers['set-cookie'] as unknown as string[] | undefined) ?? []) keep(line)
    return res
  }
  const headers = (more: Record<string, string>) => ({ ...(jar.size > 0 ? { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') } : {}), ...more })
  return {
    jar,
    get: async (path: string, more: Record<string, string> = {}) => remember(await request(site.url).get(path).redirects(0).set(headers(more))),
    post: async (path: string, form: Record<string, string | string[]>, more: Record<string, string> = {}) =>
      remember(await request(site.url).post(path).redirects(0).type('form').set(headers({ 'Sec-Fetch-Site': 'same-origin', ...more })).send(form)),
  }
}

export type Browser = ReturnType<typeof browser>

/** The browser of somebody who has signed in. */
export async function browserOf(site: Site, person: { id: string }): Promise<Browser> {
  return browser(site, await signInAs(site.database.db, person, site.services.clock))
}
