import { Unavailable } from '../../platform/errors.ts'
import type { Payments } from '../../ports/payments.ts'

/** Where nothing is sold: every call says so. */
export function noPayments(): Payments {
  const refuse = () => Promise.reject(new Unavailable('Payments are not set up here (PADDLE_API_KEY).'))
  return new Proxy({} as Payments, { get: (_target, name) => (name === 'then' ? undefined : refuse) })
}
