import { mayRead } from '../access/access.ts'
import { offerBox, type Offer } from '../billing/offer.ts'
import { authorBox, contentsOf, cover, levelShown, levelWord } from '../content/cards.ts'
import { ACCESSES, LEVELS } from '../content/document.ts'
import { breadcrumbList, pageMeta, person, type SiteInfo } from '../content/meta.ts'
import { filterGroup, offersChoice, orderGroup, pagination } from '../platform/paging.ts'
import type { AuthorBox, CourseCard, FilterGroup, Image, Level, Link, Notice, Outline, OutlineLesson, Pagination, PriceBox, Progress, Step, Toggle } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { counted, durationText } from '../platform/words.ts'
import { courseCard, progressShown } from './cards.ts'
import { isFiltered, lessonsOf, listAddress, neighbours, nextLesson, PER_PAGE, progressOf, totalMinutes, type ListQuery, type OutlinedLesson, type OutlinedSection, type Sort } from './course.ts'
import type { Course, Facet, Lesson, ListedCourse } from './queries.ts'

const HOME: Link = { text: 'Courses', href: '/courses/' }

export interface CoursePage {
  meta: Meta
  breadcrumbs: Link[]
  title: string
  lead: string | null
  facts: string[]
  level: Level | null
  notices: Notice[]
  image: Image | null
  html: string | null
  outcomes: string[]
  included: string[]
  audience: string[]
  outline: Outline
  outlineFacts: string
  teachers: AuthorBox[]
  progress: Progress | null
  resume: Link | null
  resumeHint: string | null
  prices: PriceBox[]
  bookmark: Toggle | null
  related: CourseCard[]
}

export const courseView = view<CoursePage>('courses/show.njk')

export function coursePage(course: Course, viewer: Viewer | null, site: SiteInfo): CoursePage {
  const lessons = lessonsOf(course.sections)
  const open = course.access === 'free' || course.entitled
  const progress = progressOf(course.sections)
  const facts = [counted(lessons.length, 'lesson'), durationText(totalMinutes(lessons))]
  return {
    meta: courseMeta(course, site),
    breadcrumbs: [HOME],
    title: course.title,
    lead: course.summary === '' ? null : course.summary,
    facts: [...facts, ...(course.access === 'free' ? ['Free'] : [])],
    level: levelShown(course.level),
    notices: notices(course, lessons, open),
    image: cover(course.cover, course.coverAlt, '(min-width: 60rem) 24rem, 100vw'),
    html: course.html === '' ? null : course.html,
    outcomes: course.outcomes,
    included: included(lessons),
    audience: course.audience,
    outline: outlineShown(course.sections, { open, currentId: null, contents: [] }),
    outlineFacts: [counted(course.sections.length, 'section'), ...facts].join(' · '),
    teachers: course.authors.map(authorBox),
    progress: viewer !== null && open && progress.done > 0 ? progressShown(course.title, progress) : null,
    ...resume(course, open),
    prices: open ? [] : priceBoxes(course.offers, course.sections),
    bookmark: null,
    related: [],
  }
}

function notices(course: Course, lessons: readonly OutlinedLesson[], open: boolean): Notice[] {
  const info = (text: string): Notice => ({ kind: 'info', title: null, text, link: null })
  return [
    ...(lessons.length === 0 ? [info('The first lessons are being written.')] : []),
    ...(!open && course.offers.length === 0 ? [info(NOT_FOR_SALE)] : []),
  ]
}

const NOT_FOR_SALE = 'It is not for sale at the moment.'

function included(lessons: readonly OutlinedLesson[]): string[] {
  const previews = lessons.filter((lesson) => lesson.preview).length
  return [
    `${counted(lessons.length, 'lesson')}, ${durationText(totalMinutes(lessons))} of reading`,
    'All code, ready to copy',
    ...(previews > 0 ? [`${counted(previews, 'lesson')} to try before you buy`] : []),
  ]
}

/** Where to begin or go on, for whoever may. */
function resume(course: Course, open: boolean): Pick<CoursePage, 'resume' | 'resumeHint'> {
  const first = lessonsOf(course.sections)[0]
  if (!open || first === undefined) return { resume: null, resumeHint: null }
  const { done, total } = progressOf(course.sections)
  if (done === total) return { resume: { text: 'Read it again', href: first.path }, resumeHint: null }
  const next = nextLesson(course.sections) ?? first
  return { resume: { text: done === 0 ? 'Begin the course' : 'Go on', href: next.path }, resumeHint: next.title }
}

/** Bought once, or open to members for as long as they are. */
function priceBoxes(offers: readonly Offer[], sections: readonly OutlinedSection[]): PriceBox[] {
  const size = counted(lessonsOf(sections).length, 'lesson')
  return offers.map((offer) =>
    offer.interval === null
      ? offerBox(offer, { title: 'Own this course', label: 'Buy this course', points: [size, 'Yours for ever, with every update', 'Refund within 30 days'] })
      : offerBox(offer, { title: offer.productName, label: 'Become a member', points: [size, 'And everything else that is for members', 'For as long as you are a member'] }),
  )
}

