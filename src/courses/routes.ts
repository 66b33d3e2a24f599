import { Router } from 'express'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { listAddress, listQuery } from './course.ts'
import { canRead, coursePage, coursesPage, coursesView, courseView, lessonPage, lessonView, lockedLessonPage, lockedLessonView } from './pages.ts'
import { findCourse, findLesson, listCourses, listFacets } from './queries.ts'

export function courseRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)
  const lists = [tagsOf.list('course'), tagsOf.topics, tagsOf.authors, tagsOf.offers]

  router.get('/courses/', open, async (req, res) => {
    const query = listQuery.parse(req.query)
    const [list, facets] = await Promise.all([listCourses(sql, query, viewer(res)?.id ?? null), listFacets(sql, query)])
    // An empty list is not kept: anybody can make up a topic.
    await render(res, coursesView, coursesPage(list, facets, query, site), list.total === 0 ? {} : { tags: lists, address: listAddress(query) })
  })

  router.get('/courses/:slug', open, async (req, res) => {
    const course = await findCourse(sql, req.path, viewer(res)?.id ?? null)
    await render(res, courseView, coursePage(course, viewer(res), site), { tags: [tagsOf.document(course.id), ...lists] })
  })

  router.get('/courses/:course/:lesson', open, async (req, res) => {
    const lesson = await findLesson(sql, req.path, viewer(res)?.id ?? null)
    const tags = [tagsOf.document(lesson.id), tagsOf.document(lesson.course.id), tagsOf.offers]
    if (canRead(lesson)) await render(res, lessonView, lessonPage(lesson, viewer(res), site), { tags })
    else await render(res, lockedLessonView, lockedLessonPage(lesson, viewer(res), site), { tags })
  })

  return router
}
