import { Unavailable } from '../../platform/errors.ts'
import type { Payments } from '../../ports/payments.ts'

/** Where nothing is sold: every call says so. */
export function noPayments(): Payments {
  // Thrown, not rejected: some of the port's functions answer at once, and nobody would wait for a promise of theirs.
  const refuse = () => {
    throw new Unavailable('Payments are not set up here (PADDLE_API_KEY).')
  }
  return new Proxy({} as Payments, { get: (_target, name) => (name === 'then' ? undefined : refuse) })
}
