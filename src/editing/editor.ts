import { z } from 'zod'
import { ACCESSES, idField, LEVELS, plainText, slugField, type Kind } from '../content/document.ts'
import { draftFields } from '../content/draft.ts'

/** The kinds as the admin's addresses name them. */
export const SEGMENTS = { tutorial: 'tutorials', course: 'courses', lesson: 'lessons', page: 'pages' } as const satisfies Record<Kind, string>
export const KINDS = ['tutorial', 'course', 'lesson', 'page'] as const satisfies Kind[]

export const editorPath = (kind: Kind, id: string): string => `/admin/${SEGMENTS[kind]}/${id}`

/** A lesson follows its course, and a plain page is for everybody. */
export const hasAccess = (kind: Kind): boolean => kind === 'tutorial' || kind === 'course'

const blankIsNull = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' || value === undefined ? null : value), type.nullable())
const numbered = z.coerce.number().int().min(0).max(1_000_000)
const many = z.preprocess((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]), z.array(idField).max(20, 'At most 20.'))
const ticked = z.preprocess((value) => value === 'yes', z.boolean())
const day = z.iso.date('A date looks like 2026-11-21.').transform((text) => new Date(`${text}T00:00:00Z`))
const lines = plainText(5_000).transform((text) => text.split('\n').map((line) => line.trim()).filter((line) => line !== ''))

/** The editor's form, as a browser sends it. Browsers end lines with CRLF; texts are kept with LF. */
export const editorInput = z.object({
  title: draftFields.title,
  summary: draftFields.summary,
  source: z.preprocess((value) => (typeof value === 'string' ? value.replace(/\r\n?/g, '\n') : value), draftFields.source),
  basedOn: numbered,
  /** Sent by the button that saves knowingly over somebody else's revision. */
  overwrite: numbered.optional(),
  slug: slugField,
  level: blankIsNull(z.enum(LEVELS)),
  access: z.enum(ACCESSES).default('free'),
  featured: ticked,
  coverId: blankIsNull(idField),
  coverAlt: plainText(300).trim().default(''),
  canonicalUrl: blankIsNull(z.url({ protocol: /^https?$/, error: 'An address starts with https://.' }).max(500)),
  topicIds: many,
  authorIds: many,
  publishedAt: blankIsNull(day),
  outcomes: lines.default([]),
  audience: lines.default([]),
  preview: ticked,
})
export type EditorInput = z.infer<typeof editorInput>

/** What was typed, as text, to be shown again. */
export type Typed = Record<string, unknown>

export const typedText = (typed: Typed, name: string): string => (typeof typed[name] === 'string' ? (typed[name] as string) : '')
export const typedList = (typed: Typed, name: string): string[] => {
  const value = typed[name]
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
}

const place = { to: z.coerce.number().int().min(0).max(1_000) }
const title = plainText(200).trim().min(1, 'A title is needed.')

/** One change of a course's outline. Moves name the place to go to, so that sending one twice moves once. */
export const outlineInput = z.discriminatedUnion('change', [
  z.object({ change: z.literal('add-section'), title }),
  z.object({ change: z.literal('rename-section'), section: idField, title }),
  z.object({ change: z.literal('move-section'), section: idField, ...place }),
  z.object({ change: z.literal('remove-section'), section: idField }),
  z.object({ change: z.literal('add-lesson'), section: idField, title }),
  z.object({ change: z.literal('move-lesson'), lesson: idField, section: idField, ...place }),
])
export type OutlineChange = z.infer<typeof outlineInput>
