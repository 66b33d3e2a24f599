import { Router } from 'express'
import { siteInfo } from '../content/meta.ts'
import { open } from '../platform/http/guards.ts'
import { limitHere } from '../platform/http/limits.ts'
import { render } from '../platform/http/render.ts'
import { viewer } from '../platform/http/viewer.ts'
import type { Services } from '../services.ts'
import { listTopics } from '../topics/queries.ts'
import { searchPage, searchView } from './pages.ts'
import { searchDocuments, type Found } from './queries.ts'
import { searchQuery } from './search.ts'

const NOTHING: Found = { hits: [], total: 0, kinds: {} }

/** Enough for a person who is looking for something, too few for a scraper. */
const LIMIT = { name: 'search', count: 60, seconds: 60 }

export function searchRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = siteInfo(config)

  router.get('/search', open, limitHere(LIMIT), async (req, res) => {
    const query = searchQuery.parse(req.query)
    const [found, topics] = await Promise.all([query.q === '' ? NOTHING : searchDocuments(sql, query, viewer(res)?.id ?? null), listTopics(sql)])
    await render(res, searchView, searchPage(query, found, topics, site))
  })

  return router
}
