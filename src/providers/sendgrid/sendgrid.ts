import { createRequire } from 'node:module'
import type { MailService } from '@sendgrid/mail'
import type { Client } from '@sendgrid/client/src/client.js'
import { z } from 'zod'
import { Invalid, Unanswered, Unavailable } from '../../platform/errors.ts'
import type { Log } from '../../platform/log.ts'
import type { Mail, Message } from '../../ports/mail.ts'

export interface SendgridOptions {
  apiKey: string
  /** Null: SendGrid's own address. `https://api.eu.sendgrid.com` keeps mail in the EU. */
  url: string | null
  from: { email: string; name: string }
  log: Log
  /** Milliseconds for one call. */
  timeLimit?: number
}

const TIME_LIMIT = 10_000
/** After a wrong key somebody has to act; asking every second would only fill logs. */
const REFUSED_PAUSE = 600

/**
 * Mail through SendGrid's API. After a call without an answer the next one first asks a harmless question, so that a SendGrid
 * that hangs costs a mail at most one doubtful try.
 */
export function sendgrid({ apiKey, url, from, log, timeLimit = TIME_LIMIT }: SendgridOptions): Mail {
  const { client, service } = connect(apiKey, url, timeLimit)
  let doubtful = false

  return {
    async send(message) {
      try {
        if (doubtful) await ask(client)
        doubtful = false
        const [response] = await service.send(toWire(message, from))
        return { providerId: messageId(response.headers) ?? message.id }
      } catch (error) {
        const failure = translate(error)
        if (failure instanceof Unanswered) doubtful = true
        if (failure instanceof Unavailable && failure.retryAfter === REFUSED_PAUSE) log.error({ problem: failure.message }, 'SendGrid refuses this site.')
        throw failure
      }
    },
  }
}

/** Own instances, so that nothing else in the process shares their key. The SDK is CommonJS, and its types say otherwise. */
function connect(apiKey: string, url: string | null, timeout: number): { client: Client; service: MailService } {
  const require = createRequire(import.meta.url)
  const { Client } = require('@sendgrid/client') as { Client: new () => Client }
  const { MailService } = require('@sendgrid/mail') as { MailService: new () => MailService }
  const client = new Client()
  client.setApiKey(apiKey)
  // After setApiKey, which resets the address. Redirects could carry the key elsewhere.
  client.setDefaultRequest({ ...(url === null ? {} : { baseUrl: url }), timeout, maxRedirects: 0 } as never)
  const service = new MailService()
  service.setClient(client)
  return { client, service }
}

function toWire(message: Message, from: SendgridOptions['from']) {
  return {
    from,
    personalizations: [{ to: [{ email: message.to }], customArgs: { mail_id: message.id } }],
    subject: message.subject,
    text: message.text,
    html: message.html,
    // Rewritten links would be fetched by SendGrid and break the promise that a link is ours.
    trackingSettings: { clickTracking: { enable: false, enableText: false }, openTracking: { enable: false } },
  }
}

/** Nothing was handed over yet, so a failure here is a clear no. */
async function ask(client: Client): Promise<void> {
  try {
    await client.request({ method: 'GET', url: '/v3/scopes' })
  } catch (error) {
    const failure = translate(error)
    throw failure instanceof Unanswered ? new Unavailable(failure.message, { cause: error, retryAfter: 30 }) : failure
  }
}

const responseError = z.object({
  code: z.number(),
  // The headers are a class of axios, and an ordinary object underneath.
  response: z.object({ headers: z.unknown().transform((headers) => ({ ...(headers as Record<string, unknown> | undefined) })), body: z.unknown() }),
})
const problems = z.object({ errors: z.array(z.object({ message: z.string() })) })

function translate(error: unknown): Error {
  const parsed = responseError.safeParse(error)
  if (!parsed.success) return translateLost(error)
  const { code, response } = parsed.data
  const said = problems.safeParse(response.body).data?.errors.map(({ message }) => message).join('; ') ?? 'no reason given'
  const text = `SendGrid answered ${code}: ${said}`.slice(0, 500)
  // The site is at fault, not the mail: it stays owed until somebody has mended the key or the sender.
  if ([401, 403, 404, 405].includes(code)) return new Unavailable(text, { cause: error, retryAfter: REFUSED_PAUSE })
  if (code === 408 || code === 429 || code >= 500) return new Unavailable(text, { cause: error, retryAfter: retryAfter(response.headers) })
  return new Invalid(text, { cause: error })
}

/** No answer. Only when no connection came about do we know that nothing was handed over. */
function translateLost(error: unknown): Error {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return error instanceof Error ? error : new Error(String(error))
  const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)
  return unreached
    ? new Unavailable(`SendGrid cannot be reached (${code}).`, { cause: error, retryAfter: 1 })
    : new Unanswered(`SendGrid did not answer (${code}).`, { cause: error, retryAfter: 60 })
}

/** Seconds to wait: `Retry-After`, else until the moment in `X-RateLimit-Reset` (unix seconds, by SendGrid's own `Date`). */
function retryAfter(headers: Record<string, unknown>): number {
  const number = (name: string) => (/^\d+$/.test(String(headers[name])) ? Number(headers[name]) : null)
  const asked = number('retry-after')
  if (asked !== null) return asked
  const reset = number('x-ratelimit-reset')
  const now = Date.parse(String(headers.date)) / 1000
  return reset === null || Number.isNaN(now) ? 1 : Math.max(1, Math.ceil(reset - now))
}

function messageId(headers: unknown): string | null {
  const id = (headers as Record<string, unknown> | undefined)?.['x-message-id']
  return typeof id === 'string' && id !== '' ? id : null
}
