import { levelShown, tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { LEVELS, type Level as LevelName } from '../content/document.ts'
import { breadcrumbList, pageMeta, type SiteInfo } from '../content/meta.ts'
import { courseCard } from '../courses/cards.ts'
import type { ListedCourse } from '../courses/queries.ts'
import { address, pagination } from '../platform/paging.ts'
import type { CourseCard, FilterGroup, Link, Pagination, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { counted, numberText } from '../platform/words.ts'
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

export interface TopicRows {
  topic: Topic
  list: { tutorials: ListedTutorial[]; total: number }
  facets: Facet[]
  courses: ListedCourse[]
  others: ListedTopic[]
}

export function topicPage({ topic, list, facets, courses, others }: TopicRows, query: ListQuery, site: SiteInfo): TopicPage {
  const path = `/topics/${topic.slug}`
  const href = (change: Partial<Pick<ListQuery, 'level' | 'page'>>) => {
    const next = { level: query.level, page: 1, ...change }
    return address(path, { level: next.level, page: next.page === 1 ? null : next.page })
  }
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
    filters: [levelFilter(facets, query.level, (level) => href({ level }))],
    cards: list.tutorials.map(tutorialCard),
    pagination: pagination({ label: 'Tutorials, pages', page: query.page, perPage: PER_PAGE, total: list.total, href: (page) => href({ page }) }),
    empty: list.tutorials.length > 0 ? null : query.level === null
      ? { title: 'Nothing here yet', text: 'There is no tutorial on this topic so far.', action: { text: 'Show all tutorials', href: '/tutorials/' } }
      : { title: 'No tutorial at this level', text: 'Other levels may have what you look for.', action: { text: 'Show all levels', href: path } },
    courses: courses.map(courseCard),
    related: others.filter((other) => other.slug !== topic.slug).map((other) => ({ text: other.name, href: `/topics/${other.slug}` })),
  }
}

function levelFilter(facets: Facet[], current: LevelName | null, href: (level: LevelName | null) => string): FilterGroup {
  const countOf = (level: LevelName) => facets.find((facet) => facet.kind === 'level' && facet.value === level)?.count ?? 0
  const levels = LEVELS.filter((level) => countOf(level) > 0)
  return {
    label: 'Level',
    options: [
      { text: 'All', href: href(null), current: current === null, count: null },
      ...levels.map((level) => ({ text: levelShown(level)?.label ?? '', href: href(level), current: level === current, count: numberText(countOf(level)) })),
    ],
  }
}
