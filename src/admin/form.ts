import { z } from 'zod'
import { plainText, slugField } from '../content/document.ts'
import { slugOf } from '../platform/names.ts'
import type { FormField } from './record.ts'

/** A small form that is declared: its fields, and the schema that reads them. */
export interface Form<Input> {
  path: string
  one: string
  fields: Pick<FormField, 'name' | 'label' | 'hint' | 'type'>[]
  input: z.ZodType<Input>
  /** What deleting means. */
  removal: string
}

export const form = <Input>(declaration: Form<Input>): Form<Input> => declaration

const text = (name: string, label: string, hint: string | null = null) => ({ name, label, hint, type: 'text' as const })

/** An empty slug follows the name. */
const withSlug = (body: unknown): unknown => {
  if (typeof body !== 'object' || body === null) return body
  const { slug, name } = body as { slug?: unknown; name?: unknown }
  return typeof name === 'string' && (typeof slug !== 'string' || slug.trim() === '') ? { ...body, slug: slugOf(name) } : body
}

const name = plainText(120).trim().min(1, 'A name is needed.')

export const topicForm = form({
  path: 'topics',
  one: 'topic',
  fields: [text('name', 'Name'), text('slug', 'Address', 'Small letters, digits and hyphens: /topics/databases. Left empty, it follows the name.'), { name: 'description', label: 'Description', hint: 'Stands above the topic’s list.', type: 'textarea' }],
  input: z.preprocess(withSlug, z.object({ name, slug: slugField, description: plainText(1_000).trim() })),
  removal: 'Texts filed under it stay; they only lose this topic. Its page is gone.',
})
export type TopicInput = z.infer<typeof topicForm.input>

export const authorForm = form({
  path: 'authors',
  one: 'author',
  fields: [
    text('name', 'Name'),
    text('slug', 'Address', 'Small letters, digits and hyphens: /authors/ada-lovelace. Left empty, it follows the name.'),
    text('headline', 'Headline', 'One line under the name: what this person does.'),
    { name: 'bio', label: 'About', hint: 'Markdown.', type: 'textarea' },
    { name: 'email', label: 'Account', hint: 'The e-mail address of this person’s account, if there is one.', type: 'email' },
  ],
  input: z.preprocess(withSlug, z.object({ name, slug: slugField, headline: plainText(160).trim(), bio: plainText(10_000).trim(), email: z.union([z.literal(''), z.email('This is no e-mail address.')]) })),
  removal: 'Texts stay; this name no longer stands under them, and the person’s page is gone.',
})
export type AuthorInput = z.infer<typeof authorForm.input>

export const pictureForm = form({
  path: 'pictures',
  one: 'picture',
  fields: [text('alt', 'Alternative text', 'What somebody who cannot see the picture should know. Used as a suggestion when the picture is put into a text.')],
  input: z.object({ alt: plainText(1_000).trim() }),
  removal: '',
})

/** The fields with what was typed and, after a refusal, what is wrong with it. */
export function filled(declaration: { fields: Form<unknown>['fields'] }, values: Record<string, unknown>, errors: Record<string, string> = {}): FormField[] {
  return declaration.fields.map((field) => ({ ...field, value: typeof values[field.name] === 'string' ? (values[field.name] as string) : '', error: errors[field.name] ?? null }))
}

/** The first complaint about each field. */
export function errorsOf(error: z.ZodError): Record<string, string> {
  const errors: Record<string, string> = {}
  for (const issue of error.issues) errors[String(issue.path[0] ?? '')] ??= issue.message
  return errors
}
