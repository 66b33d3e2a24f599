import { z } from 'zod'

/** An empty variable counts as one that is not set, as in every `.env` file. */
const optional = <T extends z.ZodType>(type: T) => z.preprocess((value) => (value === '' ? undefined : value), type.optional())

const text = optional(z.string().min(1))
const port = z.coerce.number().int().min(0).max(65535)
const list = z.string().transform((value) => value.split(',').map((part) => part.trim()).filter((part) => part !== ''))

/** Every variable the software reads. `.env.example` explains each; a test compares the two. */
export const environment = z.object({
  NODE_ENV: optional(z.enum(['development', 'test', 'production'])),
  PORT: optional(port),
  HOST: text,
  BASE_URL: optional(z.url({ protocol: /^https?$/ })),
  DATA_DIR: text,
  SECRET_KEY: optional(z.string().min(32)),
  SITE_NAME: text,
  SITE_TAGLINE: text,
  SITE_HUE: optional(z.coerce.number().int().min(0).max(345).multipleOf(15)),
  LOG_LEVEL: optional(z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])),
  LOG_FORMAT: optional(z.enum(['json', 'pretty'])),
  TRUST_PROXY: optional(z.coerce.number().int().min(0).max(5)),
  WEB_CONCURRENCY: optional(z.coerce.number().int().min(1).max(64)),
  DATABASE_URL: optional(z.url({ protocol: /^postgres(ql)?$/ })),
  DATABASE_POOL: optional(z.coerce.number().int().min(2).max(100)),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/ })),
  SENDGRID_API_KEY: text,
  SENDGRID_URL: optional(z.url()),
  MAIL_FROM: optional(z.email()),
  S3_BUCKET: text,
  S3_ENDPOINT: optional(z.url()),
  S3_REGION: text,
  S3_ACCESS_KEY_ID: text,
  S3_SECRET_ACCESS_KEY: text,
  PADDLE_API_KEY: text,
  PADDLE_ENVIRONMENT: optional(z.union([z.enum(['live', 'sandbox']), z.url()])),
  PADDLE_WEBHOOK_SECRETS: optional(list),
  PADDLE_CLIENT_TOKEN: text,
})

export type Environment = z.infer<typeof environment>

/** What a person must set before the world may come in. */
const NEEDED_IN_PRODUCTION = [
  'BASE_URL', 'SECRET_KEY', 'DATABASE_URL', 'SENDGRID_API_KEY', 'MAIL_FROM',
  'PADDLE_API_KEY', 'PADDLE_ENVIRONMENT', 'PADDLE_WEBHOOK_SECRETS', 'PADDLE_CLIENT_TOKEN',
] as const

/** Variables that only make sense together. */
const GROUPS = [
  ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'],
  ['PADDLE_API_KEY', 'PADDLE_ENVIRONMENT', 'PADDLE_WEBHOOK_SECRETS'],
  ['SENDGRID_API_KEY', 'MAIL_FROM'],
] as const

export class BadConfig extends Error {}

export type Config = ReturnType<typeof readConfig>

/**
 * The environment, parsed once into what the program uses. Throws `BadConfig` that lists every problem by the
 * variable's name, never its value.
 */
export function readConfig(env: Record<string, string | undefined>) {
  const parsed = environment.safeParse(env)
  const problems = parsed.success ? missing(parsed.data) : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  if (!parsed.success || problems.length > 0) {
    throw new BadConfig(`The configuration is not complete:\n${problems.map((line) => `  ${line}`).join('\n')}\nSee .env.example.`)
  }
  return grouped(parsed.data)
}

