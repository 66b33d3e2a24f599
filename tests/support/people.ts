import { createHash, randomBytes } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import type { Account } from '#prisma'
import { startSession } from '../../src/accounts/keep-sessions.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/db.ts'
import type { Role } from '../../src/platform/viewer.ts'

export type Person = Account & { password: string }

export const PASSWORD = 'four unlikely words together'

/** Cheap on purpose: tests sign in often, and what a hash costs has a test of its own. */
const quick = { memoryCost: 8, timeCost: 1, parallelism: 1 }
let hashed: Promise<string> | undefined

interface Given {
  email: string
  name: string
  role?: Role
  verified?: boolean
  disabled?: boolean
  password?: string | null
}

/** An account as it stands after sign-up and confirmation, unless told otherwise. */
export async function createPerson(db: Db, { email, name, role = 'member', verified = true, disabled = false, password = PASSWORD }: Given, clock: Clock = systemClock): Promise<Person> {
  const now = clock.now()
  const passwordHash = password === null ? null : await (password === PASSWORD ? (hashed ??= hash(PASSWORD, quick)) : hash(password, quick))
  const account = await db.account.create({
    data: { email, name, role, passwordHash, createdAt: now, emailVerifiedAt: verified ? now : null, disabledAt: disabled ? now : null },
  })
  return { ...account, password: password ?? '' }
}

/** Ada writes: an author, with her author's page. */
export async function ada(db: Db, clock?: Clock): Promise<Person> {
  const person = await createPerson(db, { email: 'ada@example.org', name: 'Ada Author', role: 'author' }, clock)
  await db.author.create({ data: { slug: 'ada-author', name: person.name, accountId: person.id } })
  return person
}

/** Lin learns: an ordinary member. */
export const lin = (db: Db, clock?: Clock): Promise<Person> => createPerson(db, { email: 'lin@example.org', name: 'Lin Learner' }, clock)

/** Sam owns the site. */
export const sam = (db: Db, clock?: Clock): Promise<Person> => createPerson(db, { email: 'sam@example.org', name: 'Sam Staff', role: 'owner' }, clock)

/** Mallory is a stranger: signed in, and nothing here is hers. */
export const mallory = (db: Db, clock?: Clock): Promise<Person> => createPerson(db, { email: 'mallory@example.org', name: 'Mallory Stranger' }, clock)

/** Signs a person in without the form and answers the `Cookie` header of their browser (as on http). */
export async function signInAs(db: Db, person: { id: string }, clock: Clock = systemClock, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const id = createHash('sha256').update(token).digest('hex')
  await startSession(db, clock, { id, accountId: person.id, userAgent, replaces: null })
  return `session=${token}`
}
