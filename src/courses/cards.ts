import { offerPrice } from '../billing/offer.ts'
import { cover, levelShown } from '../content/cards.ts'
import type { CourseCard, Progress } from '../platform/shapes.ts'
import { counted, durationText } from '../platform/words.ts'
import type { ListedCourse } from './queries.ts'

export function courseCard(course: ListedCourse): CourseCard {
  return {
    title: course.title,
    href: course.path,
    summary: course.summary === '' ? null : course.summary,
    level: levelShown(course.level),
    image: cover(course.cover, course.coverAlt, '(min-width: 48rem) 22rem, 90vw'),
    teachers: course.authors.length === 0 ? null : course.authors.map((author) => author.name).join(', '),
    facts: [counted(course.lessons, 'lesson'), durationText(course.minutes)],
    price: priceOf(course),
    progress: course.done === 0 ? null : progressShown(course.title, { done: course.done, total: course.lessons }),
  }
}

function priceOf(course: ListedCourse): string | null {
  if (course.access === 'free') return 'Free'
  if (course.entitled) return 'Yours'
  const offer = course.offers[0]
  return offer === undefined ? null : offerPrice(offer)
}

export const progressShown = (title: string, { done, total }: { done: number; total: number }): Progress => ({
  done,
  total,
  text: `${done} of ${counted(total, 'lesson')}`,
  label: `Progress in ${title}`,
})
