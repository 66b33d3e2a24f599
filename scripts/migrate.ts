// `npm run migrate` brings the database up to date; `npm run migrate -- --create <name>` writes a new migration from the
// difference between prisma/schema.prisma as it was last committed and as it is now. Models are compared, not databases:
// what Prisma cannot express (checks, partial indexes, triggers) stands only in our SQL, and Prisma would propose to drop it.
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { findPostgres, startPostgres } from '../src/platform/embedded-postgres.ts'
import { migrate, migrationsFolder } from '../src/platform/migrate.ts'
import { root } from '../src/platform/paths.ts'
import { withSchemaEngine } from '../src/platform/schema-engine.ts'
import { StartupProblem } from '../src/platform/startup-problem.ts'

const SCHEMA = 'prisma/schema.prisma'

try {
  await withDatabase(readConfig(process.env), process.argv[2] === '--create' ? (url) => create(url, process.argv[3]) : apply)
} catch (error) {
  if (!(error instanceof StartupProblem)) throw error
  console.error(error.message)
  process.exitCode = 1
}

async function withDatabase(config: { databaseUrl: string | null; dataDir: string }, work: (url: string) => Promise<void>): Promise<void> {
  const running = config.databaseUrl ?? (await findPostgres(config.dataDir))
  if (running) return work(running)
  const postgres = await startPostgres({ dataDir: config.dataDir, log: console.log })
  try {
    await work(postgres.url)
  } finally {
    await postgres.stop()
  }
}

async function apply(url: string): Promise<void> {
  const names = await migrate(url)
  console.log(names.length > 0 ? `Applied ${names.join(', ')}.` : 'Nothing to do: the database is up to date.')
}

async function create(url: string, name: string | undefined): Promise<void> {
  if (!name || !/^[a-z0-9_-]+$/.test(name)) throw new StartupProblem('Name the migration in small letters: npm run migrate -- --create add_badges')
  const before = execFileSync('git', ['show', `HEAD:${SCHEMA}`], { cwd: root, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
  const now = await readFile(join(root, SCHEMA), 'utf8')
  const script = await difference(url, before, now)
  if (script === '') return console.log(`Nothing to do: ${SCHEMA} makes the same tables as when it was last committed.`)
  const folder = join(migrationsFolder, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`)
  await mkdir(folder)
  await writeFile(join(folder, 'migration.sql'), script)
  console.log(`Wrote ${folder}. Read it, then apply it with npm run migrate.`)
}

async function difference(url: string, before: string, now: string): Promise<string> {
  const model = (content: string) => ({ tag: 'schemaDatamodel' as const, files: [{ path: SCHEMA, content }] })
  // The engine connects even to compare two models, and asks the server only for its version.
  const { stdout } = await withSchemaEngine(url, (engine) =>
    engine.diff({ from: model(before), to: model(now), script: true, exitCode: null, filters: { externalTables: [], externalEnums: [] } }),
  )
  return !stdout || stdout.includes('This is an empty migration') ? '' : stdout
}
