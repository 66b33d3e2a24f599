import { adminFrame, type AdminFrame } from '../admin/frame.ts'
import type { Tone } from '../admin/list.ts'
import type { RecordPage } from '../admin/record.ts'
import { stateOf } from '../admin/screens.ts'
import { timeText } from '../admin/times.ts'
import { contentsOf } from '../content/cards.ts'
import { ACCESSES, LEVELS, pathOf, type Kind } from '../content/document.ts'
import { pageMeta, type SiteInfo } from '../content/meta.ts'
import type { Contents, ErrorItem, Field, Link, Notice, Tab } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Role } from '../platform/viewer.ts'
import { counted, numberText } from '../platform/words.ts'
import { editorPath, hasAccess, SEGMENTS, typedList, typedText, type Typed } from './editor.ts'
import type { Edited, Offers, RevisionLine, RevisionShown, SectionShown } from './queries.ts'

const TITLES: Record<Kind, string> = { tutorial: 'Tutorials', course: 'Courses', lesson: 'Lessons', page: 'Pages' }
const LEVEL_WORDS = { basics: 'Basics', intermediate: 'Intermediate', advanced: 'Advanced' } as const
const ACCESS_WORDS = { free: 'Free for everybody', members: 'Members', paid: 'Only who bought it' } as const

interface Option {
  value: string
  label: string
}
interface Choice {
  id: string
  label: string
  checked: boolean
}

export interface EditorPage extends AdminFrame {
  id: string
  kind: Kind
  state: { text: string; tone: Tone | null }
  tabs: Tab[]
  action: string
  publish: string
  unpublish: string
  removal: string
  address: string
  view: string | null
  preview: string
  basedOn: string
  saved: string
  fields: Record<'title' | 'slug' | 'summary' | 'source' | 'level' | 'access' | 'coverId' | 'coverAlt' | 'canonicalUrl' | 'publishedAt' | 'outcomes' | 'audience', Field>
  levels: Option[] | null
  accesses: Option[] | null
  covers: Option[] | null
  topics: Choice[] | null
  authors: Choice[] | null
  featured: boolean | null
  freePreview: boolean | null
  isCourse: boolean
  hasCanonical: boolean
  settingsOpen: boolean
  errors: ErrorItem[]
  conflict: { text: string; href: string; number: string } | null
  html: string
  problems: string[]
  facts: string
}

export const editorView = view<EditorPage>('editing/editor.njk')

export interface Conflicted {
  number: number
  who: string | null
  when: Date
}

interface EditorOptions {
  role: Role
  document: Edited
  offers: Offers
  /** After a refusal: what was typed, and what is wrong with it. */
  typed?: Typed
  errors?: Record<string, string>
  conflict?: Conflicted | null
}

/** The names of fields that stand in the drawer, which opens when one of them is wrong. */
const IN_DRAWER = new Set(['slug', 'level', 'access', 'coverId', 'coverAlt', 'canonicalUrl', 'publishedAt', 'topicIds', 'authorIds', 'outcomes', 'audience'])

export function editorPage({ role, document, offers, typed, errors = {}, conflict = null }: EditorOptions): EditorPage {
  const { id, kind } = document
  const path = editorPath(kind, id)
  const values = typed ?? storedValues(document)
  const field = (name: string): Field => ({ value: typedText(values, name), error: errors[name] ?? null })
  const chosen = (name: string, all: { id: string; name: string }[]): Choice[] => {
    const ids = typedList(values, name)
    return all.map((item) => ({ id: item.id, label: item.name, checked: ids.includes(item.id) }))
  }
  const carded = kind === 'tutorial' || kind === 'course'
  const latest = document.latestRevision
  return {
    ...adminFrame(role, { title: document.latestRevision?.title ?? document.title, path: SEGMENTS[kind], trail: trailOf(document) }),
    id, kind,
    state: stateOf(document),
    tabs: tabsOf(document, 'text'),
    action: path,
    publish: `${path}/publication`,
    unpublish: `${path}/publication/removal`,
    removal: `${path}/removal`,
    address: document.path,
    view: document.state === 'published' ? document.path : null,
    preview: `${path}/preview`,
    basedOn: typed === undefined ? String(latest?.number ?? 0) : typedText(typed, 'basedOn'),
    saved: latest === null ? 'Not saved yet' : savedText(latest),
    fields: {
      title: field('title'), slug: field('slug'), summary: field('summary'), source: field('source'), level: field('level'), access: field('access'), coverId: field('coverId'), coverAlt: field('coverAlt'),
      canonicalUrl: field('canonicalUrl'), publishedAt: field('publishedAt'), outcomes: field('outcomes'), audience: field('audience'),
    },
    levels: carded ? [{ value: '', label: 'None' }, ...LEVELS.map((value) => ({ value, label: LEVEL_WORDS[value] }))] : null,
    accesses: hasAccess(kind) ? ACCESSES.map((value) => ({ value, label: ACCESS_WORDS[value] })) : null,
    covers: carded ? [{ value: '', label: 'None' }, ...offers.pictures.map((picture) => ({ value: picture.id, label: picture.name }))] : null,
    topics: carded ? chosen('topicIds', offers.topics) : null,
    authors: kind === 'page' ? null : chosen('authorIds', offers.authors),
    featured: carded ? typedText(values, 'featured') === 'yes' : null,
    freePreview: kind === 'lesson' ? typedText(values, 'preview') === 'yes' : null,
    isCourse: kind === 'course',
    hasCanonical: kind !== 'lesson',
    settingsOpen: Object.keys(errors).some((name) => IN_DRAWER.has(name)),
    errors: Object.entries(errors).map(([name, text]) => ({ text, href: `#f-${name}` })),
    conflict: conflict === null ? null : { text: conflictText(conflict), href: `${path}/revisions/${conflict.number}`, number: String(conflict.number) },
    html: latest?.html ?? '',
    problems: latest?.problems ?? [],
    facts: latest === null ? 'Empty' : factsText(latest),
  }
}

