import { pipeline } from 'node:stream/promises'
import { Router } from 'express'
import { NotFound } from '../platform/errors.ts'
import { open } from '../platform/http/guards.ts'
import type { Services } from '../services.ts'
import { mediaKey, servedType } from './media.ts'

/** Variants only: an original has no address. Variants never change, so every cache may keep them for good. */
export function mediaRoutes({ storage, log }: Services): Router {
  const router = Router()

  router.get<{ assetId: string; file: string }>('/media/:assetId/:file', open, async (req, res) => {
    const { assetId, file } = req.params
    const type = servedType(assetId, file)
    if (type === null) throw new NotFound()
    const etag = `"${assetId}-${file}"`
    const fresh = req.get('if-none-match') === etag
    const object = fresh ? null : await storage.stream(mediaKey(assetId, file))
    if (object === null && !fresh) throw new NotFound()
    res.set({
      'Content-Type': type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      ETag: etag,
      'X-Content-Type-Options': 'nosniff',
      // Opened by itself, a picture is a document: one that may do nothing.
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'Cross-Origin-Resource-Policy': 'cross-origin',
    })
    if (object === null) {
      res.status(304).end()
      return
    }
    res.set('Content-Length', String(object.bytes))
    if (req.method === 'HEAD') {
      object.body.destroy()
      res.end()
      return
    }
    // A reader who leaves is no failure of ours; a store that breaks off ends the connection, as half a picture should.
    await pipeline(object.body, res).catch((error: unknown) => log.debug({ err: error, file }, 'A picture was not sent to its end.'))
  })

  return router
}
