import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project folder. Found by walking up, because this file runs from `src/` in tests and from `dist/` otherwise. */
export const root: string = findRoot(dirname(fileURLToPath(import.meta.url)))

function findRoot(folder: string): string {
  if (isLectern(join(folder, 'package.json'))) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('No package.json named "lectern" in any folder above the program.')
  return findRoot(parent)
}

function isLectern(file: string): boolean {
  if (!existsSync(file)) return false
  const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown }
  return name === 'lectern'
}
