import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { listMigrations, migrate, unknownMigrations } from '../../src/platform/migrate.ts'

describe('migrations', { timeout: 15_000 }, () => {
  const server = inject('serverUrl')
  let name: string
  let url: string

  beforeEach(async () => {
    name = `${inject('template')}_m${randomBytes(4).toString('hex')}`
    await sql(server, `create database ${name}`)
    url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  })
  afterEach(async () => {
    await sql(server, `drop database ${name} with (force)`)
  })

  it('are applied once, in order, by one of two processes that start together', async () => {
    const names = (await listMigrations()).map((migration) => migration.name)
    const applied = await Promise.all([migrate(url), migrate(url)])
    expect(applied.flat()).toEqual(names)
    expect(await migrate(url)).toEqual([])
    expect(await sql(url, 'select migration_name from _prisma_migrations order by started_at')).toEqual(names.map((one) => ({ migration_name: one })))
  })

  it('bring the tables of the queue', async () => {
    await migrate(url)
    expect(await sql(url, `select to_regclass('bullmq.job') is not null as there`)).toEqual([{ there: true }])
  })

  it('leave no connection behind, so that the database can be cloned', async () => {
    await migrate(url)
    expect(await sql(server, `select count(*)::int as n from pg_stat_activity where datname = '${name}'`)).toEqual([{ n: 0 }])
  })

  it('refuse a database whose applied migration was another', async () => {
    await migrate(url)
    await sql(url, `update _prisma_migrations set checksum = 'other'`)
    await expect(migrate(url)).rejects.toThrow(/belongs to another version of Lectern/)
  })

  it('are listed when a newer version applied them', async () => {
    await migrate(url)
    expect(await unknownMigrations(url)).toEqual([])
    await sql(url, `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at) values ('x', 'x', '29990101000000_future', now(), now())`)
    expect(await unknownMigrations(url)).toEqual(['29990101000000_future'])
  })
})

async function sql(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
