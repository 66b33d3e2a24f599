import { chown, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Writes a file that only its owner may read (mode 600), whole or not at all. Root gives it to the owner of its folder,
 * so that a person who once starts with sudo can still start without.
 */
export async function writePrivate(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`
  await writeFile(fresh, text, { mode: 0o600 })
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(dirname(file))
    await chown(fresh, uid, gid)
  }
  await rename(fresh, file)
}
