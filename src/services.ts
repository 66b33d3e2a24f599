import type { Config } from './config.ts'
import type { Clock } from './platform/clock.ts'
import type { Db, Sql } from './platform/db.ts'
import type { Jobs } from './platform/jobs.ts'
import type { Log } from './platform/log.ts'
import type { Images } from './ports/images.ts'
import type { Mail } from './ports/mail.ts'
import type { Payments } from './ports/payments.ts'
import type { Storage } from './ports/storage.ts'

/** Everything a command may reach. Features are imported, only the outside is handed in. */
export interface Services {
  config: Config
  db: Db
  sql: Sql
  jobs: Jobs
  clock: Clock
  log: Log
  mail: Mail
  payments: Payments
  storage: Storage
  images: Images
}
