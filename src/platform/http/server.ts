import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import type { Log } from '../log.ts'
import type { PageCache } from '../page-cache.ts'
import type { Templates } from '../view.ts'
import type { Assets } from './assets.ts'
import { oneAddress } from './canonical.ts'
import { nothingHere, showErrors, withoutSecrets } from './errors.ts'
import { front } from './front.ts'
import { securityHeaders } from './headers.ts'
import { refuseCrossSite } from './origin.ts'
import type { Rendering, Site } from './render.ts'
import { findViewer, sessionCookieName, type Sessions } from './viewer.ts'
import { Unavailable } from '../errors.ts'

export interface ServerParts {
  baseUrl: string
  /** Development without a BASE_URL: answer for any host. */
  anyHost: boolean
  secure: boolean
  trustProxy: number
  log: Log
  cache: PageCache
  assets: Assets
  templates: Templates
  site: Site
  sessions: Sessions
  /** Paths that outside services post to. */
  postedByOthers: readonly string[]
  /** Routes that need the body's bytes as they came, before anything parses them. */
  rawRoutes: RequestHandler
  routes: RequestHandler
}

/** Time limits: shared/reliability 3.3. Node's own defaults let a slow client hold a socket for minutes. */
const REQUEST_TIMEOUT = 20_000
const HEADERS_TIMEOUT = 10_000
const KEEP_ALIVE_TIMEOUT = 65_000
const HANDLER_BUDGET = 15_000

const FORM_LIMIT = '100kb'
/** Whole chapters of Markdown. */
const ADMIN_FORM_LIMIT = '3mb'

export function createHttpServer(parts: ServerParts): Server {
  const headers = securityHeaders({ secure: parts.secure, checkout: false })
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT, headersTimeout: HEADERS_TIMEOUT, keepAliveTimeout: KEEP_ALIVE_TIMEOUT, maxHeaderSize: 16_384 },
    front({
      assets: parts.assets,
      cache: parts.cache,
      headers,
      sessionCookie: sessionCookieName(parts.secure),
      host: parts.anyHost ? null : new URL(parts.baseUrl).host,
      onlyHttps: parts.secure && parts.trustProxy > 0,
      application: createApplication(parts, headers),
    }),
  )
  server.maxConnections = 5_000
  return server
}

function createApplication(parts: ServerParts, headers: ReturnType<typeof securityHeaders>): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('strict routing')
  app.set('trust proxy', parts.trustProxy === 0 ? false : parts.trustProxy)
  app.set('query parser', 'simple')
  const rendering: Rendering = { templates: parts.templates, cache: parts.cache, site: parts.site, headers }
  app.locals.rendering = rendering

  app.use(beginRequest(parts.log, headers))
  app.use(oneAddress({ baseUrl: parts.baseUrl, anyHost: parts.anyHost, behindProxy: parts.trustProxy > 0 }))
  app.use(refuseCrossSite({ baseUrl: parts.baseUrl, anyHost: parts.anyHost, except: parts.postedByOthers }))
  app.use(parts.rawRoutes)
  app.use(readForms)
  app.use(findViewer(parts.sessions, parts.secure))
  app.use(parts.routes)
  app.use(nothingHere)
  app.use(showErrors(parts.log))
  return app
}

const readForm = express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: 200 })
const readAdminForm = express.urlencoded({ extended: false, limit: ADMIN_FORM_LIMIT, parameterLimit: 2_000 })

/** `req.body` is always an object of strings and lists of strings. */
const readForms: RequestHandler = (req, res, next) => {
  const read = req.path.startsWith('/admin') ? readAdminForm : readForm
  read(req, res, (error?: unknown) => {
    req.body ??= {}
    next(error)
  })
}

/** Id, security headers, a time budget and one log line for every request that reaches the application. */
function beginRequest(log: Log, headers: readonly (readonly [string, string])[]): RequestHandler {
  return (req, res, next) => {
    const started = performance.now()
    const requestId = randomUUID()
    res.locals.requestId = requestId
    res.setHeader('X-Request-Id', requestId)
    for (const [name, value] of headers) res.setHeader(name, value)
    const budget = setTimeout(() => {
      if (!res.headersSent) next(new Unavailable('This took too long. Please try again.', { retryAfter: 5 }))
    }, HANDLER_BUDGET)
    res.on('close', () => {
      clearTimeout(budget)
      const ms = Math.round(performance.now() - started)
      log.info({ requestId, method: req.method, path: withoutSecrets(req.path), status: res.statusCode, ms }, 'request')
    })
    next()
  }
}
