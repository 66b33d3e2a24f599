import { Router } from 'express'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { tutorialPage, tutorialsPage, tutorialsView, tutorialView } from './pages.ts'
import { findTutorial, listFacets, listRelated, listTutorials } from './queries.ts'
import { listAddress, listQuery } from './tutorial.ts'

/** What both pages show besides the text itself: change one of these, and they are made anew. */
const SHOWN = [tagsOf.list('tutorial'), tagsOf.topics, tagsOf.authors]

export function tutorialRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/tutorials/', open, async (req, res) => {
    const query = listQuery.parse(req.query)
    const [list, facets] = await Promise.all([listTutorials(sql, query, viewer(res)?.id ?? null), listFacets(sql, query)])
    // An empty list is not kept: anybody can make up a topic.
    await render(res, tutorialsView, tutorialsPage(list, facets, query, site), list.total === 0 ? {} : { tags: SHOWN, address: listAddress(query) })
  })

  router.get('/tutorials/:slug', open, async (req, res) => {
    const reader = viewer(res)
    const tutorial = await findTutorial(sql, req.path, reader?.id ?? null)
    const related = await listRelated(sql, tutorial.id, reader?.id ?? null)
    await render(res, tutorialView, tutorialPage(tutorial, related, reader, site), { tags: [tagsOf.document(tutorial.id), tagsOf.offers, ...SHOWN] })
  })

  return router
}
