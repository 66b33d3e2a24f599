import type { Services } from '../services.ts'

/** Changes how the site calls this person. */
export async function changeName({ db }: Pick<Services, 'db'>, accountId: string, name: string): Promise<void> {
  await db.account.updateMany({ where: { id: accountId }, data: { name } })
}