function outlineShown(sections: readonly OutlinedSection[], options: { open: boolean; currentId: string | null; contents: OutlineLesson['contents'] }): Outline {
  return {
    sections: sections.map((section, index) => ({
      title: section.title === '' ? null : section.title,
      facts: `${counted(section.lessons.length, 'lesson')} · ${durationText(totalMinutes(section.lessons))}`,
      lessons: section.lessons.map((lesson, place) => ({
        number: `${index + 1}.${place + 1}`,
        title: lesson.title,
        href: lesson.path,
        minutes: durationText(lesson.minutes),
        kind: 'text',
        state: lesson.id === options.currentId ? 'current' : lesson.completed ? 'done' : options.open || lesson.preview ? 'open' : 'locked',
        completed: lesson.completed,
        preview: lesson.preview && !options.open,
        contents: lesson.id === options.currentId ? options.contents : [],
      })),
    })),
  }
}

function courseMeta(course: Course, site: SiteInfo): Meta {
  const offer = course.offers[0]
  return pageMeta(site, {
    title: course.title,
    description: course.summary || course.excerpt,
    path: course.path,
    canonicalUrl: course.canonicalUrl,
    cardRevisionId: course.cardRevisionId,
    jsonLd: {
      '@graph': [
        {
          '@type': 'Course',
          name: course.title,
          description: course.summary || course.excerpt,
          url: site.url + course.path,
          provider: { '@type': 'Organization', name: site.name, url: site.url },
          author: course.authors.map((author) => person(site, author)),
          hasCourseInstance: { '@type': 'CourseInstance', courseMode: 'online', courseWorkload: `PT${Math.max(1, totalMinutes(lessonsOf(course.sections)))}M` },
          offers: { '@type': 'Offer', category: course.access === 'free' ? 'Free' : 'Paid', ...(offer === undefined ? {} : { price: minorToMajor(offer), priceCurrency: offer.currency }) },
        },
        breadcrumbList(site, [HOME, { text: course.title, href: course.path }]),
      ],
    },
  })
}

/** Structured data wants "49.00", not cents. */
function minorToMajor(offer: Offer): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: offer.currency }).resolvedOptions().maximumFractionDigits ?? 2
  return (Number(offer.amount) / 10 ** digits).toFixed(digits)
}

export interface LessonPage {
  meta: Meta
  course: { title: string; href: string; progress: Progress | null }
  outline: Outline
  place: string
  title: string
  facts: string[]
  preview: { text: string; link: Link } | null
  notices: Notice[]
  html: string
  resources: { text: string; href: string; hint: string | null }[]
  complete: Toggle | null
  bookmark: Toggle | null
  signIn: Link | null
  previous: Step | null
  next: Step | null
}

export const lessonView = view<LessonPage>('courses/lesson.njk')

export const canRead = (lesson: Lesson): boolean => mayRead({ access: lesson.course.access, preview: lesson.preview }, lesson.entitled)

export function lessonPage(lesson: Lesson, viewer: Viewer | null, site: SiteInfo): LessonPage {
  const { course } = lesson
  const open = course.access === 'free' || lesson.entitled
  const { place, total, previous, next } = neighbours(lesson.sections, lesson.id)
  const progress = progressOf(lesson.sections)
  return {
    meta: lessonMeta(lesson, site),
    course: { title: course.title, href: course.path, progress: viewer !== null && progress.done > 0 ? progressShown(course.title, progress) : null },
    outline: outlineShown(lesson.sections, { open, currentId: lesson.id, contents: contentsOf(lesson.outline) }),
    place: `Lesson ${place} of ${total}`,
    title: lesson.title,
    facts: [durationText(lesson.minutes)],
    preview: open ? null : { text: 'This lesson is a free preview.', link: { text: 'See the whole course', href: course.path } },
    notices: [],
    html: lesson.html,
    resources: [],
    complete: viewer === null ? null : { href: `/documents/${lesson.id}/completion`, on: lesson.completed },
    bookmark: null,
    signIn: viewer === null ? { text: 'Sign in to keep your place', href: `/sign-in?next=${encodeURIComponent(lesson.path)}` } : null,
    previous: previous === null ? null : { text: previous.title, href: previous.path, hint: 'Previous lesson' },
    next: next === null ? null : { text: next.title, href: next.path, hint: `Next lesson · ${durationText(next.minutes)}` },
  }
}

export interface LockedLessonPage {
  meta: Meta
  course: { title: string; href: string; progress: Progress | null }
  outline: Outline
  place: string
  title: string
  facts: string[]
  teaser: string | null
  reason: string
  prices: PriceBox[]
  signIn: Link | null
  preview: Link | null
}

export const lockedLessonView = view<LockedLessonPage>('courses/locked.njk')

