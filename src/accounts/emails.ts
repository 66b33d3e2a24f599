import { email } from '../platform/email.ts'

/** `path` is the link's; all else about an address comes from the configuration. */
export interface LinkEmail {
  path: string
}

export const verifyEmail = email<LinkEmail>('verify-email')
export const changeEmail = email<LinkEmail>('change-email')
export const resetEmail = email<LinkEmail>('reset-password')

/** To somebody who signs up, or wants to move, to an address that has an account. */
export const alreadyRegisteredEmail = email<object>('already-registered')

export const passwordChangedEmail = email<{ name: string; when: string }>('password-changed')

/** To the old address: `done` is false while the new one is not confirmed. */
export const emailChangedEmail = email<{ name: string; newEmail: string; done: boolean }>('email-changed')
