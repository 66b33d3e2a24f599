import type { RequestHandler } from 'express'
import { z } from 'zod'
import { Forbidden } from '../platform/errors.ts'
import { viewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { countForeign } from './queries.ts'

const TEXT = /^\/(?:tutorials|courses|lessons|pages)\/([0-9a-f-]{36})(?:\/|$)/
const SELECTION = /^\/(?:tutorials|courses|lessons|pages)\/selection$/
const SHARED = /^\/(?:topics|authors)(?:\/|$)/

const chosen = z.object({ id: z.preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(z.uuid())).catch([]) })

/**
 * What the role of an author promises: they write, and publish, what is theirs. Every post of theirs that names a text,
 * or a topic or byline that all share, is checked here, before any route of the admin sees it.
 */
export function onlyOwnTexts({ sql }: Services): RequestHandler {
  return async (req, res, next) => {
    const known = viewer(res)
    if (known?.role !== 'author' || req.method !== 'POST') return next()
    if (SHARED.test(req.path)) throw new Forbidden('Topics and bylines are shared: an editor changes them.')
    const named = TEXT.exec(req.path)?.[1]
    const ids = named !== undefined && z.uuid().safeParse(named).success ? [named] : SELECTION.test(req.path) ? chosen.parse(req.body).id : []
    if (ids.length > 0 && (await countForeign(sql, known.id, ids)) > 0) throw new Forbidden('This text is somebody else’s. Ask an editor, or have yourself added to its authors.')
    next()
  }
}
