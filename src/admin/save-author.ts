import { tagsOf } from '../content/document.ts'
import { renderSource } from '../content/render-source.ts'
import { isUniqueViolation } from '../platform/db.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import type { AuthorInput } from './form.ts'
import type { Outcome } from './save-topic.ts'

/** Makes an author (without an id) or changes one. A taken address or an unknown account is an answer, not an error. */
export async function saveAuthor({ db, config }: Services, id: string | null, { email, ...input }: AuthorInput): Promise<Outcome> {
  const account = email === '' ? null : await db.account.findUnique({ where: { email: email.toLowerCase() }, select: { id: true, author: { select: { id: true } } } })
  if (email !== '' && account === null) return { errors: { email: 'Nobody has an account with this address.' } }
  if (account?.author && account.author.id !== id) return { errors: { email: 'Another author already has this account.' } }
  const { html } = await renderSource(db, input.bio, config.baseUrl)
  const data = { ...input, bioHtml: html, accountId: account?.id ?? null }
  try {
    return await db.$transaction(async (tx) => {
      const author = id === null ? await tx.author.create({ data }) : await tx.author.update({ where: { id }, data })
      // Every page that shows an author carries this tag.
      await invalidate(tx, [tagsOf.authors])
      return { id: author.id }
    })
  } catch (error) {
    if (isUniqueViolation(error)) return { errors: { slug: 'Another author has this address.' } }
    throw error
  }
}
