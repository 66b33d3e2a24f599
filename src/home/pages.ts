import { tutorialCard, type ListedTutorial } from '../content/cards.ts'
import { pageMeta, type SiteInfo } from '../content/meta.ts'
import { courseCard } from '../courses/cards.ts'
import { resumeOf, type Resume } from '../courses/learning.ts'
import type { ListedCourse } from '../courses/queries.ts'
import type { CourseCard, Link, TutorialCard } from '../platform/shapes.ts'
import { view, type Meta } from '../platform/view.ts'
import type { Viewer } from '../platform/viewer.ts'
import { counted, numberText } from '../platform/words.ts'
import type { ListedTopic } from '../topics/queries.ts'
import type { Counts } from './queries.ts'

export interface HomePage {
  meta: Meta
  headline: string
  intro: string
  primary: Link
  secondary: Link | null
  resume: Resume | null
  featured: { title: string; href: string; summary: string; hint: string }[]
  newest: TutorialCard[]
  courses: CourseCard[]
  topics: { text: string; href: string; count: string }[]
  stats: { figure: string; text: string }[]
  membership: { title: string; text: string; link: Link } | null
}

export const homeView = view<HomePage>('home/show.njk')

export interface HomeRows {
  tutorials: ListedTutorial[]
  featured: ListedTutorial[]
  courses: ListedCourse[]
  counts: Counts
  topics: ListedTopic[]
  /** The viewer's courses, the one touched last first. */
  mine: ListedCourse[]
}

export function homePage(rows: HomeRows, viewer: Viewer | null, site: SiteInfo & { tagline: string }): HomePage {
  const { tutorials, lessons } = rows.counts
  const resume = viewer === null ? null : resumeOf(rows.mine)
  return {
    meta: pageMeta(site, {
      title: site.tagline,
      description: 'Tutorials and courses with code that runs, written to be read.',
      path: '/',
      feed: `${site.url}/feed.xml`,
      jsonLd: {
        '@type': 'WebSite',
        name: site.name,
        url: site.url,
        potentialAction: { '@type': 'SearchAction', target: `${site.url}/search?q={search_term_string}`, 'query-input': 'required name=search_term_string' },
      },
    }),
    headline: site.tagline,
    intro: 'Tutorials for an evening, courses for a season. Every example was run before it was printed.',
    primary: { text: 'Read a tutorial', href: '/tutorials/' },
    secondary: { text: 'See the courses', href: '/courses/' },
    resume,
    // Somebody who is in the middle of a course goes on with it instead.
    featured: resume !== null ? [] : rows.featured.map((tutorial) => ({ title: tutorial.title, href: tutorial.path, summary: tutorial.summary, hint: `${tutorial.minutes} min read` })),
    newest: rows.tutorials.slice(0, 6).map(tutorialCard),
    courses: rows.courses.slice(0, 3).map(courseCard),
    topics: rows.topics.map((topic) => ({ text: topic.name, href: `/topics/${topic.slug}`, count: counted(topic.tutorials, 'tutorial') })),
    stats: [
      figure(tutorials, 'tutorial'),
      figure(lessons, 'lesson'),
      figure(rows.topics.length, 'topic'),
    ].flat(),
    membership: null,
  }
}

/** A number worth naming. */
const figure = (count: number, one: string): HomePage['stats'] => (count === 0 ? [] : [{ figure: numberText(count), text: count === 1 ? one : `${one}s` }])
