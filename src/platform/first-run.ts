import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrivate } from './private-file.ts'
import { explainFolder, StartupProblem } from './startup-problem.ts'

/** The first administrator, as sample content makes it. */
export interface Admin {
  email: string
  password: string
}

/** The key that signs sessions and links, made once and kept in `<DATA_DIR>/secrets.json` (mode 600). */
export async function secretKeyOf(dataDir: string): Promise<string> {
  const file = join(dataDir, 'secrets.json')
  const kept = await readOrNull(file)
  if (kept !== null) return parseSecrets(file, kept)
  const SECRET_KEY = randomBytes(32).toString('base64url')
  await write(dataDir, file, `${JSON.stringify({ SECRET_KEY }, null, 2)}\n`)
  return SECRET_KEY
}

export const adminFile = (dataDir: string): string => join(dataDir, 'admin.txt')

/** The administrator that the first run made; null when there was none. */
export async function readAdmin(dataDir: string): Promise<Admin | null> {
  const lines = (await readOrNull(adminFile(dataDir)))?.split('\n') ?? []
  const value = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  const [email, password] = [value('email'), value('password')]
  return email && password ? { email, password } : null
}

export async function keepAdmin(dataDir: string, admin: Admin): Promise<void> {
  await write(dataDir, adminFile(dataDir), `The administrator that the first start made. Change the password after signing in.\nemail: ${admin.email}\npassword: ${admin.password}\n`)
}

function parseSecrets(file: string, text: string): string {
  try {
    const { SECRET_KEY } = JSON.parse(text) as { SECRET_KEY?: unknown }
    if (typeof SECRET_KEY === 'string' && SECRET_KEY.length >= 32) return SECRET_KEY
  } catch {
    // Falls through to the sentence below: damaged and incomplete are the same to a person.
  }
  throw new StartupProblem(`${file} is damaged: remove it to get new secrets (everybody must sign in again), or set SECRET_KEY.`)
}

async function readOrNull(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw explainFolder(file, error)
  })
}

async function write(dataDir: string, file: string, text: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
    await writePrivate(file, text)
  } catch (error) {
    throw explainFolder(dataDir, error)
  }
}
