import pg from 'pg'
import { inject } from 'vitest'

let cloned: Promise<string> | undefined
let cleaner: pg.Client | undefined

/**
 * The address of this test file's own database: a fresh clone of the migrated template, with nothing in it. The worker
 * makes it again for each file; a connection that an earlier file left open is cut.
 */
export function testDatabase(): Promise<string> {
  cloned ??= clone()
  return cloned
}

/**
 * Empties every table but the ledgers of migrations, and starts numbering anew. The argument is ignored: it lets callers
 * write `clearDatabase(db)`. Only tables with rows are touched, which takes a tenth of TRUNCATE's time; triggers and
 * foreign keys are off meanwhile, as they are for TRUNCATE.
 */
export async function clearDatabase(_db?: unknown): Promise<void> {
  cleaner ??= await connect(await testDatabase())
  await cleaner.query(CLEAR)
}

const CLEAR = `
do $$
declare
  item record;
  filled boolean;
begin
  set local session_replication_role = replica;
  for item in
    select schemaname, tablename from pg_tables
    where schemaname in ('public', 'bullmq') and not (schemaname, tablename) in (('public', '_prisma_migrations'), ('bullmq', 'migration'))
  loop
    execute format('select exists (select from %I.%I)', item.schemaname, item.tablename) into filled;
    if filled then execute format('delete from %I.%I', item.schemaname, item.tablename); end if;
  end loop;
  for item in select schemaname, sequencename from pg_sequences where schemaname in ('public', 'bullmq') and last_value is not null loop
    execute format('alter sequence %I.%I restart', item.schemaname, item.sequencename);
  end loop;
end
$$`

async function clone(): Promise<string> {
  const template = inject('template')
  const name = `${template}_${process.env.VITEST_POOL_ID ?? '0'}`
  const server = await connect(inject('serverUrl'))
  try {
    await server.query(`drop database if exists ${name} with (force)`)
    // Two workers may not copy the template at the same moment: it must have no other user.
    await server.query('select pg_advisory_lock(4727302)')
    await server.query(`create database ${name} template ${template}`)
  } finally {
    await server.end()
  }
  const url = new URL(inject('serverUrl'))
  url.pathname = `/${name}`
  return url.href
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  return client
}
