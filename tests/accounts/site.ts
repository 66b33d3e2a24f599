import type { Server } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import request from 'supertest'
import { pino } from 'pino'
import { accountRoutes, type AccountParts } from '../../src/accounts/routes.ts'
import { createSessions } from '../../src/accounts/keep-sessions.ts'
import { myAccountRoutes } from '../../src/account/routes.ts'
import { readConfig } from '../../src/config.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { connect, type Database } from '../../src/platform/db.ts'
import { createHttpServer } from '../../src/platform/http/server.ts'
import { createLimits, type Limits } from '../../src/platform/http/limits.ts'
import { createPageCache } from '../../src/platform/page-cache.ts'
import { join } from 'node:path'
import { root } from '../../src/platform/paths.ts'
import { createTemplates } from '../../src/platform/view.ts'
import type { Services } from '../../src/services.ts'
import { Router } from 'express'
import { clearDatabase, testDatabase } from '../support/database.ts'

/** No limits, for tests that are about something else. */
const unlimited: Limits = { take: () => Promise.resolve() }

export interface TestClock extends Clock {
  move(ms: number): void
}

function testClock(): TestClock {
  let moment = Date.parse('2026-06-01T10:00:00Z')
  return { now: () => new Date(moment), move: (ms) => void (moment += ms) }
}

export interface Site {
  services: Services
  database: Database
  clock: TestClock
  server: Server
  /** What the log said, line by line. */
  lines: string[]
}

export interface SiteOptions {
  env?: Record<string, string>
  limited?: boolean
  parts?: Partial<AccountParts>
}

/** The real server with the accounts' pages on a real, empty database; outside ports throw when they are touched. */
export function useSite(options: SiteOptions = {}): Site {
  const site = {} as Site
  beforeAll(async () => {
    site.database = connect(await testDatabase(), { max: 8, use: 'web', onError: () => undefined })
  })
  beforeEach(async () => {
    await clearDatabase()
    site.clock = testClock()
    site.lines = []
    const log = pino({ level: 'info' }, { write: (line: string) => void site.lines.push(line) })
    const outside = new Proxy({}, { get: (_target, name) => () => Promise.reject(new Error(`Nothing outside may be reached: ${String(name)}`)) })
    const config = readConfig({ NODE_ENV: 'test', BASE_URL: 'http://lectern.test', ...options.env })
    const { db, sql, pool } = site.database
    site.services = { config, db, sql, clock: site.clock, log, jobs: { enqueue: () => Promise.resolve() }, mail: outside, payments: outside, storage: outside, images: outside } as unknown as Services
    const sessions = createSessions(site.services)
    const parts: AccountParts = { sessions, limits: options.limited ? createLimits(pool) : unlimited, pace: 0, ...options.parts }
    const routes = Router()
    routes.use(accountRoutes(site.services, parts))
    routes.use(myAccountRoutes(site.services, parts))
    site.server = createHttpServer({
      baseUrl: config.baseUrl, anyHost: false, secure: config.secure, trustProxy: config.trustProxy, log, sessions,
      cache: createPageCache({ maxBytes: 1_000_000, clock: site.clock }),
      assets: { url: (name) => `/assets/${name}`, find: () => undefined },
      templates: createTemplates({ folder: join(root, 'views'), globals: { asset: (name: string) => `/assets/${name}` } }),
      site: { name: config.site.name, tagline: config.site.tagline, url: config.baseUrl, themeColor: '#ffffff', sandbox: false, hue: 255 },
      postedByOthers: [], rawRoutes: Router(), routes,
    })
  })
  afterEach(() => {
    expect(site.lines.filter((line) => line.includes('"level":50') || line.includes('"level":60'))).toEqual([])
  })
  afterAll(() => site.database.close())
  return site
}

/** A browser: one cookie jar, the site's host. */
export function browser(site: Site, cookie?: string) {
  const { host } = new URL(site.services.config.baseUrl)
  const jar = new Map<string, string>()
  const keep = (header: string) => {
    const [pair = ''] = header.split(';')
    const at = pair.indexOf('=')
    if (/expires=Thu, 01 Jan 1970/i.test(header)) jar.delete(pair.slice(0, at))
    else jar.set(pair.slice(0, at), pair.slice(at + 1))
  }
  if (cookie !== undefined) keep(cookie)
  const header = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const remember = (res: request.Response) => {
    for (const line of (res.headers['set-cookie'] as unknown as string[] | undefined) ?? []) keep(line)
    return res
  }
  return {
    jar,
    get: async (path: string, headers: Record<string, string> = {}) => remember(await request(site.server).get(path).set({ Host: host, ...(jar.size > 0 ? { Cookie: header() } : {}), ...headers })),
    post: async (path: string, form: Record<string, string> | string, headers: Record<string, string> = {}) =>
      remember(await request(site.server).post(path).type('form').set({ Host: host, ...(jar.size > 0 ? { Cookie: header() } : {}), ...headers }).send(form)),
  }
}

export type Browser = ReturnType<typeof browser>

/** The mails to this address, oldest first. */
export const mailsTo = (site: Site, recipient: string) => site.database.db.mail.findMany({ where: { recipient }, orderBy: { createdAt: 'asc' } })

/** The path of the link in the newest mail to this address. */
export async function linkTo(site: Site, recipient: string): Promise<string> {
  const mail = (await mailsTo(site, recipient)).at(-1)
  const found = /https?:\/\/[^\s/]+(\/links\/\S+)/.exec(mail?.text ?? '')
  if (found === null) throw new Error(`No link was sent to ${recipient}.`)
  return found[1] as string
}
