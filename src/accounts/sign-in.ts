import type { Services } from '../services.ts'
import { checkPassword, hashPassword, PARAMETERS } from './hash-password.ts'
import { startSession, type NewSession } from './keep-sessions.ts'
import { isOutdated } from './password.ts'

export type SignedIn = { kind: 'in'; expires: Date } | { kind: 'refused' } | { kind: 'unconfirmed' }

/**
 * Begins a session for whoever knows the password. Takes as long for an address without an account. `unconfirmed`
 * (right password, address not confirmed) must look like `refused` from outside: it would tell that the account is new.
 */
export async function signIn(services: Services, { email, password, session }: { email: string; password: string; session: Omit<NewSession, 'accountId'> }): Promise<SignedIn> {
  const { db, clock } = services
  const account = await db.account.findUnique({ where: { email }, select: { id: true, passwordHash: true, emailVerifiedAt: true, disabledAt: true } })
  const fits = await checkPassword(account?.passwordHash ?? null, password)
  if (account === null || !fits || account.disabledAt !== null) return { kind: 'refused' }
  if (account.emailVerifiedAt === null) return { kind: 'unconfirmed' }
  const expires = await startSession(db, clock, { ...session, accountId: account.id })
  if (account.passwordHash !== null && isOutdated(account.passwordHash, PARAMETERS)) {
    const passwordHash = await hashPassword(password)
    await db.account.updateMany({ where: { id: account.id, passwordHash: account.passwordHash }, data: { passwordHash } })
  }
  return { kind: 'in', expires }
}
