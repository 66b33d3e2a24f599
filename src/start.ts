// Process: everything on this machine. Embedded PostgreSQL, migrations, sample content on the first run, web and worker.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadConfig, readConfig, type Config } from './config.ts'
import { systemClock } from './platform/clock.ts'
import { startPostgres, type RunningPostgres } from './platform/embedded-postgres.ts'
import { adminFile, keepAdmin, readAdmin, secretKeyOf, type Admin } from './platform/first-run.ts'
import { tryPort } from './platform/free-port.ts'
import { guard } from './platform/guard.ts'
import { createLog } from './platform/log.ts'
import { listMigrations, migrate, unknownMigrations } from './platform/migrate.ts'
import { root } from './platform/paths.ts'
import { writePrivate } from './platform/private-file.ts'
import { StartupProblem } from './platform/startup-problem.ts'
import { supervise, type Supervised } from './platform/supervise.ts'
import { startSandbox } from './providers/sandbox/sandbox.ts'

const READY_LIMIT = 60_000
const CRASHES_BEFORE_READY = 3
/** npm passes Ctrl-C on although the terminal has already sent it: the second within this time is the same one. */
const SAME_SIGNAL = 1_000

const stoppers: (() => Promise<void>)[] = []
const killers: (() => void)[] = []
let stopping: Promise<void> | null = null
let interruptedAt = -Infinity

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted)
// `npm run dev` is our parent then, and tells us through this channel; without it we end too.
process.on('disconnect', () => void stop(0))

start().catch((error: unknown) => {
  if (stopping) return
  console.error(error instanceof StartupProblem || error instanceof BadConfig ? error.message : error)
  void stop(1)
})

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const dataDir = resolve(config.dataDir)
  const port = await freePort(config)
  const baseUrl = config.port === 0 ? config.baseUrl.replace(/:0$/, `:${port}`) : config.baseUrl
  const secretKey = config.secretKey ?? (await secretKeyOf(dataDir))
  const postgres = config.databaseUrl === null ? await embedded(dataDir) : null
  const databaseUrl = config.databaseUrl ?? postgres?.url ?? ''
  const payments = config.paddle === null && !config.production ? await paymentSandbox({ dataDir, baseUrl, host: config.host, port }) : {}
  const env = { ...process.env, DATABASE_URL: databaseUrl, PORT: String(port), DATA_DIR: dataDir, BASE_URL: baseUrl, SECRET_KEY: secretKey, ...payments }

  const isEmpty = await prepare(databaseUrl)
  const known = await readAdmin(dataDir)
  const isFirstRun = known === null && (postgres !== null || isEmpty)
  const admin = isFirstRun ? await loadSamples(env, dataDir) : known
  const children = run(env)
  await ready(config.host, port, children)
  console.log(greeting({ config, baseUrl, dataDir, admin, isFirstRun, notice: postgres?.notice ?? null }))
}

async function freePort({ port, host }: Config): Promise<number> {
  const free = await tryPort(port, host)
  if (free === null) throw new StartupProblem(`Port ${port} is taken by another program: stop that one, or choose another port (PORT=${port + 1} npm start).`)
  return free
}

async function embedded(dataDir: string): Promise<RunningPostgres> {
  const starting = startPostgres({ dataDir, log: console.log })
  // Registered before it has started: Ctrl-C meanwhile must wait for it and end it.
  stoppers.push(() => starting.then(({ stop }) => stop(), () => undefined))
  const postgres = await step(starting)
  void postgres.exited.then((words) => {
    if (stopping) return
    console.error(`The database ended by itself: ${words}`)
    void stop(1)
  })
  return postgres
}

/** The stand-in for Paddle lives here, so that it has one owner and outlives the web. Answers what web and worker need to reach it. */
async function paymentSandbox({ dataDir, baseUrl, host, port }: { dataDir: string; baseUrl: string; host: string; port: number }): Promise<Record<string, string>> {
  const access = { apiKey: `sandbox_${randomBytes(24).toString('hex')}`, webhookSecret: `pdl_ntfset_${randomBytes(24).toString('hex')}` }
  const sandbox = await startSandbox({
    ...access,
    store: join(dataDir, 'payments'),
    port: 0,
    publicUrl: `${baseUrl}/dev/payments`,
    webhookUrl: `${localUrl(host, port)}/webhooks/paddle`,
    shopUrls: [baseUrl],
    clock: systemClock,
    log: createLog({ level: 'warn', pretty: true, process: 'payments' }),
  })
  stoppers.push(() => sandbox.stop())
  const env = { PADDLE_API_KEY: access.apiKey, PADDLE_ENVIRONMENT: sandbox.url, PADDLE_WEBHOOK_SECRETS: access.webhookSecret }
  await writePrivate(join(dataDir, 'payments.json'), `${JSON.stringify(env, null, 2)}\n`)
  return env
}

