import type { SiteInfo } from '../content/meta.ts'
import { view } from '../platform/view.ts'
import type { SitemapEntry } from './queries.ts'

export interface SitemapPage {
  entries: { url: string; changed: string | null }[]
}

export const sitemapView = view<SitemapPage>('feeds/sitemap.njk')

const LISTS = ['/', '/tutorials/', '/courses/', '/pricing']

export const sitemapPage = (entries: readonly SitemapEntry[], site: SiteInfo): SitemapPage => ({
  entries: [
    ...LISTS.map((path) => ({ url: site.url + path, changed: null })),
    ...entries.map((entry) => ({ url: site.url + entry.path, changed: entry.updatedAt === null ? null : entry.updatedAt.toISOString() })),
  ],
})

export interface RobotsPage {
  sitemap: string
}

export const robotsView = view<RobotsPage>('feeds/robots.njk')
