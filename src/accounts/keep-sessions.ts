import { after, type Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/db.ts'
import type { Role, Viewer } from '../platform/viewer.ts'
import type { Services } from '../services.ts'
import { SEEN_EVERY, SESSION_IDLE, SESSION_LONGEST } from './lifetimes.ts'

interface Flash {
  kind: 'good' | 'bad' | 'info'
  text: string
}

interface Row {
  id: string
  name: string
  email: string
  role: Role
  verified: boolean
  flash: Flash | null
}

/**
 * One statement for every page of somebody signed in. It writes only when a message waits or "last seen" is old, and
 * then moves the end of the session on.
 */
const FIND = `
  with found as (
    select s.id as session_id, s.flash, s.last_seen_at, a.id, a.name, a.email, a.role, a.email_verified_at is not null as verified
    from session s join account a on a.id = s.account_id
    where s.id = $1 and s.expires_at > $2::timestamptz and a.disabled_at is null
  ), kept as (
    update session s
    set flash = null, last_seen_at = greatest(s.last_seen_at, $2::timestamptz), expires_at = least($3::timestamptz, s.created_at + $5::interval)
    from found f
    where s.id = f.session_id and (f.flash is not null or f.last_seen_at < $4::timestamptz)
  )
  select id, name, email, role::text as role, verified, flash from found`

/** What the web edge needs to know who is asking (the port `Sessions` of platform/http/viewer.ts). */
export function createSessions({ sql, db, clock }: Pick<Services, 'sql' | 'db' | 'clock'>) {
  return {
    async find(id: string): Promise<{ viewer: Viewer; flash: Flash | null } | null> {
      const now = clock.now()
      const values = [id, now, after(now, SESSION_IDLE), after(now, -SEEN_EVERY), `${SESSION_LONGEST} milliseconds`]
      const [row] = await sql.rows<Row>('find-session', FIND, values)
      if (row === undefined) return null
      const { flash, ...person } = row
      return { viewer: { ...person, sessionId: id }, flash }
    },
    async flash(id: string, flash: Flash): Promise<void> {
      await db.session.updateMany({ where: { id }, data: { flash: { ...flash } } })
    },
  }
}

export interface NewSession {
  /** `sessionId` of a token made for it and never used before. */
  id: string
  accountId: string
  userAgent: string
  /** The session this browser had until now; it ends. */
  replaces: string | null
}

/** Begins a session and answers when its cookie may be forgotten. */
export async function startSession(tx: Tx, clock: Clock, { id, accountId, userAgent, replaces }: NewSession): Promise<Date> {
  const now = clock.now()
  if (replaces !== null) await tx.session.deleteMany({ where: { id: replaces } })
  await tx.session.create({ data: { id, accountId, userAgent: userAgent.slice(0, 400), createdAt: now, lastSeenAt: now, expiresAt: after(now, SESSION_IDLE) } })
  return after(now, SESSION_LONGEST)
}

/** Ends one session of this person; ending it twice, or one of somebody else's, does nothing. */
export async function endSession({ db }: Pick<Services, 'db'>, accountId: string, id: string): Promise<void> {
  await db.session.deleteMany({ where: { id, accountId } })
}

/** Ends every session of this person but one (null: every one); answers how many. */
export async function endOtherSessions(tx: Tx, accountId: string, but: string | null): Promise<number> {
  const { count } = await tx.session.deleteMany({ where: { accountId, ...(but === null ? {} : { id: { not: but } }) } })
  return count
}

/** Removes what can no longer be used, so that the tables do not grow for ever; answers how many rows. */
export async function sweepSessions({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> {
  const before = clock.now()
  const sessions = await db.session.deleteMany({ where: { expiresAt: { lt: before } } })
  // A link is kept for a while, so that its page can say that it was used or is too old.
  const links = await db.accountLink.deleteMany({ where: { expiresAt: { lt: after(before, -SESSION_IDLE) } } })
  return sessions.count + links.count
}
