import { tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { pageMeta, type SiteInfo } from '../content/meta.ts'
import { courseCard } from '../courses/cards.ts'
import type { ListedCourse } from '../courses/queries.ts'
import { initials } from '../platform/names.ts'
import { address, pagination } from '../platform/paging.ts'
import type { CourseCard, Image, Link, Pagination, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { counted } from '../platform/words.ts'
import { PER_PAGE } from '../tutorials/tutorial.ts'
import type { Author } from './queries.ts'

export interface AuthorPage {
  meta: Meta
  breadcrumbs: Link[]
  name: string
  role: string | null
  initials: string
  image: Image | null
  html: string | null
  links: Link[]
  count: string
  feedHref: string | null
  cards: TutorialCard[]
  pagination: Pagination | null
  courses: CourseCard[]
  empty: { title: string; text: string; action: Link | null } | null
}

export const authorView = view<AuthorPage>('authors/show.njk')

/** The one address of an author's page with this number. */
export const authorAddress = (slug: string, page: number): string => address(`/authors/${slug}`, { page: page === 1 ? null : page })

export function authorPage(author: Author, list: { tutorials: ListedTutorial[]; total: number; page: number }, courses: ListedCourse[], site: SiteInfo): AuthorPage {
  const path = `/authors/${author.slug}`
  const href = (page: number) => authorAddress(author.slug, page)
  return {
    meta: pageMeta(site, {
      title: author.name,
      description: author.headline || `Tutorials and courses by ${author.name}.`,
      path: href(list.page),
      feed: `${site.url}/feed.xml?author=${author.slug}`,
      jsonLd: { '@type': 'ProfilePage', mainEntity: { '@type': 'Person', name: author.name, description: author.headline, url: site.url + path } },
    }),
    breadcrumbs: [],
    name: author.name,
    role: author.headline === '' ? null : author.headline,
    initials: initials(author.name),
    image: null,
    html: author.bioHtml === '' ? null : author.bioHtml,
    links: [],
    count: counted(list.total, 'tutorial'),
    feedHref: `/feed.xml?author=${author.slug}`,
    cards: list.tutorials.map(tutorialCard),
    pagination: pagination({ label: 'Tutorials, pages', page: list.page, perPage: PER_PAGE, total: list.total, href }),
    courses: courses.map(courseCard),
    empty: list.tutorials.length > 0 || courses.length > 0 ? null : { title: 'Nothing published yet', text: 'The first text is being written.', action: { text: 'Show all tutorials', href: '/tutorials/' } },
  }
}