export const conflictText = ({ who, when, number }: Conflicted): string => `${who ?? 'Somebody'} saved revision ${number} on ${timeText(when)}, while you were writing. Your text is kept here, and nothing was overwritten.`
export const savedText = (revision: { number: number; createdAt: Date }): string => `Revision ${revision.number}, saved ${timeText(revision.createdAt)}`
export const factsText = ({ words, minutes }: { words: number; minutes: number }): string => `${counted(words, 'word')} · ${minutes} min read`

function trailOf({ kind, lesson }: Edited): Link[] {
  const list = { text: TITLES[kind], href: `/admin/${SEGMENTS[kind]}` }
  if (lesson === null) return [list]
  const outline = `${editorPath('course', lesson.courseId)}/outline`
  return [{ text: TITLES.course, href: '/admin/courses' }, { text: lesson.course.document.title, href: outline }]
}

function tabsOf({ kind, id }: Edited, current: 'text' | 'outline' | 'revisions'): Tab[] {
  const path = editorPath(kind, id)
  const tab = (key: typeof current, text: string, href: string): Tab => ({ text, href, current: key === current, count: null })
  return [tab('text', 'Text', path), ...(kind === 'course' ? [tab('outline', 'Outline', `${path}/outline`)] : []), tab('revisions', 'Revisions', `${path}/revisions`)]
}

function storedValues(document: Edited): Typed {
  const { latestRevision: latest } = document
  return {
    title: latest?.title ?? document.title,
    summary: latest?.summary ?? document.summary,
    source: latest?.source ?? '',
    slug: document.slug,
    level: document.level ?? '',
    access: document.access,
    featured: document.featured ? 'yes' : '',
    coverId: document.coverId ?? '',
    coverAlt: document.coverAlt,
    canonicalUrl: document.canonicalUrl ?? '',
    publishedAt: document.publishedAt?.toISOString().slice(0, 10) ?? '',
    topicIds: document.topics.map(({ topicId }) => topicId),
    authorIds: document.authors.map(({ authorId }) => authorId),
    outcomes: document.course?.outcomes.join('\n') ?? '',
    audience: document.course?.audience.join('\n') ?? '',
    preview: document.lesson?.preview ? 'yes' : '',
  }
}

/** A title is enough to begin. */
export function newPage(role: Role, kind: Exclude<Kind, 'lesson'>, typed: Typed = {}, errors: Record<string, string> = {}): RecordPage {
  const fields: RecordPage['form'] = {
    action: `/admin/${SEGMENTS[kind]}`,
    submit: 'Begin writing',
    fields: [
      { name: 'title', label: 'Title', hint: null, type: 'text', value: typedText(typed, 'title'), error: errors.title ?? null },
      { name: 'slug', label: 'Address', hint: `Small letters, digits and hyphens: ${pathOf(kind, 'like-this')}. Left empty, it follows the title.`, type: 'text', value: typedText(typed, 'slug'), error: errors.slug ?? null },
    ],
    errors: Object.entries(errors).map(([name, text]) => ({ text, href: `#f-${name}` })),
  }
  return { ...adminFrame(role, { title: `New ${kind}`, path: SEGMENTS[kind], trail: [{ text: TITLES[kind], href: `/admin/${SEGMENTS[kind]}` }] }), badge: null, view: null, parts: [], form: fields, removal: null }
}

export const newView = view<RecordPage>('admin/record.njk')

// ─── Revisions ───────────────────────────────────────────────────────────────────────────────────

export interface RevisionsPage extends AdminFrame {
  tabs: Tab[]
  state: { text: string; tone: Tone | null }
  columns: { text: string; numeric: boolean }[]
  rows: { cells: { text: string; href: string | null }[] }[]
}

export const revisionsView = view<RevisionsPage>('editing/revisions.njk')

