import { z } from 'zod'

/** Control characters, among them NUL, which Postgres refuses, and the directions that make text read backwards. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

export const EMAIL_MAX = 254
export const NAME_MAX = 100
export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 200

/** An address as mail is sent to it: trimmed, lower case. */
export const emailField = z
  .string('Enter your e-mail address.')
  .trim()
  .toLowerCase()
  .min(1, 'Enter your e-mail address.')
  .max(EMAIL_MAX, 'This is too long to be an e-mail address.')
  .pipe(z.email('Enter an e-mail address like name@example.com.'))

export const nameField = z
  .string('Enter your name.')
  .trim()
  .min(1, 'Enter your name.')
  .max(NAME_MAX, `Use at most ${NAME_MAX} characters.`)
  .refine((text) => !UNPRINTABLE.test(text), 'Leave out characters that cannot be printed.')
  .transform((text) => text.replace(/\s+/g, ' '))

/** A password somebody types to prove who they are: any, so long as it may be hashed. */
export const typedPassword = z.string('Enter your password.').min(1, 'Enter your password.').max(PASSWORD_MAX, `A password has at most ${PASSWORD_MAX} characters.`)

/** A password somebody chooses. Length counts; which kinds of characters are in it does not. */
export const chosenPassword = z
  .string('Choose a password.')
  .min(1, 'Choose a password.')
  .refine((text) => text === '' || [...text].length >= PASSWORD_MIN, `Use at least ${PASSWORD_MIN} characters.`)
  .max(PASSWORD_MAX, `Use at most ${PASSWORD_MAX} characters.`)
  .refine((text) => !text.includes('\u0000'), 'Leave out characters that cannot be typed.')

/** Where to go on afterwards; judged by `safePath` before it is used. */
export const nextField = z.string().max(2_000).catch('')

export type FieldErrors = Record<string, string>

/** The first complaint about each field. */
export function errorsOf(error: z.ZodError): FieldErrors {
  const errors: FieldErrors = {}
  for (const issue of error.issues) {
    const name = String(issue.path[0] ?? '')
    errors[name] ??= issue.message
  }
  return errors
}

/** What to show again in a field: what was typed, if it was text, cut to what the field can hold. */
export function typed(body: unknown, name: string, max: number): string {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined
  return typeof value === 'string' ? value.replaceAll('\u0000', '').slice(0, max) : ''
}
