import { found } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import { mayRead } from './access.ts'
import { listRights, type Right } from './queries.ts'
import { entitled } from './sql.ts'

/** Why may, or may not, somebody read this? In sentences, for the person who answers the mail. Throws `NotFound` for an unknown address. */
export async function explainAccess({ db, sql }: Pick<Services, 'db' | 'sql'>, { email, path }: { email: string; path: string }): Promise<string[]> {
  const account = found(await db.account.findUnique({ where: { email: email.trim().toLowerCase() }, select: { id: true, email: true, role: true } }), 'account')
  const document = found(await db.document.findUnique({ where: { path }, select: { id: true, title: true, state: true, access: true, lesson: { select: { preview: true, course: { select: { document: { select: { id: true, title: true, access: true } } } } } } } }), 'page')
  const course = document.lesson?.course.document ?? null
  const access = course?.access ?? document.access
  const [row] = await sql.rows<{ entitled: boolean }>('explain-access', ENTITLED, [account.id, document.id, course?.id ?? document.id, access])
  const rights = await listRights(db, account.id)
  const preview = document.lesson?.preview ?? false
  const allowed = mayRead({ access, preview }, row?.entitled ?? false)
  return [
    `${account.email} (${account.role}) ${allowed ? 'may' : 'may not'} read “${document.title}” (${path}).`,
    `It is ${access === 'free' ? 'free' : access === 'members' ? 'for members' : 'for sale'}${course === null ? '' : ` as a lesson of “${course.title}”`}${preview ? ', and open to everybody as a preview' : ''}${document.state === 'published' ? '' : '; it is a draft, which only the admin shows'}.`,
    ...(rights.length === 0 ? ['This account has no rights.'] : rights.map((right) => rightLine(right, [document.id, course?.id ?? null], access))),
  ]
}

const ENTITLED = `SELECT ${entitled({ account: '$1::uuid', document: '$2::uuid', course: '$3::uuid', access: '$4::text' })} AS entitled`

function rightLine(right: Right, ids: (string | null)[], access: string): string {
  const what = right.documentId === null ? 'everything for members' : `“${right.title ?? 'a document'}”`
  const until = right.endsAt === null ? 'without end' : `to ${right.endsAt.toISOString()}`
  const matters = right.documentId === null ? access === 'members' : ids.includes(right.documentId)
  return `  ${right.live ? 'live ' : 'ended'}  ${right.source}: ${what}, from ${right.startsAt.toISOString()} ${until} (${right.reason})${matters ? '' : ' — not about this page'}`
}