/** What somebody sees who may not open it: title, teaser, outline, price and a way in; never the text. */
export function lockedLessonPage(lesson: Lesson, viewer: Viewer | null, site: SiteInfo): LockedLessonPage {
  const { course } = lesson
  const { place, total } = neighbours(lesson.sections, lesson.id)
  const preview = lessonsOf(lesson.sections).find((other) => other.preview)
  return {
    meta: lessonMeta(lesson, site),
    course: { title: course.title, href: course.path, progress: null },
    outline: outlineShown(lesson.sections, { open: false, currentId: lesson.id, contents: [] }),
    place: `Lesson ${place} of ${total}`,
    title: lesson.title,
    facts: [durationText(lesson.minutes)],
    teaser: lesson.summary === '' ? null : lesson.summary,
    reason: [course.access === 'members' ? 'This lesson is for members.' : `This lesson belongs to the course “${course.title}”.`, ...(lesson.offers.length === 0 ? [NOT_FOR_SALE] : [])].join(' '),
    prices: priceBoxes(lesson.offers, lesson.sections),
    signIn: viewer === null ? { text: 'Sign in if it is yours already', href: `/sign-in?next=${encodeURIComponent(lesson.path)}` } : null,
    preview: preview === undefined ? null : { text: 'Read a free lesson first', href: preview.path },
  }
}

/** The description is the summary alone: a paid lesson's text may not leak into it. */
function lessonMeta(lesson: Lesson, site: SiteInfo): Meta {
  const { course } = lesson
  const open = course.access === 'free' || lesson.preview
  return pageMeta(site, {
    title: `${lesson.title} · ${course.title}`,
    description: lesson.summary || (open ? lesson.excerpt : `A lesson of the course ${course.title}.`),
    path: lesson.path,
    canonicalUrl: lesson.canonicalUrl,
    cardRevisionId: lesson.cardRevisionId,
    type: 'article',
    jsonLd: breadcrumbList(site, [HOME, { text: course.title, href: course.path }, { text: lesson.title, href: lesson.path }]),
  })
}

export interface CoursesPage {
  meta: Meta
  title: string
  intro: string | null
  count: string
  filters: FilterGroup[]
  cards: CourseCard[]
  pagination: Pagination | null
  empty: { title: string; text: string; action: Link | null } | null
}

export const coursesView = view<CoursesPage>('courses/index.njk')

export function coursesPage(list: { courses: ListedCourse[]; total: number }, facets: Facet[], query: ListQuery, site: SiteInfo): CoursesPage {
  return {
    meta: pageMeta(site, {
      title: query.page === 1 ? 'Courses' : `Courses, page ${query.page}`,
      description: 'Courses that carry you from the first lesson to the end.',
      path: listAddress(query),
      robots: isFiltered(query) || query.sort !== 'newest' ? 'noindex, follow' : null,
    }),
    title: 'Courses',
    intro: 'Longer journeys, lesson by lesson, at your own pace.',
    count: counted(list.total, 'course'),
    filters: filters(query, facets),
    cards: list.courses.map(courseCard),
    pagination: pagination({ label: 'Courses, pages', page: query.page, perPage: PER_PAGE, total: list.total, href: (page) => listAddress({ ...query, page }) }),
    empty: list.total === 0 ? nothing(query) : null,
  }
}

const nothing = (query: ListQuery): CoursesPage['empty'] =>
  isFiltered(query)
    ? { title: 'No course fits these filters', text: 'Try fewer of them.', action: { text: 'Show all courses', href: HOME.href } }
    : { title: 'No courses yet', text: 'The first one is being written.', action: { text: 'Read a tutorial', href: '/tutorials/' } }

const SORT_WORDS: Record<Sort, string> = { newest: 'Newest', title: 'A to Z', shortest: 'Shortest' }
const ACCESS_WORDS = { free: 'Free', members: 'For members', paid: 'To buy' } as const

function filters(query: ListQuery, facets: Facet[]): FilterGroup[] {
  const of = (kind: Facet['kind']) => facets.filter((facet) => facet.kind === kind)
  const countOf = (kind: Facet['kind'], value: string) => of(kind).find((facet) => facet.value === value)?.count ?? 0
  const href = (change: Partial<ListQuery>) => listAddress({ ...query, page: 1, ...change })
  const levels = LEVELS.map((level) => ({ value: level, text: levelWord(level), count: countOf('level', level) }))
  const prices = ACCESSES.map((access) => ({ value: access, text: ACCESS_WORDS[access], count: countOf('access', access) }))
  const groups = [
    filterGroup({ label: 'Topic', chosen: query.topic, choices: of('topic'), href: (topic) => href({ topic }) }),
    filterGroup({ label: 'Level', chosen: query.level, choices: levels, href: (level) => href({ level }) }),
    filterGroup({ label: 'Price', chosen: query.access, choices: prices, href: (access) => href({ access }) }),
    orderGroup({ chosen: query.sort, choices: SORT_WORDS, href: (sort) => href({ sort }) }),
  ]
  return groups.filter(offersChoice)
}
