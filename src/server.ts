import type { RequestListener, Server } from 'node:http'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { createSessions } from './accounts/keep-sessions.ts'
import { loadAssets } from './platform/http/assets.ts'
import { createLimits, type Limits } from './platform/http/limits.ts'
import type { Site } from './platform/http/render.ts'
import { createHttpServer } from './platform/http/server.ts'
import { createPageCache, type PageCache } from './platform/page-cache.ts'
import { root } from './platform/paths.ts'
import { createTemplates } from './platform/view.ts'
import { postedByOthers, rawRoutes, routes } from './routes.ts'
import type { Services } from './services.ts'

const CACHE_BYTES = 96 * 1024 * 1024

export interface ServerOptions {
  pool: Pool
  paymentPages: RequestListener | null
  /** Other numbers than the usual ones, where somebody has reason to. */
  limits?: Limits
  pace?: number
}

/** The whole web application around these services: what `web.ts` listens with, and what tests ask. */
export function createServer(services: Services, options: ServerOptions): { server: Server; cache: PageCache } {
  const { config, log, clock } = services
  const assets = loadAssets(join(root, 'dist', 'public'))
  const cache = createPageCache({ maxBytes: CACHE_BYTES, clock })
  const sessions = createSessions(services)
  const parts = { sessions, limits: options.limits ?? createLimits(options.pool), ...(options.pace === undefined ? {} : { pace: options.pace }) }
  const server = createHttpServer({
    baseUrl: config.baseUrl,
    anyHost: config.anyHost,
    secure: config.secure,
    trustProxy: config.trustProxy,
    log,
    cache,
    assets,
    templates: createTemplates({ folder: join(root, 'views'), globals: { asset: assets.url } }),
    site: siteFor(services),
    sessions,
    postedByOthers,
    rawRoutes: rawRoutes(services, options),
    routes: routes(services, parts),
  })
  return { server, cache }
}

function siteFor({ config }: Services): Site {
  return {
    name: config.site.name,
    tagline: config.site.tagline,
    url: config.baseUrl,
    themeColor: '#fbfaf7',
    sandbox: config.paddle !== null && config.paddle.environment !== 'live',
    hue: config.site.hue,
  }
}
