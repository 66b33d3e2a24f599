import type { AdminFrame } from './frame.ts'
import type { Tone } from './list.ts'

/** A piece of a record's page. */
export type Part =
  | { kind: 'facts'; title: string; items: { term: string; text: string; href: string | null }[] }
  | { kind: 'table'; title: string; columns: { text: string; numeric: boolean }[]; rows: { cells: { text: string; href: string | null }[] }[]; empty: string }
  | { kind: 'text'; title: string; text: string }
  | { kind: 'frame'; title: string; src: string }
  | { kind: 'picture'; src: string; width: number; height: number; alt: string }

export interface FormField {
  name: string
  label: string
  hint: string | null
  type: 'text' | 'email' | 'textarea'
  value: string
  error: string | null
}

/** One record: what is known about it, and where it can be changed, the form for that. */
export interface RecordPage extends AdminFrame {
  badge: { text: string; tone: Tone | null } | null
  view: { text: string; href: string } | null
  parts: Part[]
  form: { action: string; submit: string; fields: FormField[]; errors: { text: string; href: string | null }[] } | null
  removal: { action: string; title: string; says: string } | null
}

export type RecordBody = Pick<RecordPage, 'badge' | 'parts'> & { title: string }

export const cell = (text: string, href: string | null = null) => ({ text, href })
export const fact = (term: string, text: string, href: string | null = null) => ({ term, text, href })

/** Facts that are not there are left out. */
export const facts = (title: string, items: ({ term: string; text: string; href: string | null } | null)[]): Part => ({ kind: 'facts', title, items: items.filter((item) => item !== null && item.text !== '') as { term: string; text: string; href: string | null }[] })
