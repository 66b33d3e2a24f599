import { Router } from 'express'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { listQuery as courseQuery } from '../courses/course.ts'
import { listCourses } from '../courses/queries.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import { slugParam } from '../platform/paging.ts'
import type { Services } from '../services.ts'
import { listFacets, listTutorials } from '../tutorials/queries.ts'
import { listQuery } from '../tutorials/tutorial.ts'
import { topicAddress, topicPage, topicView } from './pages.ts'
import { findTopic, listTopics } from './queries.ts'

export function topicRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/topics/', open, (_req, res) => res.redirect(301, '/tutorials/'))

  router.get('/topics/:slug', open, async (req, res) => {
    const accountId = viewer(res)?.id ?? null
    const topic = await findTopic(sql, slugParam(req.params.slug))
    const query = listQuery.parse({ page: req.query.page, level: req.query.level, topic: topic.slug })
    const [list, facets, courses, others] = await Promise.all([
      listTutorials(sql, query, accountId),
      listFacets(sql, query),
      listCourses(sql, courseQuery.parse({ topic: topic.slug }), accountId),
      listTopics(sql),
    ])
    await render(res, topicView, topicPage({ topic, list, facets, courses: courses.courses, others }, query, site), {
      tags: [tagsOf.list('tutorial'), tagsOf.list('course'), tagsOf.topics, tagsOf.authors, tagsOf.offers],
      address: topicAddress(topic.slug, query),
    })
  })

  return router
}
