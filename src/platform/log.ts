import { pino, stdSerializers, type DestinationStream, type Logger } from 'pino'
import { prettyFactory } from 'pino-pretty'

export type Log = Logger

/** Secrets and personal data that must never reach a log line, wherever they hide in an object. */
const SECRET = ['password', 'token', 'authorization', 'cookie', 'email', 'apiKey', 'secret', 'signature']

/**
 * JSON lines on standard output, readable ones in a terminal.
 * `error` means that somebody must act; a retry that may succeed is a `warn`.
 */
export function createLog(options: { level: string; pretty: boolean; process: string }, to?: DestinationStream): Log {
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      redact: { paths: SECRET.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => (error instanceof Error ? slim(stdSerializers.err(error)) : error) },
    },
    to ?? (options.pretty ? terminal() : process.stdout),
  )
}

/**
 * An error without the machinery that drivers hang on to it: pg adds its whole client, keys of the connection included,
 * and a `detail` that quotes the row.
 */
function slim(error: object): object {
  return Object.fromEntries(Object.entries(error).flatMap(([key, value]: [string, unknown]) => {
    if (key === 'detail') return []
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return [[key, Array.isArray(value) ? value.map((one: unknown) => (isError(one) ? slim(one) : one)) : value]]
    if (isError(value)) return [[key, slim(value)]]
    const shape: unknown = Object.getPrototypeOf(value)
    return shape === Object.prototype || shape === null ? [[key, value]] : []
  }))
}

const isError = (value: unknown): value is object => typeof value === 'object' && value !== null && 'stack' in value && 'message' in value

/** One quiet line each for a person at a terminal. */
function terminal(): DestinationStream {
  const format = prettyFactory({ colorize: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss', singleLine: true })
  return { write: (line) => void process.stdout.write(format(line) ?? '') }
}
