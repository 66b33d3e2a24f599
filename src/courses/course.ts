import { z } from 'zod'
import { ACCESSES, LEVELS } from '../content/document.ts'
import { address, pageField, slugFilter } from '../platform/paging.ts'

export const PER_PAGE = 12

export const SORTS = ['newest', 'title', 'shortest'] as const
export type Sort = (typeof SORTS)[number]

/** What the list of courses can be asked for. Nonsense is as good as nothing. */
export const listQuery = z.object({
  page: pageField,
  topic: slugFilter,
  level: z.enum(LEVELS).nullable().catch(null),
  access: z.enum(ACCESSES).nullable().catch(null),
  sort: z.enum(SORTS).catch('newest'),
})

export type ListQuery = z.infer<typeof listQuery>

export const isFiltered = ({ topic, level, access }: ListQuery): boolean => topic !== null || level !== null || access !== null

/** The one address of a list: what is as usual is left out. */
export const listAddress = ({ topic, level, access, sort, page }: ListQuery): string =>
  address('/courses/', { topic, level, access, sort: sort === 'newest' ? null : sort, page: page === 1 ? null : page })

export interface OutlinedLesson {
  id: string
  path: string
  title: string
  minutes: number
  preview: boolean
  completed: boolean
}

export interface OutlinedSection {
  id: string
  title: string
  lessons: OutlinedLesson[]
}

export const lessonsOf = (sections: readonly OutlinedSection[]): OutlinedLesson[] => sections.flatMap((section) => section.lessons)

export const totalMinutes = (lessons: readonly { minutes: number }[]): number => lessons.reduce((sum, lesson) => sum + lesson.minutes, 0)

/** How far somebody is. Only lessons that are still there count, so it never exceeds the whole. */
export function progressOf(sections: readonly OutlinedSection[]): { done: number; total: number } {
  const lessons = lessonsOf(sections)
  return { done: lessons.filter((lesson) => lesson.completed).length, total: lessons.length }
}

/** Where to go on: after the last finished lesson the next open one, else the first that is not finished. */
export function nextLesson(sections: readonly OutlinedSection[]): OutlinedLesson | null {
  const lessons = lessonsOf(sections)
  const lastDone = lessons.findLastIndex((lesson) => lesson.completed)
  return lessons.slice(lastDone + 1).find((lesson) => !lesson.completed) ?? lessons.find((lesson) => !lesson.completed) ?? null
}

/** The lesson before and after this one, across sections. */
export function neighbours(sections: readonly OutlinedSection[], lessonId: string): { place: number; total: number; previous: OutlinedLesson | null; next: OutlinedLesson | null } {
  const lessons = lessonsOf(sections)
  const index = lessons.findIndex((lesson) => lesson.id === lessonId)
  return { place: index + 1, total: lessons.length, previous: lessons[index - 1] ?? null, next: index === -1 ? null : (lessons[index + 1] ?? null) }
}
