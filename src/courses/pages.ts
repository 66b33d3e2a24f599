import { mayRead } from '../access/access.ts'
import { offerBox, type Offer } from '../billing/offer.ts'
import { contentsOf, cover, levelShown } from '../content/cards.ts'
import { ACCESSES, LEVELS } from '../content/document.ts'
import { breadcrumbList, pageMeta, person, type SiteInfo } from '../content/meta.ts'
import { initials } from '../platform/names.ts'
import { address, pagination } from '../platform/paging.ts'
import type { AuthorBox, CourseCard, FilterGroup, Image, Level, Link, Notice, Outline, OutlineLesson, Pagination, PriceBox, Progress, Step, Toggle } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { counted, durationText, numberText } from '../platform/words.ts'
import { courseCard, progressShown } from './cards.ts'
import { lessonsOf, neighbours, nextLesson, PER_PAGE, progressOf, totalMinutes, type ListQuery, type OutlinedLesson, type OutlinedSection, type Sort } from './course.ts'
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
    notices: lessons.length === 0 ? [{ kind: 'info', title: null, text: 'The first lessons are being written.', link: null }] : [],
    image: cover(course.cover, course.coverAlt, '(min-width: 60rem) 24rem, 100vw'),
    html: course.html === '' ? null : course.html,
    outcomes: course.outcomes,
    included: included(lessons),
    audience: course.audience,
    outline: outlineShown(course.sections, { open, currentId: null, contents: [] }),
    outlineFacts: [counted(course.sections.length, 'section'), ...facts].join(' · '),
    teachers: course.authors.map((author) => ({ name: author.name, href: `/authors/${author.slug}`, initials: initials(author.name), image: null, role: author.headline || null, bio: null })),
    progress: viewer !== null && open && progress.done > 0 ? progressShown(course.title, progress) : null,
    ...resume(course, open),
    prices: open ? [] : priceBoxes(course.offers, course.sections),
    bookmark: null,
    related: [],
  }
}

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

function priceBoxes(offers: readonly Offer[], sections: readonly OutlinedSection[]): PriceBox[] {
  const points = [counted(lessonsOf(sections).length, 'lesson'), 'Yours for ever, with every update', 'Refund within 30 days']
  return offers.map((offer) => offerBox(offer, { title: offer.interval === null ? 'Own this course' : offer.productName, label: 'Buy this course', points }))
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
          offers: { '@type': 'Offer', category: course.access === 'free' ? 'Free' : 'Paid', ...(offer === undefined ? { price: 0, priceCurrency: 'USD' } : { price: minorToMajor(offer), priceCurrency: offer.currency }) },
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
    reason: course.access === 'members' ? 'This lesson is for members.' : `This lesson belongs to the course “${course.title}”.`,
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
  const filtered = query.topic !== null || query.level !== null || query.access !== null
  return {
    meta: pageMeta(site, {
      title: query.page === 1 ? 'Courses' : `Courses, page ${query.page}`,
      description: 'Courses that carry you from the first lesson to the end.',
      path: listAddress(query, {}),
      robots: filtered || query.sort !== 'newest' ? 'noindex, follow' : null,
    }),
    title: 'Courses',
    intro: 'Longer journeys, lesson by lesson, at your own pace.',
    count: counted(list.total, 'course'),
    filters: filters(query, facets),
    cards: list.courses.map(courseCard),
    pagination: pagination({ label: 'Courses, pages', page: query.page, perPage: PER_PAGE, total: list.total, href: (page) => listAddress(query, { page }) }),
    empty: list.courses.length > 0 ? null : filtered
      ? { title: 'No course fits these filters', text: 'Try fewer of them.', action: { text: 'Show all courses', href: '/courses/' } }
      : { title: 'No courses yet', text: 'The first one is being written.', action: { text: 'Read a tutorial', href: '/tutorials/' } },
  }
}

function listAddress(query: ListQuery, change: Partial<ListQuery>): string {
  const next = { ...query, page: 'page' in change || Object.keys(change).length === 0 ? query.page : 1, ...change }
  return address('/courses/', { topic: next.topic, level: next.level, access: next.access, sort: next.sort === 'newest' ? null : next.sort, page: next.page === 1 ? null : next.page })
}

const SORT_WORDS: Record<Sort, string> = { newest: 'Newest', title: 'A to Z', shortest: 'Shortest' }
const ACCESS_WORDS = { free: 'Free', members: 'For members', paid: 'To buy' } as const

function filters(query: ListQuery, facets: Facet[]): FilterGroup[] {
  const option = (text: string, change: Partial<ListQuery>, current: boolean, count: number | null) => ({ text, href: listAddress(query, change), current, count: count === null ? null : numberText(count) })
  const countOf = (kind: Facet['kind'], value: string) => facets.find((facet) => facet.kind === kind && facet.value === value)?.count ?? 0
  const topics = facets.filter((facet) => facet.kind === 'topic')
  const levels = LEVELS.filter((level) => countOf('level', level) > 0)
  const accesses = ACCESSES.filter((access) => countOf('access', access) > 0)
  return [
    { label: 'Topic', options: [option('All', { topic: null }, query.topic === null, null), ...topics.map((topic) => option(topic.label, { topic: topic.value }, query.topic === topic.value, topic.count))] },
    { label: 'Level', options: [option('All', { level: null }, query.level === null, null), ...levels.map((level) => option(levelShown(level)?.label ?? '', { level }, query.level === level, countOf('level', level)))] },
    { label: 'Price', options: [option('All', { access: null }, query.access === null, null), ...accesses.map((access) => option(ACCESS_WORDS[access], { access }, query.access === access, countOf('access', access)))] },
    { label: 'Order', options: (Object.keys(SORT_WORDS) as Sort[]).map((sort) => option(SORT_WORDS[sort], { sort }, query.sort === sort, null)) },
  ]
}
