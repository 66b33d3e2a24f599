import type { RequestListener } from 'node:http'
import { Router } from 'express'
import { myAccountRoutes } from './account/routes.ts'
import { accountRoutes } from './accounts/routes.ts'
import { adminRoutes } from './admin/routes.ts'
import { authorRoutes } from './authors/routes.ts'
import { billingRoutes, webhookRoutes } from './billing/routes.ts'
import { contentRoutes, oldAddresses } from './content/routes.ts'
import { learningShown } from './courses/learning.ts'
import { listMyCourses } from './courses/queries.ts'
import { courseRoutes } from './courses/routes.ts'
import { onlyOwnTexts } from './editing/middleware.ts'
import { editingRoutes } from './editing/routes.ts'
import { feedRoutes } from './feeds/routes.ts'
import { homeRoutes } from './home/routes.ts'
import { learningRoutes } from './learning/routes.ts'
import { libraryRoutes } from './library/routes.ts'
import { mailRoutes } from './mail/routes.ts'
import { mediaRoutes } from './media/routes.ts'
import { operationRoutes } from './operations/routes.ts'
import { pageRoutes } from './pages/routes.ts'
import { nothingHere } from './platform/http/errors.ts'
import { open } from './platform/http/guards.ts'
import type { Limits } from './platform/http/limits.ts'
import type { Sessions } from './platform/http/viewer.ts'
import { searchRoutes } from './search/routes.ts'
import type { Services } from './services.ts'
import { topicRoutes } from './topics/routes.ts'
import { tutorialRoutes } from './tutorials/routes.ts'

/** Posted to by outside services, who send no Origin of ours. */
export const postedByOthers = ['/webhooks/paddle'] as const

/** Routes that need the body's bytes as they came. */
export function rawRoutes(services: Services, { paymentPages }: { paymentPages: RequestListener | null }): Router {
  const router = Router({ strict: true })
  router.use(webhookRoutes(services))
  if (paymentPages !== null) router.use('/dev/payments', open, paymentPages)
  return router
}

/** The site map: every feature's routes, in the order in which they are asked. */
export function routes(services: Services, parts: { sessions: Sessions; limits: Limits; pace?: number }): Router {
  const router = Router({ strict: true })
  router.use(operationRoutes(services))
  router.use(homeRoutes(services))
  router.use(tutorialRoutes(services))
  router.use(courseRoutes(services))
  router.use(topicRoutes(services))
  router.use(authorRoutes(services))
  router.use(searchRoutes(services))
  router.use(feedRoutes(services))
  router.use(learningRoutes(services))
  router.use(libraryRoutes(services))
  router.use(accountRoutes(services, parts))
  router.use(myAccountRoutes(services, { ...parts, learning: async (viewer) => learningShown(await listMyCourses(services.sql, viewer.id)) }))
  router.use(billingRoutes(services, parts))
  router.use(contentRoutes(services))
  router.use(mediaRoutes(services))
  router.use(mailRoutes(services))
  router.use('/admin', onlyOwnTexts(services))
  router.use('/admin', adminRoutes(services, parts))
  router.use('/admin', editingRoutes(services, parts))
  router.use(pageRoutes(services))
  router.use(nothingHere)
  router.use(oldAddresses(services))
  return router
}
