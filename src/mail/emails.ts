import { email } from '../platform/email.ts'

export interface MailCheck {
  /** Who asked for it, as readers know them. */
  requestedBy: string
}

export const mailCheckEmail = email<MailCheck>('mail-check')
