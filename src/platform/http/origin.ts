import type { RequestHandler } from 'express'
import { Forbidden } from '../errors.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses posts that another site's page makes in a visitor's name. Browsers say where a request comes from
 * (Sec-Fetch-Site, or Origin in older ones), so pages need no token and can be cached. A client that sends neither
 * is not a browser and carries nobody's cookies unawares.
 */
export function refuseCrossSite(options: { baseUrl: string; anyHost: boolean; except: readonly string[] }): RequestHandler {
  const ours = new URL(options.baseUrl).origin
  return (req, _res, next) => {
    if (SAFE.has(req.method) || options.except.includes(req.path)) return next()
    const site = req.headers['sec-fetch-site']
    if (site !== undefined) {
      if (site === 'same-origin' || site === 'none') return next()
      throw new Forbidden('This form was sent from another site.')
    }
    const { origin } = req.headers
    if (origin === undefined || origin === ours || (options.anyHost && origin === `http://${req.headers.host}`)) return next()
    throw new Forbidden('This form was sent from another site.')
  }
}
