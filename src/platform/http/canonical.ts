import type { RequestHandler } from 'express'
import { AppError } from '../errors.ts'

/** Asked by machines at whatever address they know. */
const PROBES = new Set(['/livez', '/readyz'])

/** Lists end with a slash, everything else does not. */
const LISTS = new Set(['/tutorials', '/courses', '/topics'])

/** Addresses of files keep their letters. */
const EXACT = /^\/(assets|media)\//

/** One way to write each address: host, https, case, slashes. Everything else is sent there (301). */
export function oneAddress(options: { baseUrl: string; anyHost: boolean; behindProxy: boolean }): RequestHandler {
  const base = new URL(options.baseUrl)
  return (req, res, next) => {
    const reads = req.method === 'GET' || req.method === 'HEAD'
    const wrongHost = !options.anyHost && req.headers.host !== base.host && !PROBES.has(req.path)
    const wrongScheme = options.behindProxy && base.protocol === 'https:' && req.protocol.toLowerCase() !== 'https' && !PROBES.has(req.path)
    if (!reads) {
      if (wrongHost) throw new AppError(421, 'This server does not answer for that host.')
      return next()
    }
    const path = canonicalPath(req.path)
    if (path === req.path && !wrongHost && !wrongScheme) return next()
    const mark = req.originalUrl.indexOf('?')
    const query = mark === -1 ? '' : req.originalUrl.slice(mark)
    res.redirect(301, (wrongHost || wrongScheme ? base.origin : '') + path + query)
  }
}

export function canonicalPath(path: string): string {
  if (EXACT.test(path)) return path
  const bare = path.toLowerCase().replace(/%[0-9a-f]{2}/g, (code) => code.toUpperCase()).replace(/[/\\]{2,}/g, '/').replace(/(.)\/+$/, '$1')
  return LISTS.has(bare) ? `${bare}/` : bare
}
