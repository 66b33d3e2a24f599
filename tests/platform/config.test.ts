import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BadConfig, environment, readConfig } from '../../src/config.ts'
import { root } from '../../src/platform/paths.ts'

const production = {
  NODE_ENV: 'production', BASE_URL: 'https://learn.example', SECRET_KEY: 'x'.repeat(32), DATABASE_URL: 'postgresql://db.example/lectern',
  SENDGRID_API_KEY: 'SG.secret-value', MAIL_FROM: 'hello@learn.example',
  PADDLE_API_KEY: 'pdl_live_apikey_secret-value', PADDLE_ENVIRONMENT: 'live', PADDLE_WEBHOOK_SECRETS: 'pdl_ntfset_one,pdl_ntfset_two', PADDLE_CLIENT_TOKEN: 'live_token',
}

/** The sentence that the program would print, or null. */
function problem(env: Record<string, string>): string | null {
  try {
    readConfig(env)
    return null
  } catch (error) {
    if (error instanceof BadConfig) return error.message
    throw error
  }
}

describe('the configuration', () => {
  it('knows exactly the variables that .env.example explains', () => {
    const explained = readFileSync(join(root, '.env.example'), 'utf8').split('\n').flatMap((line) => /^([A-Z0-9_]+)=/.exec(line)?.[1] ?? [])
    expect(explained.toSorted()).toEqual(Object.keys(environment.shape).toSorted())
    expect(new Set(explained).size).toBe(explained.length)
  })

  it('needs nothing on one’s own machine', () => {
    expect(readConfig({})).toMatchObject({ port: 3000, baseUrl: 'http://localhost:3000', anyHost: true, secure: false, paddle: null, sendgrid: null, s3: null })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', WEB_CONCURRENCY: '', NODE_ENV: '' })).toMatchObject({ port: 3000, databaseUrl: null, webConcurrency: 1, production: false })
  })

  it('is complete for production with everything set', () => {
    expect(problem(production)).toBeNull()
    expect(readConfig(production)).toMatchObject({ secure: true, anyHost: false, paddle: { webhookSecrets: ['pdl_ntfset_one', 'pdl_ntfset_two'], standIn: false } })
  })

  it.each(Object.keys(production).filter((name) => name !== 'NODE_ENV'))('refuses production without %s, by its name', (name) => {
    const { [name as keyof typeof production]: _, ...rest } = production
    expect(problem(rest)).toContain(`${name}: must be set`)
  })

  it.each([
    ['a live key in the sandbox', { PADDLE_ENVIRONMENT: 'sandbox', PADDLE_CLIENT_TOKEN: 'test_token' }, 'PADDLE_API_KEY'],
    ['a sandbox key in live', { PADDLE_API_KEY: 'pdl_sdbx_apikey_secret-value' }, 'PADDLE_API_KEY'],
    ['a test token in live', { PADDLE_CLIENT_TOKEN: 'test_token' }, 'PADDLE_CLIENT_TOKEN'],
    ['a stand-in for money', { PADDLE_ENVIRONMENT: 'http://127.0.0.1:4010' }, 'PADDLE_ENVIRONMENT'],
    ['a short secret', { SECRET_KEY: 'short' }, 'SECRET_KEY'],
    ['an address that is none', { BASE_URL: 'learn.example' }, 'BASE_URL'],
  ])('refuses %s', (_what, change, name) => {
    expect(problem({ ...production, ...change })).toContain(name)
  })

  it('names every problem at once, and never a value', () => {
    const message = problem({ ...production, SECRET_KEY: 'too-short-secret', PORT: 'eighty', S3_BUCKET: 'bucket' }) ?? ''
    for (const name of ['SECRET_KEY', 'PORT']) expect(message).toContain(name)
    for (const value of ['too-short-secret', 'secret-value', 'eighty']) expect(message).not.toContain(value)
  })

  it('wants what belongs together together', () => {
    expect(problem({ S3_BUCKET: 'bucket' })).toContain('S3_ACCESS_KEY_ID: must be set together with')
    expect(problem({ SENDGRID_API_KEY: 'key' })).toContain('MAIL_FROM: must be set together with')
  })
})
