// Process: one command, then the end. `npm run cli -- --help` lists them.
import { Command, CommanderError, Option } from 'commander'
import { SingleBar } from 'cli-progress'
import { explainAccess } from './access/explain-access.ts'
import { createOwner } from './accounts/create-owner.ts'
import { ROLES } from './accounts/role.ts'
import { setRole } from './accounts/set-role.ts'
import { boot } from './boot.ts'
import { BadConfig, readConfig, type Config } from './config.ts'
import { renderOutdated } from './content/render-documents.ts'
import { importFolder } from './importing/import-folder.ts'
import { isClean, reportLines } from './importing/report.ts'
import { seedSite } from './importing/seed-site.ts'
import { isDatabaseDown } from './platform/db.ts'
import { findPostgres, startPostgres } from './platform/embedded-postgres.ts'
import { AppError } from './platform/errors.ts'
import { migrate, unknownMigrations } from './platform/migrate.ts'
import { StartupProblem } from './platform/startup-problem.ts'
import type { Role } from './platform/viewer.ts'
import type { Services } from './services.ts'

// Prisma's adapter asks twice at once within a transaction; nobody at a terminal can do anything about it.
process.noDeprecation = true

const program = new Command('lectern')
  .description('One-off commands. They use DATABASE_URL, or the database in DATA_DIR (running or not).')
  .option('--debug', 'show where an error came from')
  .helpCommand(false)
  .configureHelp({ showGlobalOptions: true })
  .exitOverride()
  .configureOutput({ writeErr: () => undefined })

program
  .command('import')
  .description('Bring in a folder of Markdown: Jekyll, Hugo, mdBook, Lectern or plain files.')
  .argument('<folder>', 'the folder')
  .option('--dry-run', 'write nothing, report what would be done')
  .option('--overwrite', 'take the file’s text even where ours was edited since')
  .option('--original <address>', 'where the pages stood: for relative links that lead out of the folder')
  .action((folder: string, options: { dryRun?: boolean; overwrite?: boolean; original?: string }) =>
    withServices(async (services) => {
      const dryRun = options.dryRun ?? false
      const progress = createProgress()
      const report = await importFolder(services, folder, { dryRun, overwrite: options.overwrite ?? false, original: options.original ?? null, onProgress: progress.show }).finally(progress.end)
      for (const line of reportLines(report, dryRun)) console.log(line)
      if (!isClean(report)) process.exitCode = 1
    }),
  )

program
  .command('seed')
  .description('Fill an empty site with the sample content and make its owner.')
  .option('--email <address>', 'the owner’s address', 'admin@example.org')
  .action(({ email }: { email: string }) =>
    withServices(async (services) => {
      const progress = createProgress()
      const { report, owner } = await seedSite(services, { email, onProgress: progress.show }).finally(progress.end)
      for (const line of reportLines(report, false).slice(report.created.length)) console.log(line)
      if (!isClean(report)) process.exitCode = 1
      // `npm start` reads this line.
      console.log(JSON.stringify({ admin: owner }))
    }),
  )

program
  .command('migrate')
  .description('Bring the database up to date.')
  .action(() =>
    withDatabase(async (_config, url) => {
      const names = await migrate(url)
      console.log(names.length > 0 ? `Applied ${names.join(', ')}.` : 'Nothing to do: the database is up to date.')
    }, { prepare: false }),
  )

program
  .command('render')
  .description('Render again what an older version of the renderer made.')
  .action(() =>
    withServices(async (services) => {
      const progress = createProgress()
      const count = await renderOutdated(services, (done, total) => progress.show('texts', done, total)).finally(progress.end)
      console.log(count === 0 ? 'Nothing to do: every text is as this version renders it.' : `Rendered ${count} ${count === 1 ? 'text' : 'texts'} again.`)
    }),
  )

program
  .command('create-owner')
  .description('Make somebody the owner of the site: a new account, or one that is there.')
  .requiredOption('--email <address>', 'the address to sign in with')
  .option('--name <name>', 'the name shown beside it', 'Administrator')
  .action((given: { email: string; name: string }) =>
    withServices(async (services) => {
      const { email, password } = await createOwner(services, given)
      console.log(password === null ? `${email} is an owner now and keeps the password it has.` : `${email} is an owner now. Password: ${password}`)
    }),
  )

