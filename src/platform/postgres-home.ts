import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { canRun, copyBinaries, exists, identity, installedBinaries, makeLinks, type Binaries, type RunAs } from './postgres-binaries.ts'
import { writePrivate } from './private-file.ts'
import { explainFolder, StartupProblem } from './startup-problem.ts'

/** Where root's PostgreSQL lives when its own user may not enter the project. */
const SHARED = '/var/lib/lectern'

/** Everything needed to run one server. `folder` holds `data/` and `postgres.log`; `notice` says where a copy is kept. */
export interface Home {
  user: RunAs
  binaries: Binaries
  folder: string
  password: string
  notice: string | null
}

/** What `<DATA_DIR>/postgres.json` remembers (mode 600). */
export interface Remembered {
  folder: string
  password: string
  port: number | null
}

export async function findHome(dataDir: string): Promise<Home> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 })
    const remembered = await recall(dataDir)
    const home = process.getuid?.() === 0 ? await homeForRoot(dataDir, remembered) : await homeForUser(dataDir, remembered)
    await remember(dataDir, { folder: home.folder, password: home.password, port: remembered?.port ?? null })
    return home
  } catch (error) {
    throw explainFolder(dataDir, error)
  }
}

export async function recall(dataDir: string): Promise<Remembered | null> {
  try {
    return JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8')) as Remembered
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    if (error instanceof SyntaxError) throw new StartupProblem(`${join(dataDir, 'postgres.json')} is damaged: it must hold the database's folder and password.`)
    throw error
  }
}

export async function remember(dataDir: string, what: Remembered): Promise<void> {
  await writePrivate(join(dataDir, 'postgres.json'), `${JSON.stringify(what, null, 2)}\n`)
}

async function homeForUser(dataDir: string, remembered: Remembered | null): Promise<Home> {
  const folder = join(dataDir, 'postgres')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const owner = (await stat(folder)).uid
  if (owner !== process.getuid?.()) throw new StartupProblem(`The database in ${folder} belongs to the system user ${nameOf(owner)}: start as that user or as root, or set DATA_DIR to another folder.`)
  return { user: null, binaries: await reachable(null, join(folder, 'binaries')), folder, password: remembered?.password ?? newPassword(), notice: null }
}

async function homeForRoot(dataDir: string, remembered: Remembered | null): Promise<Home> {
  const usual = join(dataDir, 'postgres')
  const folder = remembered && (await exists(remembered.folder)) ? remembered.folder : usual
  const user = await chooseUser(folder)
  const password = remembered?.password ?? newPassword()
  const binaries = await reachable(user, SHARED)
  if (await usable(folder, user)) return { user, binaries, folder, password, notice: noticeFor(dataDir, user, binaries, folder === usual ? null : folder) }
  if (await exists(join(folder, 'data'))) throw new StartupProblem(`PostgreSQL runs as the system user ${user.name}, who can no longer enter ${folder}: let others pass through the folders above it (chmod o+x), or set DATA_DIR to another folder.`)
  await rmdir(folder).catch(() => undefined)
  const elsewhere = await sharedFolder(dataDir, user)
  return { user, binaries, folder: elsewhere, password, notice: noticeFor(dataDir, user, binaries, elsewhere) }
}

function noticeFor(dataDir: string, user: { name: string }, binaries: Binaries, data: string | null): string | null {
  const copied = binaries.folder.startsWith(SHARED)
  if (!copied && !data) return null
  const why = `PostgreSQL does not run as root, and its user ${user.name} cannot enter ${data ? dataDir : 'the project folder'}`
  const what = [copied ? `its binaries are in ${dirname(binaries.folder)}` : null, data ? `the data is in ${data}` : null].filter(Boolean).join(', ')
  return `${why}: ${what}.`
}

/** Root may not run PostgreSQL: the owner of existing data, Debian's user, one of our own, or nobody. */
async function chooseUser(folder: string): Promise<NonNullable<RunAs>> {
  const owner = await stat(folder).then(
    (found) => found,
    () => null,
  )
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: nameOf(owner.uid) }
  const user = lookUp('postgres') ?? lookUp('lectern') ?? create('lectern') ?? lookUp('nobody')
  if (!user) throw new StartupProblem('PostgreSQL does not run as root, and this machine has no user postgres, lectern or nobody to run it as: create one (useradd --system lectern), or set DATABASE_URL.')
  return user
}

function create(name: string): RunAs {
  spawnSync('useradd', ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin', name], { stdio: 'ignore', timeout: 10_000 })
  return lookUp(name)
}

function lookUp(name: string): RunAs {
  const ask = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8', timeout: 10_000 })
  const [uid, gid] = [ask('-u'), ask('-g')]
  if (uid.status !== 0 || gid.status !== 0) return null
  return { uid: Number(uid.stdout), gid: Number(gid.stdout), name }
}

function nameOf(uid: number): string {
  const { status, stdout } = spawnSync('id', ['-un', String(uid)], { encoding: 'utf8', timeout: 10_000 })
  return status === 0 ? stdout.trim() : String(uid)
}

async function reachable(user: RunAs, copiesIn: string): Promise<Binaries> {
  const installed = installedBinaries()
  if ((await makeLinks(installed)) && canRun(installed, user)) return installed
  const target = join(copiesIn, `postgresql-${installed.version}-${process.platform}-${process.arch}`)
  const copy = await copyBinaries(installed, target).catch((error: unknown) => {
    throw explainFolder(target, error)
  })
  if (!canRun(copy, user)) throw new StartupProblem(`PostgreSQL's binaries do not run on this machine (tried ${copy.folder}): set DATABASE_URL to a PostgreSQL of your own.`)
  return copy
}

/** Makes `folder` the user's own and asks, as that user, whether it can be entered and written. */
async function usable(folder: string, user: NonNullable<RunAs>): Promise<boolean> {
  await own(folder, user)
  return spawnSync('/bin/sh', ['-c', 'cd "$0" && test -w .', folder], { cwd: '/', env: {}, ...identity(user), timeout: 10_000 }).status === 0
}

async function own(folder: string, user: NonNullable<RunAs>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chown(folder, user.uid, user.gid)
}

/** A folder beside the shared binaries, named after DATA_DIR. One left by a DATA_DIR that was since deleted is moved aside. */
async function sharedFolder(dataDir: string, user: NonNullable<RunAs>): Promise<string> {
  const name = dataDir.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').slice(-40)
  const folder = join(SHARED, 'data', `${name}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}`)
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o755 })
    for (const open of [SHARED, dirname(folder)]) await chmod(open, 0o755)
    if (await exists(folder)) await rename(folder, `${folder}.left-${randomBytes(3).toString('hex')}`)
    await own(folder, user)
  } catch (error) {
    throw explainFolder(folder, error)
  }
  if (!(await usable(folder, user))) throw new StartupProblem(`PostgreSQL's user ${user.name} can use neither ${dataDir} nor ${folder}: set DATABASE_URL to a PostgreSQL of your own.`)
  return folder
}

const newPassword = (): string => randomBytes(24).toString('base64url')