function missing(env: Environment): string[] {
  const isSet = (name: keyof Environment) => env[name] !== undefined && !(Array.isArray(env[name]) && env[name].length === 0)
  const problems: string[] = []
  if (env.NODE_ENV === 'production') {
    for (const name of NEEDED_IN_PRODUCTION) if (!isSet(name)) problems.push(`${name}: must be set when NODE_ENV=production`)
  }
  for (const group of GROUPS) {
    if (!group.some(isSet)) continue
    for (const name of group) if (!isSet(name)) problems.push(`${name}: must be set together with ${group.filter((other) => other !== name).join(', ')}`)
  }
  const live = env.PADDLE_ENVIRONMENT === 'live'
  const standIn = env.PADDLE_ENVIRONMENT?.startsWith('http') ?? false
  if (standIn && env.NODE_ENV === 'production') problems.push('PADDLE_ENVIRONMENT: must be live or sandbox when NODE_ENV=production')
  if (env.PADDLE_ENVIRONMENT !== undefined && !standIn && !isSet('PADDLE_CLIENT_TOKEN')) problems.push('PADDLE_CLIENT_TOKEN: must be set together with PADDLE_ENVIRONMENT')
  if (env.PADDLE_API_KEY !== undefined && env.PADDLE_API_KEY.startsWith('pdl_') && env.PADDLE_API_KEY.startsWith('pdl_live_') !== live) {
    problems.push('PADDLE_API_KEY: belongs to the other PADDLE_ENVIRONMENT')
  }
  if (env.PADDLE_CLIENT_TOKEN !== undefined && /^(live|test)_/.test(env.PADDLE_CLIENT_TOKEN) && env.PADDLE_CLIENT_TOKEN.startsWith('live_') !== live) {
    problems.push('PADDLE_CLIENT_TOKEN: belongs to the other PADDLE_ENVIRONMENT')
  }
  return [...new Set(problems)]
}

function grouped(env: Environment) {
  const port = env.PORT ?? 3000
  const baseUrl = (env.BASE_URL ?? `http://localhost:${port}`).replace(/\/+$/, '')
  return {
    production: env.NODE_ENV === 'production',
    port,
    host: env.HOST ?? (env.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1'),
    /** Without a slash at its end. Every absolute address is built on it, never on a request's Host. */
    baseUrl,
    secure: baseUrl.startsWith('https://'),
    /** On one's own machine any name for it will do; elsewhere there is one host. */
    anyHost: env.NODE_ENV !== 'production' && /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(baseUrl),
    dataDir: env.DATA_DIR ?? 'var',
    secretKey: env.SECRET_KEY ?? null,
    site: { name: env.SITE_NAME ?? 'Lectern', tagline: env.SITE_TAGLINE ?? 'Learn by reading, doing and coming back.', hue: env.SITE_HUE ?? 180 },
    logLevel: env.LOG_LEVEL ?? 'info',
    prettyLog: env.LOG_FORMAT === 'pretty' || (env.LOG_FORMAT === undefined && process.stdout.isTTY === true),
    /** How many proxies stand in front; only that many X-Forwarded-For hops are believed. */
    trustProxy: env.TRUST_PROXY ?? 0,
    webConcurrency: env.WEB_CONCURRENCY ?? 1,
    databaseUrl: env.DATABASE_URL ?? null,
    databasePool: env.DATABASE_POOL ?? 10,
    redisUrl: env.REDIS_URL ?? null,
    mailFrom: env.MAIL_FROM ?? 'lectern@localhost.localdomain',
    sendgrid: env.SENDGRID_API_KEY === undefined ? null : { apiKey: env.SENDGRID_API_KEY, url: env.SENDGRID_URL ?? null },
    s3:
      env.S3_BUCKET === undefined || env.S3_ACCESS_KEY_ID === undefined || env.S3_SECRET_ACCESS_KEY === undefined
        ? null
        : {
            bucket: env.S3_BUCKET,
            endpoint: env.S3_ENDPOINT ?? null,
            region: env.S3_REGION ?? 'us-east-1',
            accessKeyId: env.S3_ACCESS_KEY_ID,
            secretAccessKey: env.S3_SECRET_ACCESS_KEY,
          },
    paddle:
      env.PADDLE_API_KEY === undefined
        ? null
        : {
            apiKey: env.PADDLE_API_KEY,
            environment: env.PADDLE_ENVIRONMENT ?? 'sandbox',
            /** A local program that speaks Paddle's protocol, named by its address. */
            standIn: env.PADDLE_ENVIRONMENT?.startsWith('http') ?? false,
            webhookSecrets: env.PADDLE_WEBHOOK_SECRETS ?? [],
            clientToken: env.PADDLE_CLIENT_TOKEN ?? null,
          },
  }
}
