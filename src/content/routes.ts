import { Router, type ErrorRequestHandler } from 'express'
import { z } from 'zod'
import { NotFound } from '../platform/errors.ts'
import { Gone } from '../platform/http/errors.ts'
import { open } from '../platform/http/guards.ts'
import type { Services } from '../services.ts'
import { cardKey } from './draw-card.ts'
import { findRedirect } from './queries.ts'

const cardFile = z.string().regex(/^[0-9a-f-]{36}\.png$/)

export function contentRoutes({ storage }: Services): Router {
  const router = Router({ strict: true })

  router.get('/cards/:file', open, async (req, res) => {
    const file = cardFile.safeParse(req.params.file)
    const body = file.success ? await storage.read(cardKey(file.data.slice(0, -'.png'.length))) : null
    if (body === null) throw new NotFound()
    res.set({ 'Content-Type': 'image/png', 'Cache-Control': 'public, max-age=31536000, immutable', 'Cross-Origin-Resource-Policy': 'cross-origin' })
    res.end(body)
  })

  return router
}

/** Before "nothing here": was this an address once? Then the reader is sent on (301), or told that it is gone (410). */
export function oldAddresses({ sql }: Services): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    if (!(error instanceof NotFound) || (req.method !== 'GET' && req.method !== 'HEAD')) return next(error)
    const old = await findRedirect(sql, req.path)
    if (old === null) return next(error)
    if (old.path === null) return next(new Gone())
    // An old address may be given to something new one day: browsers ask again.
    res.set('Cache-Control', 'no-cache').redirect(301, old.path)
  }
}
