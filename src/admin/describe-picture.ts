import { found } from '../platform/errors.ts'
import type { Services } from '../services.ts'

/** Keeps a picture's alternative text as the suggestion for texts that will show it; texts that already do keep their own. */
export async function describePicture({ db }: Services, id: string, alt: string): Promise<void> {
  const { count } = await db.asset.updateMany({ where: { id }, data: { alt } })
  found(count === 1 ? true : null, 'picture')
}
