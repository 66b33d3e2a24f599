import { z } from 'zod'
import type { Account } from './account.ts'
import { chargeBack, chargebackCreate, decideRefund } from './adjustments.ts'
import { Failure } from './failure.ts'
import type { Fault } from './faults.ts'
import { applyScheduledChanges } from './subscriptions.ts'
import { decline, identify, pay } from './transactions.ts'

const many = z.int().min(1).max(10_000).optional()
const ms = z.int().min(0).max(600_000)
const match = { match: z.string().optional(), method: z.string().optional(), times: many }

const fault = z.union([
  z.strictObject({ on: z.literal('api'), kind: z.enum(['error', 'html', 'hang', 'lost']), ...match }),
  z.strictObject({ on: z.literal('api'), kind: z.literal('delay'), ms, ...match }),
  z.strictObject({ on: z.literal('api'), kind: z.literal('rate-limit'), seconds: z.int().min(0).max(3600), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.enum(['drop', 'two-signatures']), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('duplicate'), copies: z.int().min(2).max(10), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.enum(['reorder', 'delay']), ms, ...match }),
])

const buyer = z.object({ email: z.email(), country: z.string().regex(/^[A-Z]{2}$/) })

/** Moves the sandbox's clock ahead and does what became due. It never goes back. */
export function advanceClock(account: Account, milliseconds: number): Date {
  account.advance(milliseconds)
  account.store.change(() => applyScheduledChanges(account))
  return account.now()
}

/** A buyer fills in the checkout and pays, or the card is declined. */
export const buy = (account: Account, transactionId: string, who: z.infer<typeof buyer>, outcome: 'pay' | 'decline' = 'pay') =>
  account.store.change(() => {
    identify(account, transactionId, who)
    return outcome === 'pay' ? pay(account, transactionId) : decline(account, transactionId)
  })

/** `POST /sandbox/…`, for tests and scripts. It asks for the API key. */
export function control(account: Account, path: string, body: unknown): unknown {
  const [, first, id = '', verb] = path.split('/').slice(1)
  switch (`${first ?? ''} ${verb ?? ''}`) {
    case 'faults ':
      return addFaults(account, body)
    case 'clock ':
      return { now: advanceClock(account, z.object({ advance_seconds: z.int().min(0) }).parse(body).advance_seconds * 1000) }
    case 'transactions payment':
      return buy(account, id, buyer.parse(body))
    case 'transactions decline':
      return buy(account, id, buyer.parse(body), 'decline')
    case 'adjustments approval':
      return account.store.change(() => decideRefund(account, id, 'approved'))
    case 'adjustments rejection':
      return account.store.change(() => decideRefund(account, id, 'rejected'))
    case 'chargebacks ':
      return account.store.change(() => chargeBack(account, chargebackCreate.parse(body)))
    default:
      throw new Failure(404, 'invalid_url', `${path} is no switch of the sandbox.`)
  }
}

/** An array adds; `{"clear": true}` takes all away. */
function addFaults({ faults }: Account, body: unknown): Fault[] {
  const input = z.union([z.array(fault), z.object({ clear: z.literal(true) })]).parse(body)
  if (Array.isArray(input)) for (const one of input) faults.add(one as Fault)
  else faults.clear()
  return faults.list()
}
