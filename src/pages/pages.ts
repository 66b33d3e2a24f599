import { contentsOf } from '../content/cards.ts'
import { pageMeta, type SiteInfo } from '../content/meta.ts'
import type { Contents, Moment, Notice } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { moment } from '../platform/words.ts'
import type { PlainDocument } from './queries.ts'

export interface PlainPage {
  meta: Meta
  title: string
  lead: string | null
  updated: Moment | null
  contents: Contents[]
  notices: Notice[]
  html: string
}

export const plainView = view<PlainPage>('pages/show.njk')

export const plainPage = (page: PlainDocument, site: SiteInfo): PlainPage => ({
  meta: pageMeta(site, { title: page.title, description: page.summary || page.excerpt, path: page.path, canonicalUrl: page.canonicalUrl, cardRevisionId: page.cardRevisionId }),
  title: page.title,
  lead: page.summary === '' ? null : page.summary,
  updated: moment(page.updatedAt),
  contents: contentsOf(page.outline),
  notices: [],
  html: page.html,
})
