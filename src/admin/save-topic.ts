import { tagsOf } from '../content/document.ts'
import { isUniqueViolation } from '../platform/db.ts'
import { invalidate } from '../platform/invalidation.ts'
import type { Services } from '../services.ts'
import type { TopicInput } from './form.ts'

export type Outcome = { id: string } | { errors: Record<string, string> }

/** Makes a topic (without an id) or changes one. A taken address is an answer, not an error. */
export async function saveTopic({ db }: Services, id: string | null, input: TopicInput): Promise<Outcome> {
  try {
    return await db.$transaction(async (tx) => {
      const topic = id === null ? await tx.topic.create({ data: input }) : await tx.topic.update({ where: { id }, data: input })
      // Every page that shows a topic carries this tag.
      await invalidate(tx, [tagsOf.topics])
      return { id: topic.id }
    })
  } catch (error) {
    if (isUniqueViolation(error)) return { errors: { slug: 'Another topic has this address.' } }
    throw error
  }
}
