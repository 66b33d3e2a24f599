import { Router, type Response } from 'express'
import { z } from 'zod'
import { tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { open } from '../platform/http/guards.ts'
import { render, send } from '../platform/http/render.ts'
import { address, slugFilter } from '../platform/paging.ts'
import type { Services } from '../services.ts'
import { feedText } from './feed.ts'
import { robotsView, sitemapPage, sitemapView } from './pages.ts'
import { listFeedEntries, listSitemapEntries } from './queries.ts'

const feedQuery = z.object({ topic: slugFilter, author: slugFilter })

const TAGS = [tagsOf.list('tutorial'), tagsOf.list('course'), tagsOf.topics, tagsOf.authors]
const TYPES = { rss: 'application/rss+xml; charset=utf-8', atom: 'application/atom+xml; charset=utf-8' }

export function feedRoutes({ sql, config }: Services): Router {
  const router = Router({ strict: true })
  const site = { ...siteInfo(config), tagline: config.site.tagline }

  const sendFeed = async (res: Response, format: 'rss' | 'atom', path: string) => {
    const filter = feedQuery.parse(res.req.query)
    const entries = await listFeedEntries(sql, filter)
    const title = [site.name, filter.topic, filter.author].filter((part) => part !== null).join(' · ')
    const own = address(path, filter)
    await send(res, feedText(format, { site, title, path: own, entries }), { contentType: TYPES[format], ...(entries.length === 0 ? {} : { tags: TAGS, address: own }) })
  }

  router.get('/feed.xml', open, (_req, res) => sendFeed(res, 'rss', '/feed.xml'))
  router.get('/atom.xml', open, (_req, res) => sendFeed(res, 'atom', '/atom.xml'))

  router.get('/sitemap.xml', open, async (_req, res) => {
    const page = sitemapPage(await listSitemapEntries(sql), site)
    await render(res, sitemapView, page, { contentType: 'application/xml; charset=utf-8', tags: [...TAGS, tagsOf.list('lesson'), tagsOf.list('page')] })
  })

  router.get('/robots.txt', open, (_req, res) => render(res, robotsView, { sitemap: `${site.url}/sitemap.xml` }, { contentType: 'text/plain; charset=utf-8', tags: ['robots'] }))

  return router
}
