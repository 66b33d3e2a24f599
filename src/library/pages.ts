import { accountTabs } from '../account/tabs.ts'
import { tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { pageMeta, type SiteInfo } from '../content/meta.ts'
import { courseCard } from '../courses/cards.ts'
import type { ListedCourse } from '../courses/queries.ts'
import { address, pagination } from '../platform/paging.ts'
import type { CourseCard, FilterGroup, Link, Pagination, Tab, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import { counted, numberText } from '../platform/words.ts'
import { isOnShelf, SHELVES, TUTORIALS_PER_PAGE, type Shelf } from './library.ts'

export interface LibraryPage {
  meta: Meta
  tabs: Tab[]
  shelves: FilterGroup
  shelfTitle: string
  count: string
  courses: CourseCard[]
  tutorials: TutorialCard[]
  pagination: Pagination | null
  empty: { title: string; text: string; action: Link | null } | null
}

export const libraryView = view<LibraryPage>('account/library.njk')

const WORDS: Record<Shelf, { title: string; empty: string }> = {
  'in-progress': { title: 'In progress', empty: 'A course that you begin stands here until you finish it.' },
  finished: { title: 'Finished', empty: 'What you mark as completed is kept here.' },
  owned: { title: 'Owned', empty: 'Courses that you buy stand here for ever.' },
}

const shelfAddress = (shelf: Shelf, page = 1): string => address('/account/library', { shelf: shelf === 'in-progress' ? null : shelf, page: page === 1 ? null : page })

export function libraryPage(mine: ListedCourse[], finished: { tutorials: ListedTutorial[]; total: number }, query: { shelf: Shelf; page: number }, site: SiteInfo): LibraryPage {
  const { shelf, page } = query
  const onShelf = (name: Shelf) => mine.filter((course) => isOnShelf(course, name))
  const sizeOf = (name: Shelf) => onShelf(name).length + (name === 'finished' ? finished.total : 0)
  const first = page === 1
  return {
    meta: pageMeta(site, { title: 'My library', description: 'What you are learning.', path: '/account/library', robots: 'noindex' }),
    tabs: accountTabs('/account/library'),
    shelves: { label: 'Shelf', options: SHELVES.map((name) => ({ text: WORDS[name].title, href: shelfAddress(name), current: name === shelf, count: numberText(sizeOf(name)) })) },
    shelfTitle: WORDS[shelf].title,
    count: counted(sizeOf(shelf), 'item'),
    courses: first ? onShelf(shelf).map(courseCard) : [],
    tutorials: shelf === 'finished' ? finished.tutorials.map(tutorialCard) : [],
    pagination: pagination({ label: 'Library, pages', page, perPage: TUTORIALS_PER_PAGE, total: shelf === 'finished' ? finished.total : 0, href: (number) => shelfAddress(shelf, number) }),
    empty: sizeOf(shelf) > 0 ? null : { title: 'Nothing here yet', text: WORDS[shelf].empty, action: { text: 'Find a course', href: '/courses/' } },
  }
}
