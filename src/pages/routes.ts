import { Router } from 'express'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import type { Services } from '../services.ts'
import { plainPage, plainView } from './pages.ts'
import { findPage } from './queries.ts'

/** About, terms, privacy and whatever else the owner writes. Mounted last: every other address comes first. */
export function pageRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/:slug', open, async (req, res) => {
    const page = await findPage(sql, req.path)
    await render(res, plainView, plainPage(page, site), { tags: [tagsOf.document(page.id)] })
  })

  return router
}
