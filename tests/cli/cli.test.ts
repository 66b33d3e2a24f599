import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clearDatabase, testDatabase } from '../support/database.ts'

const root = join(import.meta.dirname, '..', '..')
let dataDir: string
let client: pg.Client

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lectern-cli-'))
  client = new pg.Client({ connectionString: await testDatabase() })
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await rm(dataDir, { recursive: true, force: true })
})

beforeEach(() => clearDatabase())

async function lectern(args: string[], env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const databaseUrl = await testDatabase()
  return new Promise((done) => {
    execFile(process.execPath, ['--import', 'tsx', join(root, 'src', 'cli.ts'), ...args], { cwd: root, timeout: 60_000, env: { PATH: process.env.PATH ?? '', DATA_DIR: dataDir, DATABASE_URL: databaseUrl, ...env } }, (error, out, err) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), out, err })
    })
  })
}

const count = async (table: 'document' | 'account'): Promise<number> => Number((await client.query<{ n: string }>(table === 'document' ? 'select count(*) n from document' : 'select count(*) n from account')).rows[0]?.n)

describe('the command line', { timeout: 60_000 }, () => {
  it('lists every command with a line about it', async () => {
    const { code, out } = await lectern(['--help'])
    expect(code).toBe(0)
    for (const name of ['import', 'seed', 'migrate', 'render', 'create-owner', 'set-role', 'explain-access']) expect(out).toMatch(new RegExp(`^  ${name}\\b.* [A-Z].*\\.$`, 'm'))
  })

  it('answers a mistake in one sentence, without a stack', async () => {
    for (const args of [['frobnicate'], ['import'], ['import', join(root, 'nowhere')], ['set-role', 'a@example.org', 'king'], ['create-owner'], ['create-owner', '--email', 'nobody']]) {
      const { code, out, err } = await lectern(args)
      expect({ args, code, out }).toEqual({ args, code: 1, out: '' })
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(err).not.toMatch(/[^.?!)] See npm run cli/)
      expect(err).not.toMatch(/ at |node_modules|Error:/)
    }
  })

  it('says what is wrong with the configuration or the database', async () => {
    expect(await lectern(['render'], { PORT: 'many' })).toMatchObject({ code: 1, err: expect.stringContaining('PORT') })
    expect(await lectern(['render'], { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' })).toMatchObject({ code: 1, err: expect.stringContaining('The database does not answer') })
  })

  it('makes an owner, gives roles and explains access', async () => {
    const made = await lectern(['create-owner', '--email', 'Ada@example.org'])
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^ada@example\.org is an owner now\. Password: \S{20,}\n$/) })
    expect(await lectern(['create-owner', '--email', 'ada@example.org'])).toMatchObject({ code: 0, out: expect.stringContaining('keeps the password') })
    expect(await count('account')).toBe(1)
    expect(await lectern(['set-role', 'ada@example.org', 'member'])).toMatchObject({ code: 1, err: expect.stringContaining('last owner') })
    await client.query(`insert into document (id, kind, slug, path, title, summary, state, access, published_at) values (gen_random_uuid(), 'tutorial', 'x', '/tutorials/x', 'X', '', 'draft', 'members', now())`)
    expect((await lectern(['explain-access', 'ada@example.org', '/tutorials/x'])).out).toMatch(/may not read “X”[^]*for members[^]*no rights/)
    expect(await lectern(['explain-access', 'ada@example.org', '/tutorials/y'])).toMatchObject({ code: 1, err: 'There is no such page.\n' })
  })

  it('imports: what is refused makes the exit code 1, a dry run writes nothing', async () => {
    const folder = join(root, 'tests', 'importing', 'fixtures', 'book')
    const dry = await lectern(['import', folder, '--dry-run'])
    expect(dry).toMatchObject({ code: 1, out: expect.stringContaining('refused   src/SUMMARY.md:16: ') })
    expect(await count('document')).toBe(0)
    const real = await lectern(['import', folder])
    expect(real.out.trim().split('\n').at(-1)).toBe('6 created, 0 changed, 0 left alone, 0 kept, 1 refused; 0 pictures taken.')
    expect(await count('document')).toBe(6)
  })

  it('seeds an empty site once', async () => {
    const first = await lectern(['seed'])
    expect(JSON.parse(first.out.trim().split('\n').at(-1) ?? '')).toEqual({ admin: { email: 'admin@example.org', password: expect.stringMatching(/^\S{20,}$/) } })
    expect(first.out).toMatch(/ 0 refused; 27 pictures taken/)
    const notes = first.out.split('\n').filter((line) => line.startsWith('note'))
    expect(notes).toEqual([])
    const products = await client.query('select p.slug, r.amount, r.currency, d.path from product p join price r on r.product_id = p.id join product_grant g on g.product_id = p.id join document d on d.id = g.document_id')
    expect(products.rows).toEqual([{ slug: 'sql-for-working-developers', amount: '4900', currency: 'USD', path: '/courses/sql-for-working-developers' }])
    const broken = await client.query(`select d.path, r.problems from document d join revision r on r.id = d.published_revision_id where exists (select from unnest(r.problems) p where p ~ 'missing|leads to no')`)
    expect(broken.rows).toEqual([])
    const second = await lectern(['seed'])
    expect(second.out).toMatch(/^0 created, 0 changed, 35 left alone, 0 kept, 0 refused/m)
    expect(JSON.parse(second.out.trim().split('\n').at(-1) ?? '')).toEqual({ admin: { email: 'admin@example.org', password: null } })
  })
})
