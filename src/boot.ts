import type { RequestListener } from 'node:http'
import { join, resolve } from 'node:path'
import type { Pool } from 'pg'
import { BadConfig, readConfig, type Config } from './config.ts'
import { createJobs } from './platform/bullmq.ts'
import { systemClock } from './platform/clock.ts'
import { connect } from './platform/db.ts'
import { createLog } from './platform/log.ts'
import type { Mail } from './ports/mail.ts'
import type { Payments } from './ports/payments.ts'
import type { Storage } from './ports/storage.ts'
import { disk } from './providers/disk/disk.ts'
import { outbox } from './providers/outbox/outbox.ts'
import { noPayments } from './providers/none/none.ts'
import { paddle } from './providers/paddle/paddle.ts'
import { sandboxPages } from './providers/sandbox/proxy-pages.ts'
import { s3 } from './providers/s3/s3.ts'
import { sendgrid } from './providers/sendgrid/sendgrid.ts'
import { sharpImages } from './providers/sharp/sharp.ts'
import type { Services } from './services.ts'

export interface Booted {
  services: Services
  pool: Pool
  /** The payment sandbox's own pages, for a person to pay on; null where payments are Paddle's. */
  paymentPages: RequestListener | null
  close(): Promise<void>
}

/** Where the payment sandbox's own pages are shown. */
const SANDBOX_PAGES = '/dev/payments'

/** The configuration of a process, or the end of it: what is missing is said in sentences, without a stack. */
export function configOrExit(env: Record<string, string | undefined>): Config {
  try {
    return readConfig(env)
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** Decides which provider stands behind which port, from what is set. The only importer of `providers/`. */
export function boot(config: Config, name: 'web' | 'worker' | 'cli'): Booted {
  if (config.databaseUrl === null) throw new Error('DATABASE_URL is not set; `npm start` brings a database of its own.')
  const log = createLog({ level: config.logLevel, pretty: config.prettyLog, process: name })
  const database = connect(config.databaseUrl, {
    max: config.databasePool,
    use: name === 'web' ? 'web' : 'worker',
    onError: (error) => log.warn({ err: error }, 'a database connection broke'),
  })
  const jobs = createJobs({ config, log })
  const storage = storageFor(config)
  const services: Services = {
    config,
    log,
    jobs,
    storage,
    db: database.db,
    sql: database.sql,
    clock: systemClock,
    images: sharpImages(),
    mail: mailFor(config, log),
    payments: paymentsFor(config),
  }
  return {
    services,
    pool: database.pool,
    paymentPages: config.paddle?.standIn ? sandboxPages(config.paddle.environment, SANDBOX_PAGES) : null,
    async close() {
      await jobs.close()
      storage.close?.()
      await database.close()
    },
  }
}

function storageFor({ s3: bucket, dataDir }: Config): Storage & { close?(): void } {
  return bucket === null ? disk(join(resolve(dataDir), 'files')) : s3(bucket)
}

function mailFor({ sendgrid: account, mailFrom, site }: Config, log: Services['log']): Mail {
  return account === null ? outbox() : sendgrid({ ...account, from: { email: mailFrom, name: site.name }, log })
}

function paymentsFor({ paddle: account, baseUrl }: Config): Payments {
  // A stand-in's own pages are shown under our address, where a browser can reach them.
  return account === null ? noPayments() : paddle({ ...account, clock: systemClock, ...(account.standIn ? { pagesUrl: baseUrl + SANDBOX_PAGES } : {}) })
}
