import { pino, type DestinationStream, type Logger } from 'pino'
import { prettyFactory } from 'pino-pretty'

export type Log = Logger

/** Secrets and personal data that must never reach a log line, wherever they hide in an object. */
const SECRET = ['password', 'token', 'authorization', 'cookie', 'email', 'apiKey', 'secret', 'signature']

/**
 * JSON lines on standard output, readable ones in a terminal.
 * `error` means that somebody must act; a retry that may succeed is a `warn`.
 */
export function createLog(options: { level: string; pretty: boolean; process: string }): Log {
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
    },
    options.pretty ? terminal() : process.stdout,
  )
}

/** One quiet line each for a person at a terminal. */
function terminal(): DestinationStream {
  const format = prettyFactory({ colorize: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', singleLine: true })
  return { write: (line) => void process.stdout.write(format(line) ?? '') }
}