const localUrl = (host: string, port: number): string => `http://${['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`

/** Migrates. True when the database was empty before. */
async function prepare(databaseUrl: string): Promise<boolean> {
  const unknown = await step(unknownMigrations(databaseUrl))
  if (unknown.length > 0) throw new StartupProblem(`The database belongs to a newer version of Lectern (it has the migration ${unknown.at(-1)}): use that version, or another database (DATA_DIR or DATABASE_URL).`)
  const applied = await step(migrate(databaseUrl))
  if (applied.length > 0) console.log(`Prepared the database (${applied.length} migration${applied.length === 1 ? '' : 's'}).`)
  return applied.length === (await listMigrations()).length
}

/** `cli seed` prints what it does and, on its last line, the administrator as JSON. */
async function loadSamples(env: NodeJS.ProcessEnv, dataDir: string): Promise<Admin> {
  console.log('Loading the sample content.')
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist', 'cli.js'), 'seed'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  if (child.pid !== undefined) child.once('exit', guard(child.pid, 'TERM'))
  stoppers.push(() => endNow(child))
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    if (!line.startsWith('{')) console.log(line)
  }
  const code = await step(new Promise<number | null>((done) => (child.exitCode === null && child.signalCode === null ? child.once('exit', done) : done(child.exitCode))))
  if (code !== 0) throw new StartupProblem('The sample content could not be loaded; what went wrong stands above.')
  const seeded = (JSON.parse(last) as { admin: { email: string; password: string | null } }).admin
  // The account was there already: its password is its owner's.
  const admin: Admin = { email: seeded.email, password: seeded.password ?? 'as you chose it' }
  await keepAdmin(dataDir, admin)
  return admin
}

function run(env: NodeJS.ProcessEnv): Supervised[] {
  const children = ['web', 'worker'].map((name) => supervise(name, join(root, 'dist', `${name}.js`), env, console.log))
  stoppers.push(async () => void (await Promise.all(children.map((child) => child.stop()))))
  killers.push(() => children.forEach((child) => child.kill()))
  process.on('message', (message) => {
    if (message === 'restart') void Promise.all(children.map((child) => child.restart()))
  })
  return children
}

async function ready(host: string, port: number, children: Supervised[]): Promise<void> {
  const url = `${localUrl(host, port)}/readyz`
  const limit = performance.now() + READY_LIMIT
  while (!(await answers(url))) {
    if (stopping) return stopping
    if (children.some((child) => child.crashes() >= CRASHES_BEFORE_READY)) throw new StartupProblem('Lectern does not start: a process keeps ending; what it said stands above.')
    if (performance.now() > limit) throw new StartupProblem(`Lectern is not ready after ${READY_LIMIT / 1000} s (${url}).`)
    await sleep(50)
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
}

interface Greeting {
  config: Config
  baseUrl: string
  dataDir: string
  admin: Admin | null
  isFirstRun: boolean
  notice: string | null
}

function greeting({ config, baseUrl, dataDir, admin, isFirstRun, notice }: Greeting): string {
  const signIn = admin && (isFirstRun ? `${admin.email}, password ${admin.password} (kept in ${near(adminFile(dataDir))})` : `${admin.email}, first password in ${near(adminFile(dataDir))}`)
  const rows = [
    ['Admin', signIn],
    ['Mail', config.sendgrid ? null : `${baseUrl}/dev/mail`],
    ['Payments', config.paddle ? null : `${baseUrl}/dev/payments (sandbox)`],
    ['Data', near(dataDir)],
  ]
  const lines = rows.flatMap(([label, value]) => (value ? [`  ${(label ?? '').padEnd(10)}${value}`] : []))
  return ['', `  Lectern is ready: ${baseUrl}`, '', ...lines, ...(notice ? ['', `  ${notice}`] : []), '', '  Ctrl-C stops everything.', ''].join('\n')
}

/** Short when it is inside the project folder. */
function near(path: string): string {
  const short = relative(root, path)
  return short.startsWith('..') ? path : short
}

function interrupted(): void {
  if (!stopping) {
    interruptedAt = performance.now()
    void stop(0)
  } else if (performance.now() - interruptedAt > SAME_SIGNAL) {
    console.log('Stopping at once.')
    for (const kill of killers) kill()
    // The guards end the database as soon as we are gone.
    process.exit(130)
  }
}

/** Ends what was started, last first: web and worker while the database still answers, then the database. */
function stop(code: number): Promise<void> {
  stopping ??= (async () => {
    for (const stopOne of stoppers.reverse()) await stopOne().catch((error: unknown) => console.error(error))
    process.exit(code)
  })()
  return stopping
}

/** Waits for one step of the start; never goes on to the next while stopping. */
async function step<T>(work: Promise<T>): Promise<T> {
  const result = await work
  if (stopping) await new Promise(() => undefined)
  return result
}

async function endNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
}
