import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearDatabase, testDatabase } from '../support/database.ts'

describe('the database of a test file', () => {
  let client: pg.Client

  beforeAll(async () => {
    client = new pg.Client({ connectionString: await testDatabase() })
    await client.connect()
  })
  afterAll(() => client.end())

  const count = async (table: string) => Number((await client.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]?.n)

  it('is migrated', async () => {
    expect(await count('_prisma_migrations')).toBeGreaterThan(0)
    expect(await count('bullmq.migration')).toBeGreaterThan(0)
  })

  it('is emptied with its numbering, whatever refers to whatever, and keeps the ledgers', async () => {
    await client.query('create table parent (id int generated always as identity primary key)')
    await client.query('create table child (parent_id int references parent (id))')
    await client.query('insert into parent default values')
    await client.query('insert into child values (1)')

    await clearDatabase()

    expect(await count('parent')).toBe(0)
    expect(await count('child')).toBe(0)
    expect(await count('_prisma_migrations')).toBeGreaterThan(0)
    const { rows } = await client.query('insert into parent default values returning id')
    expect(rows).toEqual([{ id: 1 }])
    await expect(client.query('insert into child values (99)'), 'foreign keys are on again').rejects.toThrow(/foreign key/)
  })

  it('tells a string with German and Turkish letters in lower case, so its locale is not plain C', async () => {
    const { rows } = await client.query(`select lower('ÄÖÜ Ş') as lower, current_setting('server_encoding') as encoding`)
    expect(rows).toEqual([{ lower: 'äöü ş', encoding: 'UTF8' }])
  })
})
