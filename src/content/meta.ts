import { jsonLd, type Meta } from '../platform/view.ts'

/** The site as page models need it: its name, and its address without a slash at the end. */
export interface SiteInfo {
  name: string
  url: string
}

export const siteInfo = (config: { site: { name: string }; baseUrl: string }): SiteInfo => ({ name: config.site.name, url: config.baseUrl })

export interface MetaOf {
  title: string
  description: string
  path: string
  /** The text's first home, when that is elsewhere. */
  canonicalUrl?: string | null
  /** The revision whose OpenGraph picture has been drawn. */
  cardRevisionId?: string | null
  robots?: string | null
  feed?: string | null
  jsonLd?: object | null
  type?: Meta['type']
}

/** A page's head. The site's own name ends every title, except where the page is the site. */
export function pageMeta(site: SiteInfo, page: MetaOf): Meta {
  return {
    title: page.path === '/' ? `${site.name}: ${page.title}` : `${page.title} · ${site.name}`,
    description: page.description,
    canonical: page.canonicalUrl ?? site.url + page.path,
    image: page.cardRevisionId === null || page.cardRevisionId === undefined ? null : cardAddress(site, page.cardRevisionId),
    robots: page.robots ?? null,
    feed: page.feed ?? null,
    jsonLd: page.jsonLd === null || page.jsonLd === undefined ? null : jsonLd(page.jsonLd),
    type: page.type ?? 'website',
  }
}

/** The OpenGraph picture that was drawn for a revision. */
export const cardAddress = (site: SiteInfo, revisionId: string): string => `${site.url}/cards/${revisionId}.png`

/** Structured data for the way to a page. */
export function breadcrumbList(site: SiteInfo, steps: readonly { text: string; href: string }[]): object {
  return {
    '@type': 'BreadcrumbList',
    itemListElement: steps.map((step, index) => ({ '@type': 'ListItem', position: index + 1, name: step.text, item: site.url + step.href })),
  }
}

export const person = (site: SiteInfo, author: { name: string; slug: string }): object => ({ '@type': 'Person', name: author.name, url: `${site.url}/authors/${author.slug}` })
