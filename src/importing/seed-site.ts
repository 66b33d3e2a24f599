import { join } from 'node:path'
import { createOwner } from '../accounts/create-owner.ts'
import { readLectern } from '../manuscripts/lectern.ts'
import { root } from '../platform/paths.ts'
import type { Services } from '../services.ts'
import { importLibrary, type ImportOptions } from './import-library.ts'
import { readFolder } from './read-folder.ts'
import type { Report } from './report.ts'

/**
 * Fills an empty site with the sample content and makes its owner. Running it again changes nothing; the owner's password
 * is known only when the account was made here. The owner comes last: a first run that breaks off can then begin anew.
 */
export async function seedSite(services: Services, { email, onProgress }: { email: string; onProgress: ImportOptions['onProgress'] }): Promise<{ report: Report; owner: { email: string; password: string | null } }> {
  const folder = await readFolder(join(root, 'content', 'sample'))
  const report = await importLibrary(services, folder, readLectern(folder), { dryRun: false, overwrite: false, original: null, onProgress })
  const owner = await createOwner(services, { email, name: 'Administrator' })
  return { report, owner }
}
