import type { Account } from './account.ts'
import type { Payment, TransactionDetails } from './wire.ts'

/** One try to charge a card. */
export function attempt(account: Account, details: TransactionDetails, at: string, captured: boolean): Payment {
  return {
    payment_attempt_id: crypto.randomUUID(), stored_payment_method_id: crypto.randomUUID(), payment_method_id: account.ids.next('paymtd'),
    amount: details.totals.grand_total, status: captured ? 'captured' : 'error', error_code: captured ? null : 'declined',
    method_details: {
      type: 'card', underlying_details: null,
      card: { type: 'visa', last4: captured ? '4242' : '0002', expiry_month: 1, expiry_year: 2035, cardholder_name: 'Sandbox Buyer' },
    },
    created_at: at, captured_at: captured ? at : null,
  }
}

/** Numbers run without a gap. */
export function invoice(account: Account): { invoice_id: string; invoice_number: string } {
  const { store } = account
  const last = store.get('meta', 'invoices')?.value ?? store.all('transactions').filter((one) => one.invoice_number !== null).length
  store.put('meta', { id: 'invoices', value: last + 1 })
  return { invoice_id: account.ids.next('inv'), invoice_number: `SANDBOX-${String(last + 1).padStart(5, '0')}` }
}

export const cardWorks = (account: Account, customerId: string): boolean => account.store.get('cards', customerId)?.works ?? true

/** From now on every charge to the customer's card fails, or works again. */
export function setCard(account: Account, customerId: string, works: boolean): void {
  account.store.put('cards', { id: customerId, works })
}

const balanceId = (customerId: string, currency: string): string => `${customerId}:${currency}`

export const creditOf = (account: Account, customerId: string, currency: string): bigint =>
  BigInt(account.store.get('balances', balanceId(customerId, currency))?.available ?? '0')

/** Uses credit up (`used`) and adds what a change gave back (`added`). */
export function moveCredit(account: Account, customerId: string, currency: string, used: bigint, added: bigint): void {
  if (used === 0n && added === 0n) return
  const id = balanceId(customerId, currency)
  const before = account.store.get('balances', id)
  account.store.put('balances', {
    id, customer_id: customerId, currency_code: currency, available: String(BigInt(before?.available ?? '0') - used + added),
    used: String(BigInt(before?.used ?? '0') + used),
  })
}
