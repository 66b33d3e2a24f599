import { isLectern, readLectern } from './lectern.ts'
import type { Folder, Library } from './manuscript.ts'

/** Finds out what kind of folder this is. `now` decides which dates lie in the future. */
export function readLibrary(folder: Folder, _now: Date): Library {
  if (isLectern(folder)) return readLectern(folder)
  throw new Error('not yet')
}
