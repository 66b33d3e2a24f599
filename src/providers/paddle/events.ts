import { z } from 'zod'
import { Forbidden, Invalid } from '../../platform/errors.ts'
import type { EventSubject, ProviderEvent } from '../../ports/payments.ts'
import { readAdjustment, readCustomer, readSubscription, readTransaction } from './answers.ts'
import { parseJson } from './json.ts'
import { signatureProblem } from './signature.ts'

const envelope = z.object({
  event_id: z.string().regex(/^[a-z]+_[a-z\d]{26}$/),
  event_type: z.string().min(1).max(100),
  occurred_at: z.iso.datetime({ offset: true }),
  notification_id: z.string().max(100).nullish(),
  data: z.unknown(),
})

/** A webhook's bytes, once the signature has vouched for them. */
export function readSignedEvent(rawBody: Buffer, header: string | undefined, secrets: string[], now: Date): ProviderEvent {
  const problem = signatureProblem(rawBody, header, secrets, now)
  if (problem !== null) throw new Forbidden(`The webhook's signature is not acceptable: ${problem}.`)
  return parseEvent(parseJson(rawBody.toString('utf8')))
}

export function parseEvent(raw: unknown): ProviderEvent {
  const parsed = envelope.safeParse(raw)
  if (!parsed.success) throw new Invalid('This is no event of the payment provider.', { cause: parsed.error })
  const { event_id, event_type, occurred_at, notification_id, data } = parsed.data
  return {
    eventId: event_id, name: event_type, occurredAt: new Date(occurred_at), occurredMicros: micros(occurred_at), subject: subjectOf(event_type, data),
    simulated: [event_id, notification_id ?? ''].some((id) => id.startsWith('ntfsim')), raw,
  }
}

/** Date keeps milliseconds only; two events may differ by less. */
function micros(text: string): bigint {
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ''
  const whole = Date.parse(text.replace(/\.\d+/, ''))
  return BigInt(whole) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6))
}

/** What we cannot read is kept with the reason: losing a payment's event because of a new field would be worse. */
function subjectOf(type: string, data: unknown): EventSubject {
  const id = z.object({ id: z.string() }).safeParse(data).data?.id ?? null
  try {
    switch (String(type.split('.')[0])) {
      case 'transaction': {
        const transaction = readTransaction(data)
        return { kind: 'transaction', id: transaction.transactionId, transaction }
      }
      case 'subscription': {
        const subscription = readSubscription(data)
        return { kind: 'subscription', id: subscription.subscriptionId, subscription }
      }
      case 'adjustment': {
        const adjustment = readAdjustment(data)
        return { kind: 'adjustment', id: adjustment.adjustmentId, adjustment }
      }
      case 'customer': {
        const customer = readCustomer(data)
        return { kind: 'customer', id: customer.customerId, customer }
      }
      default:
        return { kind: 'other', id, problem: null }
    }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const fields = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    return { kind: 'other', id, problem: `unreadable ${type}: ${fields.slice(0, 5).join('; ')}` }
  }
}
