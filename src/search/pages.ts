import { levelShown, levelWord } from '../content/cards.ts'
import { LEVELS, type Kind } from '../content/document.ts'
import { pageMeta, type SiteInfo } from '../content/meta.ts'
import { address, filterGroup, offersChoice, orderGroup, pagination } from '../platform/paging.ts'
import type { FilterGroup, Link, Pagination } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { counted, durationText } from '../platform/words.ts'
import type { ListedTopic } from '../topics/queries.ts'
import type { Found, Hit } from './queries.ts'
import { KINDS, MOST_PAGES, PER_PAGE, snippetParts, type SearchQuery, type SnippetPart, type Sort } from './search.ts'

export interface SearchPage {
  meta: Meta
  query: string
  title: string
  count: string | null
  hidden: { name: string; value: string }[]
  filters: FilterGroup[]
  suggestion: Link | null
  results: { kind: string; title: SnippetPart[]; href: string; place: string | null; snippet: SnippetPart[]; facts: string[] }[]
  pagination: Pagination | null
  empty: { title: string; tips: string[] } | null
  links: { title: string; items: Link[] } | null
}

export const searchView = view<SearchPage>('search/results.njk')

const KIND_WORDS: Record<Kind, { one: string; many: string }> = {
  tutorial: { one: 'Tutorial', many: 'Tutorials' },
  course: { one: 'Course', many: 'Courses' },
  lesson: { one: 'Lesson', many: 'Lessons' },
  page: { one: 'Page', many: 'Pages' },
}

export function searchPage(query: SearchQuery, found: Found, topics: ListedTopic[], site: SiteInfo): SearchPage {
  const asked = query.q !== ''
  const results = found.hits.map(result)
  return {
    meta: pageMeta(site, {
      title: asked ? `Results for “${query.q}”` : 'Search',
      description: 'Search every tutorial, course and lesson, text and code.',
      path: '/search',
      robots: 'noindex, follow',
    }),
    query: query.q,
    title: asked ? `Results for “${query.q}”` : 'Search',
    count: asked ? counted(found.total, 'result') : null,
    hidden: Object.entries({ kind: query.kind, topic: query.topic, level: query.level }).flatMap(([name, value]) => (value === null ? [] : [{ name, value }])),
    filters: asked ? filters(query, found, topics) : [],
    suggestion: null,
    results,
    pagination: asked ? pagination({ label: 'Results, pages', page: query.page, perPage: PER_PAGE, total: Math.min(found.total, MOST_PAGES * PER_PAGE), href: (page) => searchAddress({ ...query, page }) }) : null,
    empty: asked && results.length === 0 ? { title: `Nothing was found for “${query.q}”`, tips: tips(query) } : null,
    links: results.length > 0 ? null : { title: 'Or begin with a topic', items: topics.map((topic) => ({ text: topic.name, href: `/topics/${topic.slug}` })) },
  }
}

function result(hit: Hit): SearchPage['results'][number] {
  const level = levelShown(hit.level)
  return {
    kind: KIND_WORDS[hit.kind].one,
    title: [{ text: hit.title, hit: false }],
    href: hit.anchor === null ? hit.path : `${hit.path}#${hit.anchor}`,
    place: [hit.courseTitle === null ? null : `in ${hit.courseTitle}`, hit.heading === null ? null : `under “${hit.heading}”`].filter((part) => part !== null).join(', ') || null,
    snippet: snippetParts(hit.snippet),
    facts: [durationText(hit.minutes), ...(level === null ? [] : [level.label]), ...(hit.locked ? [hit.access === 'members' ? 'For members' : 'To buy'] : [])],
  }
}

function tips(query: SearchQuery): string[] {
  return [
    'Check the spelling, or try fewer words.',
    ...(query.kind !== null || query.topic !== null || query.level !== null ? ['Take a filter away.'] : []),
    'Put words in “quotes” to find them side by side; -word leaves a word out.',
  ]
}

const searchAddress = ({ q, kind, topic, level, sort, page }: SearchQuery): string =>
  address('/search', { q, kind, topic, level, sort: sort === 'relevance' ? null : sort, page: page === 1 ? null : page })

const SORT_WORDS: Record<Sort, string> = { relevance: 'Best match', newest: 'Newest' }

function filters(query: SearchQuery, found: Found, topics: ListedTopic[]): FilterGroup[] {
  const href = (change: Partial<SearchQuery>) => searchAddress({ ...query, page: 1, ...change })
  const groups = [
    filterGroup({ label: 'Kind', chosen: query.kind, choices: KINDS.map((kind) => ({ value: kind, text: KIND_WORDS[kind].many, count: found.kinds[kind] ?? 0 })), href: (kind) => href({ kind }) }),
    filterGroup({ label: 'Topic', chosen: query.topic, choices: topics.map((topic) => ({ value: topic.slug, text: topic.name, count: null })), href: (topic) => href({ topic }) }),
    filterGroup({ label: 'Level', chosen: query.level, choices: LEVELS.map((level) => ({ value: level, text: levelWord(level), count: null })), href: (level) => href({ level }) }),
    orderGroup({ chosen: query.sort, choices: SORT_WORDS, href: (sort) => href({ sort }) }),
  ]
  return groups.filter(offersChoice)
}
