import type { EventSubject } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import * as jobs from './jobs.ts'

/**
 * Keeps an event exactly as it came, once, and asks for it to be folded. When this resolves the event is durable: only
 * then may the webhook be answered with 200. Throws `Forbidden` when it is not from Paddle.
 */
export async function recordEvent({ db, payments, jobs: queue }: Services, rawBody: Buffer, signature: string | undefined): Promise<void> {
  const event = payments.readEvent(rawBody, signature)
  await db.providerEvent.createMany({
    data: [
      {
        eventId: event.eventId,
        type: event.name,
        entityId: entityOf(event.subject) ?? event.eventId,
        occurredAt: event.occurredAt,
        raw: rawBody.toString('utf8').replaceAll('\u0000', ''),
        source: 'webhook',
      },
    ],
    skipDuplicates: true,
  })
  await queue.enqueue(jobs.foldEvent, { eventId: event.eventId }, { once: event.eventId })
}

/** What is folded when the event is: a refund belongs to its transaction, so that the fold finds all it needs under one id. */
const entityOf = (subject: EventSubject): string | null => (subject.kind === 'adjustment' ? subject.adjustment.transactionId : subject.id)
