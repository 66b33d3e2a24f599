// `npm run migrate` brings the database up to date; `npm run migrate -- --create <name>` writes a new migration from the
// difference between prisma/schema.prisma and the migrations there are. Read the file before you apply it: what Prisma
// cannot express (checks, partial indexes, triggers) stands only in our SQL, and Prisma may propose to drop it.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../src/config.ts'
import { findPostgres, startPostgres } from '../src/platform/embedded-postgres.ts'
import { migrate, migrationsFolder, migrationsList } from '../src/platform/migrate.ts'
import { root } from '../src/platform/paths.ts'
import { withSchemaEngine } from '../src/platform/schema-engine.ts'
import { StartupProblem } from '../src/platform/startup-problem.ts'

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
  const schema = join(root, 'prisma', 'schema.prisma')
  const input = {
    migrationName: name,
    draft: false,
    migrationsList: await migrationsList(),
    schema: { files: [{ path: schema, content: await readFile(schema, 'utf8') }] },
    filters: { externalTables: [], externalEnums: [] },
  }
  const made = await withSchemaEngine(url, (engine) => engine.createMigration(input))
  if (made.migrationScript === null) return console.log('Nothing to do: the migrations already make this schema.')
  const folder = join(migrationsFolder, made.generatedMigrationName)
  await mkdir(folder)
  await writeFile(join(folder, `migration.${made.extension}`), made.migrationScript)
  console.log(`Wrote ${folder}. Read it, then apply it with npm run migrate.`)
}
