import { afterAll, expect, it } from 'vitest'
import { connect, type Database } from '../../src/platform/db.ts'
import { testDatabase } from '../support/database.ts'

const open: Database[] = []
const connected = async () => {
  const database = connect(await testDatabase(), { max: 1, use: 'web', onError: () => undefined })
  open.push(database)
  return database
}
afterAll(() => Promise.all(open.map((database) => database.close())))

it('times mean the same through Prisma and in SQL, whatever zone the database is set to', async () => {
  const name = new URL(await testDatabase()).pathname.slice(1)
  await (await connected()).pool.query(`ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`)
  const { db, pool } = await connected()
  const moment = new Date('2026-01-01T12:00:00.123Z')
  const { id } = await db.product.create({ data: { slug: 'zone', name: 'Zone', syncedAt: moment }, select: { id: true } })
  const { rows } = await pool.query<{ syncedAt: Date }>('SELECT synced_at AS "syncedAt" FROM product WHERE id = $1', [id])
  expect(rows[0]?.syncedAt).toEqual(moment)
  expect((await db.product.findUniqueOrThrow({ where: { id } })).syncedAt).toEqual(moment)
})
