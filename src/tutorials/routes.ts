import { Router } from 'express'
import { siteInfo } from '../content/meta.ts'
import { tagsOf } from '../content/document.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { tutorialPage, tutorialsPage, tutorialsView, tutorialView } from './pages.ts'
import { findTutorial, listFacets, listRelated, listTutorials } from './queries.ts'
import { listQuery } from './tutorial.ts'

export function tutorialRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/tutorials/', open, async (req, res) => {
    const query = listQuery.parse(req.query)
    const [list, facets] = await Promise.all([listTutorials(sql, query, viewer(res)?.id ?? null), listFacets(sql, query)])
    await render(res, tutorialsView, tutorialsPage(list, facets, query, site), { tags: [tagsOf.list('tutorial'), tagsOf.topics, tagsOf.authors] })
  })

  router.get('/tutorials/:slug', open, async (req, res) => {
    const accountId = viewer(res)?.id ?? null
    const tutorial = await findTutorial(sql, req.path, accountId)
    const related = await listRelated(sql, tutorial.id, accountId)
    await render(res, tutorialView, tutorialPage(tutorial, related, viewer(res), site), {
      tags: [tagsOf.document(tutorial.id), tagsOf.list('tutorial'), tagsOf.topics, tagsOf.authors, tagsOf.offers],
    })
  })

  return router
}
