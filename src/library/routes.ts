import { Router } from 'express'
import { siteInfo } from '../content/meta.ts'
import { listMyCourses } from '../courses/queries.ts'
import { signedIn } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { knownViewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { libraryQuery } from './library.ts'
import { libraryPage, libraryView } from './pages.ts'
import { listFinishedTutorials } from './queries.ts'

export function libraryRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/account/library', signedIn, async (req, res) => {
    const query = libraryQuery.parse(req.query)
    const { id } = knownViewer(res)
    const [mine, finished] = await Promise.all([listMyCourses(sql, id), listFinishedTutorials(sql, id, query.page)])
    await render(res, libraryView, libraryPage(mine, finished, query, site))
  })

  return router
}
