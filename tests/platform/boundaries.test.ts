import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../../src/platform/paths.ts'

/** A tree in which every rule is broken once: a rule that nobody has seen fail may be one that cannot. */
const BROKEN: Record<string, string> = {
  'src/web.ts': `import './unused-nowhere.ts'\nexport const web = 1`,
  'src/platform/db.ts': `export const db = 1`,
  'src/platform/jobs.ts': `export const job = 1`,
  'src/platform/domain.ts': `import '../a/course.ts'`,
  'src/platform/http/server.ts': `export const server = 1`,
  'src/ports/mail.ts': `import '../platform/db.ts'`,
  'src/providers/paddle/paddle.ts': `import '../../a/course.ts'`,
  'src/markdown/render.ts': `import '../a/course.ts'`,
  'src/browser/editor.ts': `import '../a/course.ts'`,
  'src/a/course.ts': `import '../services.ts'\nimport '../browser/editor.ts'`,
  'src/a/queries.ts': `import './publish-course.ts'\nimport '../../prisma/client/client.ts'`,
  'src/a/jobs.ts': `import './course.ts'`,
  'src/a/routes.ts': `import '../b/routes.ts'\nimport '../b/pages.ts'`,
  'src/a/publish-course.ts': `import express from 'express'\nimport '../providers/paddle/paddle.ts'\nimport sharp from 'sharp'\nimport 'bullmq'\nimport nunjucks from 'nunjucks'\nimport '@prisma/schema-engine-wasm'\nimport { it } from 'vitest'\nit(String(express) + sharp + nunjucks, () => {})`,
  'src/b/routes.ts': `import '../a/routes.ts'\nimport '../web.ts'`,
  'src/b/pages.ts': `import '../../tests/fixture.ts'`,
  'src/services.ts': `export const services = 1`,
  'src/b/lonely.ts': `export const lonely = 1`,
  'tests/fixture.ts': `export const fixture = 1`,
  'prisma/client/client.ts': `export const client = 1`,
}

const LINT: Record<string, [file: string, code: string]> = {
  'no-console': ['src/a/course.ts', `console.log('x')`],
  'process.env': ['src/a/course.ts', `export const x = process.env.HOME`],
  'default export': ['src/a/course.ts', `export default 1`],
  'export *': ['src/a/course.ts', `export * from './queries.ts'`],
  'new Date()': ['src/a/course.ts', `export const x = new Date()`],
  'Date.now()': ['src/a/course.ts', `export const x = Date.now()`],
  '$queryRawUnsafe': ['src/a/course.ts', `export const x = (db: any) => db.$queryRawUnsafe('x')`],
  'Prisma.raw': ['src/a/course.ts', `import { Prisma } from '#prisma'\nexport const x = Prisma.raw('x')`],
  'create in queries': ['src/a/queries.ts', `export const x = (db: { course: { createMany(): void } }) => db.course.createMany()`],
  '$transaction in queries': ['src/a/queries.ts', `export const x = (db: { $transaction(): void }) => db.$transaction()`],
  '$executeRaw in queries': ['src/a/queries.ts', 'export const x = (db: { $executeRaw(t: TemplateStringsArray): void }) => db.$executeRaw`select 1`'],
  'SQL that writes in queries': ['src/a/queries.ts', 'export const x = (db: { $queryRaw(t: TemplateStringsArray): void }) => db.$queryRaw`delete from course`'],
  'floating promise': ['src/a/course.ts', `export function x(work: () => Promise<void>) { work() }`],
}

describe('the rules that machines keep', { timeout: 60_000 }, () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lectern-rules-'))
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs', 'eslint.config.js']) cpSync(join(root, file), join(folder, file))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    for (const [file, code] of Object.entries(BROKEN)) write(file, code)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${code}\n`)
  }

  it('each import boundary can fail', () => {
    const { stdout } = run('dependency-cruiser/bin/dependency-cruise.mjs', '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src')
    const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[]; ruleSetUsed: { forbidden: { name: string }[] } } }
    const broken = new Set(report.summary.violations.map(({ rule }) => rule.name))
    const never = report.summary.ruleSetUsed.forbidden.map(({ name }) => name).filter((name) => !broken.has(name))
    expect(broken.size).toBeGreaterThan(20)
    expect(never).toEqual([])
  })

  it('each lint rule of our own can fail', () => {
    const entries = Object.entries(LINT).map(([what, [file, code]], index) => {
      const placed = file.replace('src/a/', `src/lint${index}/`)
      write(placed, code)
      return { what, placed }
    })
    const { stdout } = run('eslint/bin/eslint.js', '--format', 'json', ...entries.map(({ placed }) => placed))
    const results = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string | null; message: string }[] }[]
    const own = /^(no-console|no-restricted-(properties|syntax)|@typescript-eslint\/no-floating-promises)$/
    const silent = entries.filter(({ placed }) => !results.find(({ filePath }) => filePath.endsWith(placed))?.messages.some(({ ruleId }) => own.test(ruleId ?? '')))
    expect(silent).toEqual([])
  })

  const run = (program: string, ...args: string[]) =>
    spawnSync(process.execPath, ['--preserve-symlinks', join(root, 'node_modules', program), ...args], { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 })
})
