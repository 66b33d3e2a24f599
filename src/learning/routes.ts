import { Router } from 'express'
import { z } from 'zod'
import { idField } from '../content/document.ts'
import { signedIn } from '../platform/http/guards.ts'
import { knownViewer } from '../platform/http/viewer.ts'
import { NotFound } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import { completeDocument } from './complete-document.ts'

const completionInput = z.object({ wanted: z.enum(['on', 'off']) })

export function learningRoutes(services: Services): Router {
  const router = Router({ strict: true })

  router.post('/documents/:id/completion', signedIn, async (req, res) => {
    const id = idField.safeParse(req.params.id)
    if (!id.success) throw new NotFound()
    const { wanted } = completionInput.parse(req.body)
    const path = await completeDocument(services, id.data, knownViewer(res), wanted === 'on')
    // A script asked: it swaps the words itself.
    if (req.headers['sec-fetch-dest'] === 'empty') res.status(204).end()
    else res.redirect(303, path)
  })

  return router
}
