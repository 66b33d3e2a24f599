import { Router } from 'express'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { listQuery as courseQuery } from '../courses/course.ts'
import { listCourses, listMyCourses } from '../courses/queries.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { listTopics } from '../topics/queries.ts'
import { listFeatured, listTutorials } from '../tutorials/queries.ts'
import { listQuery as tutorialQuery } from '../tutorials/tutorial.ts'
import { homePage, homeView } from './pages.ts'
import { countTexts } from './queries.ts'

export function homeRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = { ...siteInfo(config), tagline: config.site.tagline }

  router.get('/', open, async (_req, res) => {
    const accountId = viewer(res)?.id ?? null
    const [{ tutorials }, featured, { courses }, counts, topics, mine] = await Promise.all([
      listTutorials(sql, tutorialQuery.parse({}), accountId),
      listFeatured(sql, accountId),
      listCourses(sql, courseQuery.parse({}), accountId),
      countTexts(sql),
      listTopics(sql),
      accountId === null ? [] : listMyCourses(sql, accountId),
    ])
    await render(res, homeView, homePage({ tutorials, featured, courses, counts, topics, mine }, viewer(res), site), {
      tags: [tagsOf.list('tutorial'), tagsOf.list('course'), tagsOf.list('lesson'), tagsOf.topics, tagsOf.authors, tagsOf.offers],
    })
  })

  return router
}
