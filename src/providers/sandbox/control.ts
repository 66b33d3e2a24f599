import { z } from 'zod'
import { find, type Account } from './account.ts'
import { chargeBack, chargebackCreate, decideRefund } from './adjustments.ts'
import { Failure } from './failure.ts'
import type { Fault } from './faults.ts'
import { liveUntil, paySubscription, renewCard } from './lifecycle.ts'
import { setCard } from './payments.ts'
import { decline, identify, pay, type Buyer } from './transactions.ts'
import type { Transaction } from './wire.ts'

const many = z.int().min(1).max(10_000).optional()
const ms = z.int().min(0).max(600_000)
const match = { match: z.string().optional(), method: z.string().optional(), times: many }

const fault = z.union([
  z.strictObject({ on: z.literal('api'), kind: z.enum(['error', 'html', 'hang', 'lost']), ...match }),
  z.strictObject({ on: z.literal('api'), kind: z.literal('delay'), ms, ...match }),
  z.strictObject({ on: z.literal('api'), kind: z.literal('rate-limit'), seconds: z.int().min(0).max(3600), ...match }),
  z.strictObject({ on: z.literal('api'), kind: z.literal('stale'), ms: z.int().min(1), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('two-signatures'), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('drop'), from: z.coerce.date().optional(), to: z.coerce.date().optional(), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.literal('duplicate'), copies: z.int().min(2).max(10), ...match }),
  z.strictObject({ on: z.literal('webhook'), kind: z.enum(['reorder', 'delay']), ms, ...match }),
])

const buyer = z.object({
  email: z.email(), country: z.string().regex(/^[A-Z]{2}$/), discountCode: z.string().optional(), quantity: z.int().min(1).optional(),
  company: z.object({ name: z.string().min(1), taxNumber: z.string().nullable() }).optional(),
  name: z.string().max(1024).optional(), postalCode: z.string().max(200).optional(),
})

/** Moves the sandbox's clock ahead. All that became due on the way happens at its own moment. It never goes back. */
export function advanceClock(account: Account, milliseconds: number): Date {
  const end = new Date(account.now().getTime() + milliseconds)
  liveUntil(account, end)
  account.advance(Math.max(0, end.getTime() - account.now().getTime()))
  return account.now()
}

/** A buyer fills in the checkout and pays, or the card is declined. A subscription's own bill asks for a card only. */
export const buy = (account: Account, transactionId: string, who: Buyer, outcome: 'pay' | 'decline' = 'pay'): Transaction =>
  account.store.change(() => {
    const transaction = find(account, 'transactions', transactionId)
    if (isBill(transaction) && outcome === 'pay') return paySubscription(account, transaction)
    identify(account, transactionId, who)
    return outcome === 'pay' ? pay(account, transactionId) : decline(account, transactionId)
  })

/** A past due renewal, or the checkout that only changes the card. */
export const isBill = ({ origin, status }: Transaction): boolean =>
  status === 'past_due' || (status === 'ready' && origin === 'subscription_payment_method_change')

/** From now on every charge to this customer's card fails; or it works again, and what is owed is taken at once if `retry`. */
export const switchCard = (account: Account, customerId: string, works: boolean, retry = false): void =>
  account.store.change(() => {
    find(account, 'customers', customerId)
    if (works && retry) renewCard(account, customerId)
    else setCard(account, customerId, works)
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
      return buy(account, id, buyer.parse(body) as Buyer)
    case 'transactions decline':
      return buy(account, id, buyer.parse(body) as Buyer, 'decline')
    case 'customers card': {
      const { works, retry } = z.object({ works: z.boolean(), retry: z.boolean().optional() }).parse(body)
      switchCard(account, id, works, retry)
      return { works }
    }
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
