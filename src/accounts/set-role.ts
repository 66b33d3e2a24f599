import { Conflict, found } from '../platform/errors.ts'
import type { Role } from '../platform/viewer.ts'
import type { Services } from '../services.ts'
import { endOtherSessions } from './keep-sessions.ts'
import { leavesNoOwner } from './role.ts'

/**
 * Gives a person another role and ends their sessions, so that no old one carries new powers. The caller has asked
 * `canSetRoles`. Throws `NotFound`, and `Conflict` when nobody would be left who owns the site.
 */
export async function setRole({ db }: Pick<Services, 'db'>, { email, role }: { email: string; role: Role }): Promise<void> {
  await db.$transaction(async (tx) => {
    // Owners are locked together, or two of them could demote each other at once.
    const owners = await tx.$queryRaw<{ id: string }[]>`select id from account where role = 'owner' and disabled_at is null order by id for update`
    const account = found(await tx.account.findUnique({ where: { email: email.toLowerCase() }, select: { id: true, role: true } }), 'account')
    if (account.role === role) return
    if (leavesNoOwner(account.role, role, owners.length)) throw new Conflict('This is the last owner. Make somebody else an owner first.')
    await tx.account.update({ where: { id: account.id }, data: { role } })
    await endOtherSessions(tx, account.id, null)
  })
}