program
  .command('set-role')
  .description(`Give somebody another role: ${ROLES.join(', ')}.`)
  .argument('<email>', 'whose')
  .argument('<role>', 'which')
  .action((email: string, role: string) => {
    const wanted = ROLES.find((known): known is Role => known === role)
    if (wanted === undefined) throw new StartupProblem(`There is no role “${role}”: choose ${ROLES.join(', ')}.`)
    return withServices(async (services) => {
      await setRole(services, { email, role: wanted })
      console.log(`${email} is ${wanted} now.`)
    })
  })

program
  .command('explain-access')
  .description('Say why somebody may or may not read a page.')
  .argument('<email>', 'who')
  .argument('<path>', 'the page, such as /courses/sql/joins')
  .action((email: string, path: string) =>
    withServices(async (services) => {
      for (const line of await explainAccess(services, { email, path })) console.log(line)
    }),
  )

for (const command of program.commands) command.addOption(new Option('--debug').hideHelp())

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = tell(error)
}

/** One sentence for a person; answers the exit code. */
function tell(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    console.error(error.code === 'commander.help' ? program.helpInformation() : `${error.message.replace(/^error: /, '').replace(/^./, (letter) => letter.toUpperCase()).replace(/\n/g, ' ').replace(/[^.?!)]$/, '$&.')} See npm run cli -- --help.`)
    return 1
  }
  if (process.argv.includes('--debug')) console.error(error)
  else if (error instanceof BadConfig || error instanceof StartupProblem || error instanceof AppError) console.error(error.message)
  else if (isDatabaseDown(error)) console.error('The database does not answer: see DATABASE_URL, or start the one in DATA_DIR with npm start.')
  else if (isUnprepared(error)) console.error('The database is not up to date: run npm run cli -- migrate.')
  else console.error(`This failed unexpectedly: ${error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? error.name) : String(error)} (--debug shows where)`)
  return 1
}

const isUnprepared = (error: unknown): boolean => error instanceof Error && ['P2021', 'P2022', '42P01', '42703'].includes(String((error as { code?: unknown }).code))

async function withServices(work: (services: Services) => Promise<void>): Promise<void> {
  await withDatabase(async (config, databaseUrl) => {
    // What a person must know stands in the report; the log keeps to what is broken.
    const booted = boot({ ...config, databaseUrl, logLevel: process.env.LOG_LEVEL ? config.logLevel : 'error' }, 'cli')
    try {
      await work(booted.services)
    } finally {
      await booted.close()
    }
  }, { prepare: true })
}

/** The database of DATABASE_URL, the one that runs for DATA_DIR, or that one started for as long as the command takes. */
async function withDatabase(work: (config: Config, url: string) => Promise<void>, { prepare }: { prepare: boolean }): Promise<void> {
  const config = readConfig(process.env)
  const running = config.databaseUrl ?? (await findPostgres(config.dataDir))
  if (running !== null) return work(config, running)
  const postgres = await startPostgres({ dataDir: config.dataDir, log: (line) => console.error(line) })
  const stop = () => void postgres.stop().finally(() => process.exit(130))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  try {
    const [unknown] = await unknownMigrations(postgres.url)
    if (unknown !== undefined) throw new StartupProblem(`The database belongs to a newer version of Lectern (it has the migration ${unknown}): use that version.`)
    if (prepare) await migrate(postgres.url)
    await work(config, postgres.url)
  } finally {
    await postgres.stop()
  }
}

/** A bar in a terminal; elsewhere a line for each quarter. */
function createProgress(): { show(step: 'pictures' | 'texts', done: number, total: number): void; end(): void } {
  const words = { pictures: 'Pictures', texts: 'Texts' }
  const bar = process.stdout.isTTY ? new SingleBar({ format: '{step} {bar} {value} of {total}', hideCursor: true, clearOnComplete: true, barsize: 30 }) : null
  let current: string | null = null
  return {
    show(step, done, total) {
      if (bar === null) {
        if (total < 8 ? done === total : Math.floor((4 * done) / total) > Math.floor((4 * (done - 1)) / total)) console.log(`${words[step]}: ${done} of ${total}.`)
        return
      }
      if (current !== step) {
        bar.stop()
        bar.start(total, 0, { step: words[step].padEnd(8) })
        current = step
      }
      bar.update(done)
    },
    end: () => bar?.stop(),
  }
}
