import { z } from 'zod'
import { pageField } from '../platform/paging.ts'

export const TUTORIALS_PER_PAGE = 20

export const SHELVES = ['in-progress', 'finished', 'owned'] as const
export type Shelf = (typeof SHELVES)[number]

export const libraryQuery = z.object({ shelf: z.enum(SHELVES).catch('in-progress'), page: pageField })

/** On which shelf a course stands. What is owned stands there too, begun or not. */
export function isOnShelf(course: { done: number; lessons: number; entitled: boolean }, shelf: Shelf): boolean {
  switch (shelf) {
    case 'in-progress':
      return course.done > 0 && course.done < course.lessons
    case 'finished':
      return course.lessons > 0 && course.done >= course.lessons
    case 'owned':
      return course.entitled
  }
}
