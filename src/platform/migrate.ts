import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import pg from 'pg'
import { root } from './paths.ts'
import { StartupProblem } from './startup-problem.ts'

export const migrationsFolder: string = join(root, 'prisma', 'migrations')

export interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Any fixed number: it only has to differ from the locks that Prisma (72707369) and BullMQ take for themselves. */
const LOCK = 4_727_301

/**
 * Brings the database up to date: our migrations (kept in Prisma's `_prisma_migrations`), then the queue's own tables.
 * Returns the names of the migrations applied. Safe to call from several processes at once: one works, the others wait.
 * Throws `StartupProblem` when an applied migration differs from the file of that name.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    if (await isUpToDate(client)) return []
    await client.query('select pg_advisory_lock($1)', [LOCK])
    const names = (await pendingMigrations(client)).length > 0 ? await applyMigrations(databaseUrl) : []
    await migrateQueue(client)
    return names
  })
}

/** Migrations in the database that this version does not have: the data is a newer version's. */
export async function unknownMigrations(databaseUrl: string): Promise<string[]> {
  const known = new Set((await listMigrations()).map(({ name }) => name))
  const applied = await withClient(databaseUrl, appliedMigrations)
  return [...applied.keys()].filter((name) => !known.has(name))
}

/** The migrations in the folder, in the order they are applied. */
export async function listMigrations(): Promise<Migration[]> {
  const entries = await readdir(migrationsFolder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(names.sort().map(readMigration))
}

/** The folder in the shape the schema engine wants. */
export async function migrationsList() {
  const migrations = await listMigrations()
  const lockfile = await readFile(join(migrationsFolder, 'migration_lock.toml'), 'utf8')
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({ path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } } })),
  }
}

async function readMigration(name: string): Promise<Migration> {
  const sql = await readFile(join(migrationsFolder, name, 'migration.sql'), 'utf8')
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
}

/** Asked with plain `pg`, because loading the schema engine takes longer than everything else a start does here. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  return (await pendingMigrations(client)).length === 0 && (await queueVersion(client)) === bundledQueueVersion()
}

async function pendingMigrations(client: pg.Client): Promise<Migration[]> {
  const applied = await appliedMigrations(client)
  const migrations = await listMigrations()
  const changed = migrations.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum)
  if (changed) throw new StartupProblem(`The database belongs to another version of Lectern: its migration ${changed.name} is not the one in ${migrationsFolder}: use the version that made it, or another database (DATA_DIR or DATABASE_URL).`)
  return migrations.filter(({ name }) => !applied.has(name))
}

async function appliedMigrations(client: pg.Client): Promise<Map<string, string>> {
  const table = await client.query<{ found: string | null }>(`select to_regclass('_prisma_migrations')::text as found`)
  if (!table.rows[0]?.found) return new Map()
  const { rows } = await client.query<{ migration_name: string; checksum: string }>('select migration_name, checksum from _prisma_migrations where finished_at is not null and rolled_back_at is null')
  return new Map(rows.map((row) => [row.migration_name, row.checksum]))
}

async function applyMigrations(databaseUrl: string): Promise<string[]> {
  const { withSchemaEngine } = await import('./schema-engine.ts')
  const input = { migrationsList: await migrationsList(), filters: { externalTables: [], externalEnums: [] } }
  const { appliedMigrationNames } = await withSchemaEngine(databaseUrl, (engine) => engine.applyMigrations(input))
  return appliedMigrationNames
}

/** BullMQ keeps its own ledger; a comment on its schema spares us loading BullMQ at every start to read it. */
async function migrateQueue(client: pg.Client): Promise<void> {
  const { runMigrations } = await import('bullmq')
  await runMigrations(client as unknown as Parameters<typeof runMigrations>[0], 'bullmq')
  await client.query(`comment on schema bullmq is ${client.escapeLiteral(bundledQueueVersion())}`)
}

async function queueVersion(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ comment: string | null }>(`select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = 'bullmq'`)
  return rows[0]?.comment ?? null
}

function bundledQueueVersion(): string {
  const { version } = createRequire(import.meta.url)('bullmq/package.json') as { version: string }
  return `BullMQ ${version}`
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