export function revisionsPage(role: Role, document: Edited, revisions: RevisionLine[]): RevisionsPage {
  const path = editorPath(document.kind, document.id)
  const mark = (id: string) => [id === document.publishedRevisionId ? 'published' : null, id === document.latestRevisionId ? 'latest' : null].filter((word) => word !== null).join(', ')
  return {
    ...adminFrame(role, { title: document.title, path: SEGMENTS[document.kind], trail: trailOf(document) }),
    tabs: tabsOf(document, 'revisions'),
    state: stateOf(document),
    columns: [{ text: 'Revision', numeric: false }, { text: 'Saved', numeric: false }, { text: 'By', numeric: false }, { text: 'Title', numeric: false }, { text: 'Words', numeric: true }, { text: 'Mark', numeric: false }],
    rows: revisions.map((revision) => ({
      cells: [
        { text: `Revision ${revision.number}`, href: `${path}/revisions/${revision.number}` }, { text: timeText(revision.createdAt), href: null }, { text: revision.savedBy?.name ?? 'An import', href: null },
        { text: revision.title, href: null }, { text: numberText(revision.words), href: null }, { text: mark(revision.id), href: null },
      ],
    })),
  }
}

export interface RevisionPage extends AdminFrame {
  about: string
  source: string
  html: string
  restore: string | null
}

export const revisionView = view<RevisionPage>('editing/revision.njk')

export function revisionPage(role: Role, document: Edited, revision: RevisionShown): RevisionPage {
  const path = editorPath(document.kind, document.id)
  const isLatest = document.latestRevision?.number === revision.number
  return {
    ...adminFrame(role, { title: `Revision ${revision.number}`, path: SEGMENTS[document.kind], trail: [...trailOf(document), { text: document.title, href: path }, { text: 'Revisions', href: `${path}/revisions` }] }),
    about: `${revision.title}. Saved ${timeText(revision.createdAt)} by ${revision.savedBy?.name ?? 'an import'}, ${factsText(revision)}.`,
    source: revision.source,
    html: revision.html,
    restore: isLatest ? null : `${path}/revisions/${revision.number}/restoration`,
  }
}

// ─── Outline ─────────────────────────────────────────────────────────────────────────────────────

interface OutlineLesson {
  id: string
  title: string
  href: string
  state: { text: string; tone: Tone | null }
  preview: boolean
  minutes: string
  up: Move | null
  down: Move | null
}
interface Move {
  section: string
  to: string
}

export interface OutlinePage extends AdminFrame {
  tabs: Tab[]
  state: { text: string; tone: Tone | null }
  action: string
  sections: { id: string; title: string; facts: string; up: string | null; down: string | null; removable: boolean; lessons: OutlineLesson[] }[]
}

export const outlineView = view<OutlinePage>('editing/outline.njk')

export function outlinePage(role: Role, course: Edited, sections: SectionShown[]): OutlinePage {
  return {
    ...adminFrame(role, { title: course.title, path: 'courses', trail: trailOf(course) }),
    tabs: tabsOf(course, 'outline'),
    state: stateOf(course),
    action: `${editorPath('course', course.id)}/outline`,
    sections: sections.map((section, index) => ({
      id: section.id,
      title: section.title,
      facts: counted(section.lessons.length, 'lesson'),
      up: index === 0 ? null : String(index - 1),
      down: index === sections.length - 1 ? null : String(index + 1),
      removable: section.lessons.length === 0,
      lessons: section.lessons.map((lesson, place) => ({
        id: lesson.documentId,
        title: lesson.document.title,
        href: editorPath('lesson', lesson.documentId),
        state: stateOf(lesson.document),
        preview: lesson.preview,
        minutes: `${lesson.document.minutes} min`,
        up: place > 0 ? { section: section.id, to: String(place - 1) } : endOf(sections[index - 1]),
        down: place < section.lessons.length - 1 ? { section: section.id, to: String(place + 1) } : startOf(sections[index + 1]),
      })),
    })),
  }
}

/** Past the edge of its section a lesson goes on into the next one. */
const endOf = (section: SectionShown | undefined): Move | null => (section === undefined ? null : { section: section.id, to: String(section.lessons.length) })
const startOf = (section: SectionShown | undefined): Move | null => (section === undefined ? null : { section: section.id, to: '0' })

// ─── Preview ─────────────────────────────────────────────────────────────────────────────────────

/** A text as readers would see it, in the site's own layout. */
export interface PreviewPage {
  meta: Meta
  title: string
  lead: string | null
  byline: string
  notices: Notice[]
  contents: Contents[]
  html: string
}

export const previewView = view<PreviewPage>('editing/preview.njk')

interface Shown {
  title: string
  summary: string
  html: string
  outline: unknown
  words: number
  minutes: number
}

export function previewPage(site: SiteInfo, shown: Shown, options: { byline: string; notice: Notice }): PreviewPage {
  return {
    meta: pageMeta(site, { title: `Preview: ${shown.title}`, description: shown.summary, path: '/admin', robots: 'noindex' }),
    title: shown.title,
    lead: shown.summary === '' ? null : shown.summary,
    byline: [options.byline, `${shown.minutes} min read`].filter((part) => part !== '').join(' · '),
    notices: [options.notice],
    contents: contentsOf(shown.outline as { id: string; text: string; level: number }[]),
    html: shown.html,
  }
}
