import { randomInt } from 'node:crypto'
import { Invalid } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import { chosenPassword, emailField, nameField } from './fields.ts'
import { hashPassword } from './hash-password.ts'
import { weakness } from './password.ts'

/**
 * Makes somebody the site's owner: a new account, or an existing one raised. Without a password it makes one up and
 * answers it. `password` is null when a confirmed account existed: it keeps the one it has. Running it again changes nothing.
 * Throws `Invalid` for an address, name or password that the sign-up form would refuse.
 */
export async function createOwner({ db, clock }: Pick<Services, 'db' | 'clock'>, given: { email: string; name: string; password?: string }): Promise<{ email: string; password: string | null }> {
  const email = accepted(emailField.safeParse(given.email))
  const name = accepted(nameField.safeParse(given.name))
  // An account that was never confirmed may carry a stranger's password, so it gets a new one below.
  const raised = await db.account.updateMany({ where: { email, passwordHash: { not: null }, emailVerifiedAt: { not: null } }, data: { role: 'owner', disabledAt: null } })
  if (raised.count > 0) return { email, password: null }
  const password = given.password ?? readablePassword()
  accepted(chosenPassword.safeParse(password))
  const weak = weakness(password, email)
  if (weak !== null) throw new Invalid(weak)
  const owner = { name, role: 'owner', passwordHash: await hashPassword(password), emailVerifiedAt: clock.now(), disabledAt: null } as const
  await db.account.upsert({ where: { email }, create: { email, ...owner }, update: owner })
  return { email, password }
}

function accepted<T>(result: { success: true; data: T } | { success: false; error: { issues: { message: string }[] } }): T {
  if (result.success) return result.data
  throw new Invalid(result.error.issues[0]?.message ?? 'This is not accepted.')
}

/** Without letters and digits that are mistaken for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/** Four groups of five: 99 bits, and still read aloud. */
function readablePassword(): string {
  const group = () => Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}
