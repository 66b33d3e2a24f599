import { verify } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { createOwner } from '../../src/accounts/create-owner.ts'
import { canSetRoles, ROLES } from '../../src/accounts/role.ts'
import { setRole } from '../../src/accounts/set-role.ts'
import { Conflict, Invalid, NotFound } from '../../src/platform/errors.ts'
import { createPerson, lin, sam, signInAs } from '../support/people.ts'
import { browser, useSite } from './site.ts'

const site = useSite()
const find = (email: string) => site.database.db.account.findUniqueOrThrow({ where: { email } })

describe('the owner made from the command line', () => {
  it('can sign in with the password that was made up', async () => {
    const made = await createOwner(site.services, { email: 'Olive@Example.org', name: 'Olive' })
    expect(made.email).toBe('olive@example.org')
    expect(made.password).toMatch(/^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/)
    expect(await find('olive@example.org')).toMatchObject({ role: 'owner', name: 'Olive' })
    expect((await browser(site).post('/sign-in', { email: made.email, password: made.password! })).status).toBe(303)
  })

  it('is made once: again changes nothing and tells no password', async () => {
    await createOwner(site.services, { email: 'olive@example.org', name: 'Olive', password: 'a password nobody guesses' })
    const before = await find('olive@example.org')
    expect(await createOwner(site.services, { email: 'olive@example.org', name: 'Other', password: 'quite another good one' })).toEqual({ email: 'olive@example.org', password: null })
    expect(await find('olive@example.org')).toEqual(before)
  })

  it('may be a member until now, who keeps the password', async () => {
    const person = await lin(site.database.db)
    expect(await createOwner(site.services, { email: person.email, name: 'x' })).toEqual({ email: person.email, password: null })
    expect(await find(person.email)).toMatchObject({ role: 'owner', passwordHash: person.passwordHash })
  })

  it('never inherits the password of somebody who signed up with that address and could not confirm it', async () => {
    const squatter = await createPerson(site.database.db, { email: 'olive@example.org', name: 'Squatter', verified: false })
    const { password } = await createOwner(site.services, { email: squatter.email, name: 'Olive' })
    const { passwordHash } = await find(squatter.email)
    expect(await verify(passwordHash!, squatter.password)).toBe(false)
    expect(await verify(passwordHash!, password!)).toBe(true)
  })

  it('needs an address, a name and a password that the site accepts', async () => {
    const good = { email: 'olive@example.org', name: 'Olive' }
    for (const bad of [{ ...good, email: 'olive' }, { ...good, name: ' ' }, { ...good, password: 'short' }, { ...good, password: 'password123' }]) {
      await expect(createOwner(site.services, bad)).rejects.toBeInstanceOf(Invalid)
    }
    expect(await site.database.db.account.count()).toBe(0)
  })
})

describe('roles', () => {
  it('are given by owners only', () => {
    expect(ROLES.filter((role) => canSetRoles({ role }))).toEqual(['owner'])
    expect(canSetRoles(null)).toBe(false)
  })

  it('end the sessions of whom they are given to, and only then', async () => {
    const person = await lin(site.database.db, site.clock)
    const cookie = await signInAs(site.database.db, person, site.clock)
    await setRole(site.services, { email: person.email, role: 'member' })
    expect((await browser(site, cookie).get('/account')).status).toBe(200)
    await setRole(site.services, { email: person.email, role: 'editor' })
    expect((await find(person.email)).role).toBe('editor')
    expect((await browser(site, cookie).get('/account')).status).toBe(303)
  })

  it('always leave one owner, even when two demote each other at the same moment', async () => {
    await sam(site.database.db)
    await expect(setRole(site.services, { email: 'sam@example.org', role: 'member' })).rejects.toBeInstanceOf(Conflict)
    await createPerson(site.database.db, { email: 'two@example.org', name: 'Two', role: 'owner' })
    let other: Promise<unknown> | undefined
    await site.database.db.$transaction(async (tx) => {
      await tx.account.update({ where: { email: 'two@example.org' }, data: { role: 'member' } })
      other = setRole(site.services, { email: 'sam@example.org', role: 'member' }).catch((error: unknown) => error)
      // Sam's demotion has every chance to overtake; it must wait for this one to commit.
      await new Promise((resolve) => setTimeout(resolve, 300))
    })
    expect(await other).toBeInstanceOf(Conflict)
    expect(await site.database.db.account.count({ where: { role: 'owner' } })).toBe(1)
  })

  it('are not given to nobody', async () => {
    await expect(setRole(site.services, { email: 'who@example.org', role: 'editor' })).rejects.toBeInstanceOf(NotFound)
  })
})
