import type { Server } from 'node:http'
import { join } from 'node:path'
import { Router } from 'express'
import { createSessions } from '../../src/accounts/keep-sessions.ts'
import { createHttpServer } from '../../src/platform/http/server.ts'
import { createPageCache } from '../../src/platform/page-cache.ts'
import { root } from '../../src/platform/paths.ts'
import { createTemplates } from '../../src/platform/view.ts'
import type { Services } from '../../src/services.ts'

/** The real server around some features' routes. The assets are not built: their addresses are only names. */
export function serveRoutes(services: Services, ...routers: Router[]): Server {
  const { config, log, clock } = services
  return createHttpServer({
    baseUrl: config.baseUrl,
    anyHost: true,
    secure: config.secure,
    trustProxy: 0,
    log,
    sessions: createSessions(services),
    cache: createPageCache({ maxBytes: 1_000_000, clock }),
    assets: { url: (name) => `/assets/${name}`, find: () => undefined },
    templates: createTemplates({ folder: join(root, 'views'), globals: { asset: (name: string) => `/assets/${name}` } }),
    site: { name: config.site.name, tagline: config.site.tagline, url: config.baseUrl, themeColor: '#ffffff', sandbox: false, hue: 255 },
    postedByOthers: [],
    rawRoutes: Router(),
    routes: Router().use(...routers),
  })
}
