import { email } from '../platform/email.ts'

export interface Receipt {
  name: string
  items: string[]
  amount: string
  links: { title: string; path: string }[]
  number: string | null
}

export const receiptEmail = email<Receipt>('receipt')

export interface Refund {
  name: string
  amount: string
  /** What the refund took away; empty when only money went back. */
  ended: string[]
}

export const refundEmail = email<Refund>('refund')
