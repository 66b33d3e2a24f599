import { levelWord, tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { LEVELS } from '../content/document.ts'
import { breadcrumbList, pageMeta, type SiteInfo } from '../content/meta.ts'
import { courseCard } from '../courses/cards.ts'
import type { ListedCourse } from '../courses/queries.ts'
import { address, filterGroup, offersChoice, pagination } from '../platform/paging.ts'
import type { CourseCard, FilterGroup, Link, Pagination, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { counted } from '../platform/words.ts'
import type { Facet } from '../tutorials/queries.ts'
import { PER_PAGE, type ListQuery } from '../tutorials/tutorial.ts'
import type { ListedTopic, Topic } from './queries.ts'

export interface TopicPage {
  meta: Meta
  breadcrumbs: Link[]
  title: string
  lead: string | null
  count: string
  feedHref: string | null
  start: TutorialCard[]
  filters: FilterGroup[]
  cards: TutorialCard[]
  pagination: Pagination | null
  empty: { title: string; text: string; action: Link | null } | null
  courses: CourseCard[]
  related: Link[]
}

export const topicView = view<TopicPage>('topics/show.njk')

const HOME: Link = { text: 'Tutorials', href: '/tutorials/' }

/** The one address of a topic's page at this level and number. */
export const topicAddress = (slug: string, { level, page }: Pick<ListQuery, 'level' | 'page'>): string =>
  address(`/topics/${slug}`, { level, page: page === 1 ? null : page })

export interface TopicRows {
  topic: Topic
  list: { tutorials: ListedTutorial[]; total: number }
  facets: Facet[]
  courses: ListedCourse[]
  others: ListedTopic[]
}

export function topicPage({ topic, list, facets, courses, others }: TopicRows, query: ListQuery, site: SiteInfo): TopicPage {
  const path = `/topics/${topic.slug}`
  const href = (change: Partial<ListQuery>) => topicAddress(topic.slug, { ...query, page: 1, ...change })
  const levels = LEVELS.map((level) => ({ value: level, text: levelWord(level), count: facets.find((facet) => facet.kind === 'level' && facet.value === level)?.count ?? 0 }))
  return {
    meta: pageMeta(site, {
      title: topic.name,
      description: topic.description || `Tutorials and courses about ${topic.name}.`,
      path: href({ page: query.page }),
      robots: query.level === null ? null : 'noindex, follow',
      feed: `${site.url}/feed.xml?topic=${topic.slug}`,
      jsonLd: breadcrumbList(site, [HOME, { text: topic.name, href: path }]),
    }),
    breadcrumbs: [HOME],
    title: topic.name,
    lead: topic.description === '' ? null : topic.description,
    count: counted(list.total, 'tutorial'),
    feedHref: `/feed.xml?topic=${topic.slug}`,
    start: [],
    filters: [filterGroup({ label: 'Level', chosen: query.level, choices: levels, href: (level) => href({ level }) })].filter(offersChoice),
    cards: list.tutorials.map(tutorialCard),
    pagination: pagination({ label: 'Tutorials, pages', page: query.page, perPage: PER_PAGE, total: list.total, href: (page) => href({ page }) }),
    empty: list.tutorials.length > 0 ? null : query.level === null
      ? { title: 'Nothing here yet', text: 'There is no tutorial on this topic so far.', action: { text: 'Show all tutorials', href: '/tutorials/' } }
      : { title: 'No tutorial at this level', text: 'Other levels may have what you look for.', action: { text: 'Show all levels', href: path } },
    courses: courses.map(courseCard),
    related: others.filter((other) => other.slug !== topic.slug).map((other) => ({ text: other.name, href: `/topics/${other.slug}` })),
  }
}
