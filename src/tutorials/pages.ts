import { mayRead } from '../access/access.ts'
import { offerBox } from '../billing/offer.ts'
import { contentsOf, cover, levelShown, metaLine, tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { LEVELS } from '../content/document.ts'
import { breadcrumbList, pageMeta, person, type SiteInfo } from '../content/meta.ts'
import { initials } from '../platform/names.ts'
import { address, pagination } from '../platform/paging.ts'
import type { AuthorBox, Contents, CourseCard, FilterGroup, Image, Level, Link, MetaLine, Notice, Pagination, PriceBox, Step, Toggle, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { counted, numberText } from '../platform/words.ts'
import type { Facet, Tutorial } from './queries.ts'
import { PER_PAGE, type ListQuery, type Sort } from './tutorial.ts'

export interface TutorialPage {
  meta: Meta
  breadcrumbs: Link[]
  title: string
  lead: string | null
  about: MetaLine
  level: Level | null
  topics: Link[]
  notices: Notice[]
  image: Image | null
  contents: Contents[]
  html: string
  wall: { title: string; text: string; prices: PriceBox[]; signIn: Link | null } | null
  complete: Toggle | null
  bookmark: Toggle | null
  signIn: Link | null
  authors: AuthorBox[]
  previous: Step | null
  next: Step | null
  related: TutorialCard[]
  courses: CourseCard[]
}

export const tutorialView = view<TutorialPage>('tutorials/show.njk')

const HOME: Link = { text: 'Tutorials', href: '/tutorials/' }

/** A tutorial as this viewer may read it: whole, or its opening and what opens the rest. */
export function tutorialPage(tutorial: Tutorial, related: ListedTutorial[], viewer: Viewer | null, site: SiteInfo): TutorialPage {
  const readable = mayRead({ access: tutorial.access, preview: false }, tutorial.entitled)
  const signIn = `/sign-in?next=${encodeURIComponent(tutorial.path)}`
  return {
    meta: tutorialMeta(tutorial, site),
    breadcrumbs: [HOME],
    title: tutorial.title,
    lead: tutorial.summary === '' ? null : tutorial.summary,
    about: metaLine(tutorial),
    level: levelShown(tutorial.level),
    topics: tutorial.topics.map((topic) => ({ text: topic.name, href: `/topics/${topic.slug}` })),
    notices: [],
    image: cover(tutorial.cover, tutorial.coverAlt, '(min-width: 48rem) 44rem, 100vw'),
    contents: readable ? contentsOf(tutorial.outline) : [],
    html: readable ? tutorial.html : '',
    wall: readable ? null : wall(tutorial, viewer, signIn),
    complete: viewer !== null && readable ? { href: `/documents/${tutorial.id}/completion`, on: tutorial.completed } : null,
    bookmark: null,
    signIn: viewer === null && readable ? { text: 'Sign in to mark your place', href: signIn } : null,
    authors: tutorial.authors.map((author) => ({ name: author.name, href: `/authors/${author.slug}`, initials: initials(author.name), image: null, role: author.headline || null, bio: null })),
    previous: null,
    next: null,
    related: related.map(tutorialCard),
    courses: [],
  }
}

function wall(tutorial: Tutorial, viewer: Viewer | null, signIn: string): TutorialPage['wall'] {
  const members = tutorial.access === 'members'
  return {
    title: members ? 'The rest is for members' : 'The rest has to be bought',
    text: `${counted(tutorial.outline.filter((heading) => heading.level === 2).length, 'section')}, about ${tutorial.minutes} minutes to read.`,
    prices: tutorial.offers.map((offer) => offerBox(offer, { title: offer.productName, label: members ? 'Become a member' : 'Buy it', points: tutorial.outline.filter((heading) => heading.level === 2).map((heading) => heading.text) })),
    signIn: viewer === null ? { text: 'Sign in if it is yours already.', href: signIn } : null,
  }
}

function tutorialMeta(tutorial: Tutorial, site: SiteInfo): Meta {
  return pageMeta(site, {
    title: tutorial.title,
    description: tutorial.summary || tutorial.excerpt,
    path: tutorial.path,
    canonicalUrl: tutorial.canonicalUrl,
    cardRevisionId: tutorial.cardRevisionId,
    type: 'article',
    jsonLd: {
      '@graph': [
        {
          '@type': 'TechArticle',
          headline: tutorial.title,
          description: tutorial.summary || tutorial.excerpt,
          datePublished: tutorial.publishedAt.toISOString(),
          dateModified: tutorial.updatedAt.toISOString(),
          author: tutorial.authors.map((author) => person(site, author)),
          mainEntityOfPage: site.url + tutorial.path,
          isAccessibleForFree: tutorial.access === 'free',
          ...(tutorial.cardRevisionId === null ? {} : { image: `${site.url}/cards/${tutorial.cardRevisionId}.png` }),
        },
        breadcrumbList(site, [HOME, { text: tutorial.title, href: tutorial.path }]),
      ],
    },
  })
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

export function tutorialsPage(list: { tutorials: ListedTutorial[]; total: number }, facets: Facet[], query: ListQuery, site: SiteInfo): TutorialsPage {
  const filtered = query.topic !== null || query.level !== null || query.author !== null
  return {
    meta: pageMeta(site, {
      title: query.page === 1 ? 'Tutorials' : `Tutorials, page ${query.page}`,
      description: 'Practical tutorials with code that runs, by topic and level.',
      path: listAddress(query, {}),
      // One address per page of the plain list is worth finding; every mix of filters is not.
      robots: filtered || query.sort !== 'newest' ? 'noindex, follow' : null,
      feed: `${site.url}/feed.xml`,
    }),
    title: 'Tutorials',
    intro: 'Each one takes a single idea from the first line of code to something you can use today.',
    count: counted(list.total, 'tutorial'),
    feedHref: '/feed.xml',
    filters: filters(query, facets),
    cards: list.tutorials.map(tutorialCard),
    pagination: pagination({ label: 'Tutorials, pages', page: query.page, perPage: PER_PAGE, total: list.total, href: (page) => listAddress(query, { page }) }),
    empty: list.tutorials.length > 0 ? null : filtered
      ? { title: 'No tutorial fits these filters', text: 'Try fewer of them.', action: { text: 'Show all tutorials', href: '/tutorials/' } }
      : { title: 'No tutorials yet', text: 'The first one is being written.', action: null },
  }
}

/** The address of this list with some of its query changed; a change of filter starts at page one. */
function listAddress(query: ListQuery, change: Partial<ListQuery>): string {
  const next = { ...query, page: 'page' in change || Object.keys(change).length === 0 ? query.page : 1, ...change }
  const { topic, level, author } = next
  return address('/tutorials/', { topic, level, author, sort: next.sort === 'newest' ? null : next.sort, page: next.page === 1 ? null : next.page })
}

const SORT_WORDS: Record<Sort, string> = { newest: 'Newest', updated: 'Recently updated', shortest: 'Shortest', title: 'A to Z' }

function filters(query: ListQuery, facets: Facet[]): FilterGroup[] {
  const option = (text: string, change: Partial<ListQuery>, current: boolean, count: number | null) => ({ text, href: listAddress(query, change), current, count: count === null ? null : numberText(count) })
  const of = (kind: Facet['kind']) => facets.filter((facet) => facet.kind === kind)
  const levels = LEVELS.flatMap((level) => of('level').filter((facet) => facet.value === level).map(({ count }) => ({ level, count })))
  return [
    { label: 'Topic', options: [option('All', { topic: null }, query.topic === null, null), ...of('topic').map(({ value, label, count }) => option(label, { topic: value }, query.topic === value, count))] },
    { label: 'Level', options: [option('All', { level: null }, query.level === null, null), ...levels.map(({ level, count }) => option(levelShown(level)?.label ?? '', { level }, query.level === level, count))] },
    { label: 'Author', options: [option('All', { author: null }, query.author === null, null), ...of('author').map(({ value, label, count }) => option(label, { author: value }, query.author === value, count))] },
    { label: 'Order', options: (Object.keys(SORT_WORDS) as Sort[]).map((sort) => option(SORT_WORDS[sort], { sort }, query.sort === sort, null)) },
  ]
}
