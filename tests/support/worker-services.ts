import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { connect, type Database } from '../../src/platform/db.ts'
import type { Services } from '../../src/services.ts'
import { testDatabase } from './database.ts'
import { recordJobs, type RecordedJobs } from './recorded-jobs.ts'

export interface Bench {
  database: Database
  /** The lines that were logged: `level` 50 and above means that somebody must act. */
  lines: { level: number; msg: string; [key: string]: unknown }[]
  services(ports: Partial<Services>): Services & { jobs: RecordedJobs }
  close(): Promise<void>
}

/** Real database, recorded jobs, and whatever ports a test hands in; one that was not handed in throws when touched. */
export async function openBench(): Promise<Bench> {
  const databaseUrl = await testDatabase()
  const database = connect(databaseUrl, { max: 5, use: 'worker', onError: () => undefined })
  const lines: Bench['lines'] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return {
    database,
    lines,
    services: (ports) => ({
      config: readConfig({ NODE_ENV: 'test', DATABASE_URL: databaseUrl, BASE_URL: 'https://learn.example' }),
      db: database.db,
      sql: database.sql,
      clock: systemClock,
      log,
      mail: missing('mail'),
      payments: missing('payments'),
      storage: missing('storage'),
      images: missing('images'),
      ...ports,
      jobs: recordJobs(),
    }),
    close: () => database.close(),
  }
}

function missing(port: string): never {
  return new Proxy({}, { get: () => { throw new Error(`This test gave no ${port}.`) } }) as never
}
