import { mayRead } from '../access/access.ts'
import { offerBox } from '../billing/offer.ts'
import { authorBox, contentsOf, cover, levelShown, levelWord, metaLine, tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { LEVELS } from '../content/document.ts'
import { breadcrumbList, cardAddress, pageMeta, person, type SiteInfo } from '../content/meta.ts'
import { filterGroup, offersChoice, orderGroup, pagination } from '../platform/paging.ts'
import type { AuthorBox, Contents, FilterGroup, Image, Level, Link, MetaLine, Pagination, PriceBox, Toggle, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { counted } from '../platform/words.ts'
import type { Facet, Tutorial } from './queries.ts'
import { isFiltered, listAddress, PER_PAGE, type ListQuery, type Sort } from './tutorial.ts'

const TUTORIALS: Link = { text: 'Tutorials', href: '/tutorials/' }

export interface TutorialPage {
  meta: Meta
  breadcrumbs: Link[]
  title: string
  lead: string | null
  about: MetaLine
  level: Level | null
  topics: Link[]
  image: Image | null
  contents: Contents[]
  /** Null when the viewer may not read it: then there is a wall. */
  html: string | null
  wall: Wall | null
  complete: Toggle | null
  signIn: Link | null
  authors: AuthorBox[]
  related: TutorialCard[]
}

interface Wall {
  title: string
  text: string
  prices: PriceBox[]
  signIn: Link | null
}

export const tutorialView = view<TutorialPage>('tutorials/show.njk')

/** A tutorial as this viewer may read it: its text, or what opens it. */
export function tutorialPage(tutorial: Tutorial, related: ListedTutorial[], viewer: Viewer | null, site: SiteInfo): TutorialPage {
  const readable = mayRead({ access: tutorial.access, preview: false }, tutorial.entitled)
  const signIn = (text: string): Link | null => (viewer === null ? { text, href: `/sign-in?next=${encodeURIComponent(tutorial.path)}` } : null)
  return {
    meta: tutorialMeta(tutorial, site),
    breadcrumbs: [TUTORIALS],
    title: tutorial.title,
    lead: tutorial.summary === '' ? null : tutorial.summary,
    about: metaLine(tutorial),
    level: levelShown(tutorial.level),
    topics: tutorial.topics.map((topic) => ({ text: topic.name, href: `/topics/${topic.slug}` })),
    image: cover(tutorial.cover, tutorial.coverAlt, '(min-width: 48rem) 44rem, 100vw'),
    contents: readable ? contentsOf(tutorial.outline) : [],
    html: readable ? tutorial.html : null,
    wall: readable ? null : wall(tutorial, signIn('Sign in if it is yours already.')),
    complete: readable && viewer !== null ? { href: `/documents/${tutorial.id}/completion`, on: tutorial.completed } : null,
    signIn: readable ? signIn('Sign in to mark your place') : null,
    authors: tutorial.authors.map(authorBox),
    related: related.map(tutorialCard),
  }
}

/** What stands in the text's place: what it holds, what it costs, and a way in for those who have it. */
function wall(tutorial: Tutorial, signIn: Link | null): Wall {
  const forMembers = tutorial.access === 'members'
  const sections = tutorial.outline.filter((heading) => heading.level === 2).map((heading) => heading.text)
  const size = [...(sections.length > 0 ? [counted(sections.length, 'section')] : []), `about ${counted(tutorial.minutes, 'minute')} to read`].join(', ')
  return {
    title: forMembers ? 'This tutorial is for members' : 'This tutorial has to be bought',
    text: tutorial.offers.length > 0 ? `${size}.` : `${size}. It is not for sale at the moment.`,
    prices: tutorial.offers.map((offer) => offerBox(offer, { title: offer.productName, label: forMembers ? 'Become a member' : 'Buy it', points: sections })),
    signIn,
  }
}

function tutorialMeta(tutorial: Tutorial, site: SiteInfo): Meta {
  const { title, path, canonicalUrl, cardRevisionId } = tutorial
  const free = tutorial.access === 'free'
  // The beginning of a text that is not free may not leak into what search engines and chats show.
  const description = tutorial.summary || (free ? tutorial.excerpt : `A tutorial of ${site.name}.`)
  const article = {
    '@type': 'TechArticle',
    headline: title,
    description,
    datePublished: tutorial.publishedAt.toISOString(),
    dateModified: tutorial.updatedAt.toISOString(),
    author: tutorial.authors.map((author) => person(site, author)),
    mainEntityOfPage: site.url + path,
    isAccessibleForFree: free,
    ...(cardRevisionId === null ? {} : { image: cardAddress(site, cardRevisionId) }),
  }
  return pageMeta(site, { title, description, path, canonicalUrl, cardRevisionId, type: 'article', jsonLd: { '@graph': [article, breadcrumbList(site, [TUTORIALS, { text: title, href: path }])] } })
}

export interface TutorialsPage {
  meta: Meta
  title: string
  intro: string | null
  count: string
  feedHref: string | null
  filters: FilterGroup[]
  cards: TutorialCard[]
  pagination: Pagination | null
  empty: { title: string; text: string; action: Link | null } | null
}

export const tutorialsView = view<TutorialsPage>('tutorials/index.njk')

/** One page of the list, with what it can be filtered by. Throws `NotFound` past the list's end. */
export function tutorialsPage(list: { tutorials: ListedTutorial[]; total: number }, facets: Facet[], query: ListQuery, site: SiteInfo): TutorialsPage {
  return {
    meta: pageMeta(site, {
      title: query.page === 1 ? 'Tutorials' : `Tutorials, page ${query.page}`,
      description: 'Practical tutorials with code that runs, by topic and level.',
      path: listAddress(query),
      // One address per page of the plain list is worth finding; every mix of filters is not.
      robots: isFiltered(query) || query.sort !== 'newest' ? 'noindex, follow' : null,
      feed: `${site.url}/feed.xml`,
    }),
    title: 'Tutorials',
    intro: 'Each one takes a single idea from the first line of code to something you can use today.',
    count: counted(list.total, 'tutorial'),
    feedHref: '/feed.xml',
    filters: filters(query, facets),
    cards: list.tutorials.map(tutorialCard),
    pagination: pagination({ label: 'Tutorials, pages', page: query.page, perPage: PER_PAGE, total: list.total, href: (page) => listAddress({ ...query, page }) }),
    empty: list.total === 0 ? nothing(query) : null,
  }
}

const nothing = (query: ListQuery): TutorialsPage['empty'] =>
  isFiltered(query)
    ? { title: 'No tutorial fits these filters', text: 'Try fewer of them.', action: { text: 'Show all tutorials', href: TUTORIALS.href } }
    : { title: 'No tutorials yet', text: 'The first one is being written.', action: null }

const SORT_WORDS: Record<Sort, string> = { newest: 'Newest', updated: 'Recently updated', shortest: 'Shortest', title: 'A to Z' }

function filters(query: ListQuery, facets: Facet[]): FilterGroup[] {
  const of = (kind: Facet['kind']) => facets.filter((facet) => facet.kind === kind)
  const href = (change: Partial<ListQuery>) => listAddress({ ...query, page: 1, ...change })
  const levels = LEVELS.map((level) => ({ value: level, text: levelWord(level), count: of('level').find((facet) => facet.value === level)?.count ?? 0 }))
  const groups = [
    filterGroup({ label: 'Topic', chosen: query.topic, choices: of('topic'), href: (topic) => href({ topic }) }),
    filterGroup({ label: 'Level', chosen: query.level, choices: levels, href: (level) => href({ level }) }),
    filterGroup({ label: 'Author', chosen: query.author, choices: of('author'), href: (author) => href({ author }) }),
    orderGroup({ chosen: query.sort, choices: SORT_WORDS, href: (sort) => href({ sort }) }),
  ]
  return groups.filter(offersChoice)
}
