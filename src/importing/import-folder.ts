import { readLibrary } from '../manuscripts/library.ts'
import type { Services } from '../services.ts'
import { importLibrary, type ImportOptions } from './import-library.ts'
import { readFolder } from './read-folder.ts'
import type { Report } from './report.ts'

/** Brings in a folder of Markdown, whatever kind of site it was. Throws `Invalid` when there is no such folder. */
export async function importFolder(services: Services, path: string, options: ImportOptions): Promise<Report> {
  const folder = await readFolder(path)
  return importLibrary(services, folder, readLibrary(folder, services.clock.now()), options)
}
