import { Router } from 'express'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { listCoursesBy } from '../courses/queries.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import { slugParam } from '../platform/paging.ts'
import type { Services } from '../services.ts'
import { listTutorials } from '../tutorials/queries.ts'
import { listQuery } from '../tutorials/tutorial.ts'
import { authorAddress, authorPage, authorView } from './pages.ts'
import { findAuthor } from './queries.ts'

export function authorRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/authors/:slug', open, async (req, res) => {
    const accountId = viewer(res)?.id ?? null
    const author = await findAuthor(sql, slugParam(req.params.slug))
    const query = listQuery.parse({ page: req.query.page, author: author.slug })
    const [list, courses] = await Promise.all([listTutorials(sql, query, accountId), listCoursesBy(sql, author.slug, accountId)])
    await render(res, authorView, authorPage(author, { ...list, page: query.page }, courses, site), {
      tags: [tagsOf.list('tutorial'), tagsOf.list('course'), tagsOf.topics, tagsOf.authors, tagsOf.offers],
      address: authorAddress(author.slug, query.page),
    })
  })

  return router
}
