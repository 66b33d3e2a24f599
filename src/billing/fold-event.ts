import { isDatabaseDown } from '../platform/db.ts'
import { AppError, Invalid, Unavailable } from '../platform/errors.ts'
import type { EventSubject } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import { reconcileTransaction } from './reconcile-transaction.ts'

/** After so many failures an event is put aside, so that it blocks nobody; the admin shows it. */
export const MOST_ATTEMPTS = 5

/**
 * Brings our state up to date with what an event is about, by asking Paddle how that stands now. So it does not matter
 * in which order events come, how often, or whether one is missing.
 */
export async function foldEvent(services: Services, eventId: string): Promise<void> {
  const { db, payments, clock } = services
  const event = await db.providerEvent.findUnique({ where: { eventId }, select: { raw: true, processedAt: true, quarantinedAt: true } })
  if (event === null || event.processedAt !== null || event.quarantinedAt !== null) return
  try {
    const { subject, simulated } = payments.parseEvent(JSON.parse(event.raw))
    if (!simulated) await fold(services, subject)
    await db.providerEvent.update({ where: { eventId }, data: { processedAt: clock.now(), problem: simulated ? 'From the provider’s simulator: kept, not applied.' : null, attempts: { increment: 1 } } })
  } catch (error) {
    await noteFailure(services, eventId, error)
    throw error
  }
}

async function fold(services: Services, subject: EventSubject): Promise<void> {
  switch (subject.kind) {
    case 'transaction':
      return reconcileTransaction(services, subject.id)
    case 'adjustment':
      return reconcileTransaction(services, subject.adjustment.transactionId)
    case 'other':
      // It may be somebody's payment: a person must look, and it can be folded once we can read it.
      if (subject.problem !== null) throw new Invalid(subject.problem)
      return
    case 'subscription':
    case 'customer':
      return
  }
}

/** Who is away, or in each other's way, for a moment is no fault of the event and is not counted; anything else is, and in the end put aside. */
async function noteFailure({ db, clock, log }: Services, eventId: string, error: unknown): Promise<void> {
  if (isDatabaseDown(error)) return
  const problem = error instanceof AppError ? error.message : 'An unexpected error; see the log.'
  const counted = !(error instanceof Unavailable)
  const { attempts } = await db.providerEvent.update({ where: { eventId }, data: { problem, ...(counted ? { attempts: { increment: 1 } } : {}) }, select: { attempts: true } })
  if (!counted || attempts < MOST_ATTEMPTS) return
  await db.providerEvent.update({ where: { eventId }, data: { quarantinedAt: clock.now() } })
  log.error({ err: error, eventId }, 'an event from the payment provider cannot be applied and was put aside')
}
