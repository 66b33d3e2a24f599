import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Invalid, Unanswered, Unavailable } from '../../../src/platform/errors.ts'
import { sendgrid } from '../../../src/providers/sendgrid/sendgrid.ts'
import { startSendgrid } from './server.ts'

const KEY = 'SG.test'
const message = { id: '0199c0de-0000-7000-8000-000000000001', to: 'lin@example.com', subject: 'Receipt', html: '<p>Thanks</p>', text: 'Thanks' }

describe('sendgrid', () => {
  let server: Awaited<ReturnType<typeof startSendgrid>>
  let lines: { level: number }[] = []
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const mail = (url = server.url, apiKey = KEY) => sendgrid({ apiKey, url, from: { email: 'hello@learn.example', name: 'Learn' }, log })

  beforeEach(async () => {
    server = await startSendgrid(KEY)
    lines = []
  })
  afterEach(() => server.stop())

  const failure = async (work: Promise<unknown>): Promise<Error> => work.then(() => { throw new Error('It did not fail.') }, (error: unknown) => error as Error)

  it('hands over both parts to one person, with our id, and without rewriting links', async () => {
    expect(await mail().send(message)).toEqual({ providerId: 'mid-1' })
    expect(server.received[0]).toMatchObject({
      path: 'POST /v3/mail/send',
      authorization: 'Bearer SG.test',
      body: {
        from: { email: 'hello@learn.example', name: 'Learn' },
        personalizations: [{ to: [{ email: 'lin@example.com' }], custom_args: { mail_id: message.id } }],
        subject: 'Receipt',
        content: [{ type: 'text/plain', value: 'Thanks' }, { type: 'text/html', value: '<p>Thanks</p>' }],
        tracking_settings: { click_tracking: { enable: false, enable_text: false }, open_tracking: { enable: false } },
      },
    })
  })

  it('refuses for good what SendGrid calls wrong', async () => {
    const error = await failure(mail().send({ ...message, to: 'nobody' }))
    expect(error).toBeInstanceOf(Invalid)
    expect(error.message).toBe('SendGrid answered 400: Does not contain a valid address.')
  })

  it('keeps the mail owed and calls a person when the key is wrong', async () => {
    const error = await failure(mail(server.url, 'SG.other').send(message))
    expect(error).toBeInstanceOf(Unavailable)
    expect(error).not.toBeInstanceOf(Unanswered)
    expect((error as Unavailable).retryAfter).toBe(600)
    expect(lines.filter(({ level }) => level === 50)).toHaveLength(1)
  })

  it('obeys Retry-After and X-RateLimit-Reset', async () => {
    const now = new Date()
    server.answers.push(
      { status: 429, headers: { 'Retry-After': '17' } },
      { status: 429, headers: { Date: now.toUTCString(), 'X-RateLimit-Reset': String(Math.floor(now.getTime() / 1000) + 42) } },
    )
    expect(((await failure(mail().send(message))) as Unavailable).retryAfter).toBe(17)
    expect(((await failure(mail().send(message))) as Unavailable).retryAfter).toBe(42)
  })

  it('tries again later when SendGrid fails', async () => {
    server.answers.push({ status: 500 }, { status: 503 })
    for (let i = 0; i < 2; i++) {
      const error = await failure(mail().send(message))
      expect(error).toBeInstanceOf(Unavailable)
      expect(error).not.toBeInstanceOf(Unanswered)
    }
  })

  it('knows that nothing was handed over when nobody listens', async () => {
    const error = await failure(mail('http://127.0.0.1:9').send(message))
    expect(error).toBeInstanceOf(Unavailable)
    expect(error).not.toBeInstanceOf(Unanswered)
  })

  it('does not know after a dropped connection, and then asks before it hands over again', async () => {
    const provider = mail()
    server.answers.push('accept-then-drop', 'accept-then-drop')
    expect(await failure(provider.send(message))).toBeInstanceOf(Unanswered)
    const second = await failure(provider.send(message))
    expect(second).toBeInstanceOf(Unavailable)
    expect(second).not.toBeInstanceOf(Unanswered) // only the question went out
    expect(await provider.send(message)).toEqual({ providerId: 'mid-4' })
    expect(server.received.map(({ path }) => path)).toEqual(['POST /v3/mail/send', 'GET /v3/scopes', 'GET /v3/scopes', 'POST /v3/mail/send'])
  })

  it('stops waiting for an answer that does not come', async () => {
    server.answers.push('hang')
    const began = performance.now()
    const hasty = sendgrid({ apiKey: KEY, url: server.url, from: { email: 'hello@learn.example', name: 'Learn' }, log, timeLimit: 500 })
    expect(await failure(hasty.send(message))).toBeInstanceOf(Unanswered)
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('follows no redirect, which could carry the key elsewhere', async () => {
    server.answers.push({ status: 302, headers: { Location: 'http://127.0.0.1:9/' } })
    expect(await failure(mail().send(message))).toBeInstanceOf(Error)
    expect(server.received).toHaveLength(1)
  })
})
