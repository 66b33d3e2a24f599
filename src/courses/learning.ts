import type { CourseCard, Link, Progress } from '../platform/shapes.ts'
import { counted } from '../platform/words.ts'
import { courseCard, progressShown } from './cards.ts'
import type { ListedCourse } from './queries.ts'

export interface Resume {
  title: string
  href: string
  hint: string
  progress: Progress | null
}

/** The course somebody touched last and has not finished: the way back in. */
export function resumeOf(courses: readonly ListedCourse[]): Resume | null {
  const course = courses.find((one) => one.done < one.lessons)
  if (course === undefined) return null
  return {
    title: course.title,
    href: course.path,
    hint: course.done === 0 ? 'Not begun yet' : `${counted(course.lessons - course.done, 'lesson')} to go`,
    progress: course.done === 0 ? null : progressShown(course.title, { done: course.done, total: course.lessons }),
  }
}

/** What somebody is learning, as the first page of their account shows it. */
export function learningShown(courses: readonly ListedCourse[]): { resume: Resume | null; courses: CourseCard[]; saved: []; empty: { title: string; text: string; action: Link | null } | null } {
  const resume = resumeOf(courses)
  return {
    resume,
    courses: courses.filter((course) => course.path !== resume?.href).map(courseCard),
    saved: [],
    empty: courses.length > 0 ? null : { title: 'Nothing begun yet', text: 'What you begin is kept here, so that you can go on where you were.', action: { text: 'Find a course', href: '/courses/' } },
  }
}
