import request from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { handlers } from '../../src/handlers.ts'
import { checkMail } from '../../src/mail/check-mail.ts'
import { queueMail } from '../../src/mail/queue-mail.ts'
import { mailRoutes } from '../../src/mail/routes.ts'
import { outbox } from '../../src/providers/outbox/outbox.ts'
import { clearDatabase } from '../support/database.ts'
import { serveRoutes } from '../support/serve-routes.ts'
import { openBench, type Bench } from '../support/worker-services.ts'

describe('the outbox', () => {
  let bench: Bench
  const services = () => bench.services({ mail: outbox() })
  const site = () => {
    const all = services()
    return request(serveRoutes(all, mailRoutes(all)))
  }

  beforeAll(async () => {
    bench = await openBench()
  })
  beforeEach(() => clearDatabase())
  afterAll(() => bench.close())

  it('says so when there is nothing', async () => {
    const page = await site().get('/dev/mail').expect(200)
    expect(page.text).toContain('No mail yet')
  })

  it('shows what would have been sent: subject, both parts, and its links', async () => {
    const all = services()
    const id = await checkMail(all, { recipient: 'lin@example.com', requestedBy: 'Ada & <b>Co</b>' })
    await all.jobs.drain(all, handlers)
    const list = await site().get('/dev/mail').expect(200)
    expect(list.text).toContain(`<a href="/dev/mail/${id}">Mail from Lectern arrives</a>`)
    expect(list.text).toContain('sent')
    const page = await site().get(`/dev/mail/${id}`).expect(200)
    expect(page.text).toContain('<a href="https://learn.example/">https://learn.example/</a>')
    expect(page.text).toContain('Ada &amp; &lt;b&gt;Co&lt;/b&gt; asked')
    expect(page.text).toContain(`src="/dev/mail/${id}/html"`)
    const html = await site().get(`/dev/mail/${id}/html`).expect(200).expect('Content-Type', /html/)
    expect(html.text).toContain('<h1>Mail works</h1>')
  })

  it('lets a mail\'s HTML do nothing, and be framed by this site only', async () => {
    const id = await queueMail(bench.database.db, { key: 'x', template: 'x', recipient: 'a@b.example', email: { subject: 's', html: '<script>alert(1)</script>', text: '' } })
    const { headers } = await site().get(`/dev/mail/${id}/html`).expect(200)
    expect(headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox")
    expect(headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(headers['cache-control']).toBe('private, no-store')
  })

  it.each(['/dev/mail/nonsense', '/dev/mail/0199c0de-0000-7000-8000-000000000001', '/dev/mail/nonsense/html'])('has no page at %s', async (path) => {
    await site().get(path).expect(404)
  })

  it('does not exist in production', async () => {
    const config = readConfig({
      NODE_ENV: 'production', BASE_URL: 'https://learn.example', SECRET_KEY: 'x'.repeat(40), DATABASE_URL: 'postgres://localhost/x', SENDGRID_API_KEY: 'SG.x', MAIL_FROM: 'a@learn.example',
      PADDLE_API_KEY: 'pdl_live_x', PADDLE_ENVIRONMENT: 'live', PADDLE_WEBHOOK_SECRETS: 'x', PADDLE_CLIENT_TOKEN: 'live_x',
    })
    expect(mailRoutes({ ...services(), config }).stack).toEqual([])
  })
})
