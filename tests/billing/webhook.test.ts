import { request as httpRequest } from 'node:http'
import { connect as connectTo, createServer, type AddressInfo, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { recordEvent } from '../../src/billing/record-event.ts'
import { connect } from '../../src/platform/db.ts'
import { Unavailable } from '../../src/platform/errors.ts'
import { noPayments } from '../../src/providers/none/none.ts'
import { createServer as createWebServer } from '../../src/server.ts'
import { testDatabase } from '../support/database.ts'
import { browser, useSite } from '../support/site.ts'
import { books, buy, canOpen, deliver, learner, openShop, order, pay, refund, settle, signature } from './shop.ts'

const site = useSite({ payments: true })

const event = (data: object = { id: 'pro_01hv8xxw3etar07vaxsqbyqasy' }, type = 'product.updated', eventId = `evt_${'0'.repeat(26)}`) =>
  JSON.stringify({ event_id: eventId, event_type: type, occurred_at: '2026-11-21T10:00:00.123456Z', notification_id: `ntf_${'0'.repeat(26)}`, data })

afterEach(() => {
  site.sandbox.clearFaults()
  site.sandbox.sendWebhooksTo(`${site.url}/webhooks/paddle`)
})

describe('the webhook', () => {
  it('keeps a signed event exactly as it came, once, and answers 200', async () => {
    const body = event()
    for (let copy = 0; copy < 3; copy++) expect((await deliver(site, body)).status).toBe(200)
    const rows = await site.database.db.providerEvent.findMany()
    expect(rows).toMatchObject([{ eventId: `evt_${'0'.repeat(26)}`, type: 'product.updated', entityId: 'pro_01hv8xxw3etar07vaxsqbyqasy', raw: body, source: 'webhook', processedAt: null }])
    await site.work()
    expect((await site.database.db.providerEvent.findFirstOrThrow()).processedAt).not.toBeNull()
  })

  it('needs no cookie and no word from a browser, and is no page to look at', async () => {
    const body = event()
    const posted = await deliver(site, body, { 'Paddle-Signature': signature(body), Origin: 'https://elsewhere.example', 'Sec-Fetch-Site': 'cross-site' })
    expect(posted.status).toBe(200)
    expect(posted.headers['cache-control']).toBe('no-store')
    expect((await browser(site).get('/webhooks/paddle')).status).toBe(404)
  })

  const now = () => Math.floor(Date.now() / 1000)
  it.each<[string, number, () => { body: string | Buffer; headers: Record<string, string> }]>([
    ['unsigned', 403, () => ({ body: event(), headers: {} })],
    ['signed with another key', 403, () => ({ body: event(), headers: { 'Paddle-Signature': signature(event(), { secret: 'pdl_ntfset_other' }) } })],
    ['altered after signing', 403, () => ({ body: event().replace('product', 'Product'), headers: { 'Paddle-Signature': signature(event()) } })],
    ['too old', 403, () => ({ body: event(), headers: { 'Paddle-Signature': signature(event(), { ts: now() - 3600 }) } })],
    ['from the future', 403, () => ({ body: event(), headers: { 'Paddle-Signature': signature(event(), { ts: now() + 3600 }) } })],
    ['without a time', 403, () => ({ body: event(), headers: { 'Paddle-Signature': signature(event(), { ts: 'NaN' }) } })],
    ['with an empty signature', 403, () => ({ body: event(), headers: { 'Paddle-Signature': `ts=${now()};h1=` } })],
    ['signed and empty', 422, () => ({ body: '', headers: { 'Paddle-Signature': signature('') } })],
    ['signed and no event', 422, () => ({ body: '{"hello":1}', headers: { 'Paddle-Signature': signature('{"hello":1}') } })],
    ['signed and no JSON', 422, () => ({ body: 'hello', headers: { 'Paddle-Signature': signature('hello') } })],
    ['compressed', 415, () => {
      const body = gzipSync(event())
      return { body, headers: { 'Content-Encoding': 'gzip', 'Paddle-Signature': signature(body) } }
    }],
    ['of two megabytes', 413, () => {
      const body = event({ id: 'pro_1', name: 'x'.repeat(2_000_000) })
      return { body, headers: { 'Paddle-Signature': signature(body) } }
    }],
  ])('keeps nothing that is %s', async (_name, status, made) => {
    const { body, headers } = made()
    expect((await deliver(site, body, headers)).status).toBe(status)
    expect(await site.database.db.providerEvent.count()).toBe(0)
    expect(site.services.jobs.asked).toEqual([])
  })

  it('keeps nothing with two signature headers, one of them right', async () => {
    const body = event()
    const answer = await rawPost(site.url, body, ['Paddle-Signature', `ts=1;h1=${'0'.repeat(64)}`, 'Paddle-Signature', signature(body)])
    expect(answer).toBe(403)
    expect(await site.database.db.providerEvent.count()).toBe(0)
  })

  it('keeps what it does not know, however odd: a new type, new fields, emoji, NUL, 900 kB', async () => {
    const bodies = [
      event({ id: 'x_1' }, 'starship.launched', `evt_${'1'.repeat(26)}`),
      event({ id: 'x_2', note: '🧮 \u0000 ☃', [String.fromCharCode(0)]: 1 }, 'product.created', `evt_${'2'.repeat(26)}`),
      event({ id: 'x_3', custom_data: { text: 'x'.repeat(900_000) } }, 'product.created', `evt_${'3'.repeat(26)}`),
      event({ nothing: true }, 'unnamed.event', `evt_${'4'.repeat(26)}`),
    ]
    for (const body of bodies) expect((await deliver(site, body)).status).toBe(200)
    await site.work()
    expect(await site.database.db.providerEvent.count({ where: { processedAt: { not: null }, problem: null } })).toBe(4)
  })

  it('never loses or changes what it kept: the database refuses', async () => {
    await deliver(site, event())
    const { db } = site.database
    await expect(db.$executeRaw`DELETE FROM provider_event`).rejects.toThrow(/append-only/)
    for (const column of ['raw', 'type', 'entity_id', 'event_id']) await expect(site.database.pool.query(`UPDATE provider_event SET ${column} = 'x'`), column).rejects.toThrow(/append-only|never changed/)
    await site.database.pool.query('UPDATE provider_event SET processed_at = NULL, quarantined_at = NULL, attempts = 0')
  })

  it('changes nothing for an event of the provider’s simulator', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await order(site, buyer, shop.price)
    await settle(site)
    site.sandbox.sendWebhooksTo(null)
    site.sandbox.pay(transactionId, { email: buyer.person.email, country: 'DE' })
    await until(() => site.sandbox.events().some(({ event_type }) => event_type === 'transaction.completed'))
    const completed = site.sandbox.events().find(({ event_type }) => event_type === 'transaction.completed')
    const body = JSON.stringify({ ...completed, notification_id: `ntfsimntf_${'0'.repeat(26)}` })
    expect((await deliver(site, body)).status).toBe(200)
    await site.work()
    expect(await canOpen(buyer, shop)).toBe(false)
    expect(await site.database.db.providerEvent.findUniqueOrThrow({ where: { eventId: completed?.event_id ?? '' } })).toMatchObject({ processedAt: expect.any(Date) as Date, problem: expect.stringContaining('simulator') as string })
    expect((await site.database.db.order.findFirstOrThrow()).state).toBe('open')
  })

  it('may come twenty times at once, each one: one order, one right, one receipt, one refund', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await buy(site, buyer, shop.price)
    const { adjustmentId } = await refund(site, transactionId)
    site.sandbox.approveRefund(adjustmentId)
    await settle(site)
    const before = await books(site)
    const kept = await site.database.db.providerEvent.findMany()
    expect(kept.length).toBeGreaterThan(5)
    for (const { raw } of kept) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(site, raw)))
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    }
    await site.work()
    expect(await site.database.db.providerEvent.count()).toBe(kept.length)
    expect(await books(site)).toEqual(before)
    expect(before.rights).toMatchObject([{ live: false }])
  })

  it('may come twenty times at once before anything was folded', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    const { transactionId } = await order(site, buyer, shop.price)
    site.sandbox.fault({ on: 'webhook', kind: 'duplicate', copies: 10, times: 10 })
    await pay(site, transactionId, buyer)
    expect(await books(site)).toMatchObject({ orders: [{ state: 'completed', total: 4900n, items: [{}] }], rights: [{ live: true }], mails: [{ template: 'receipt' }] })
  })
})

describe('the webhook where nothing is sold', () => {
  it('says so, and the process goes on', async () => {
    await expect(recordEvent({ ...site.services, payments: noPayments() }, Buffer.from(event()), signature(event()))).rejects.toThrow(Unavailable)
    expect(await site.database.db.providerEvent.count()).toBe(0)
  })
})

describe('the webhook while Postgres does not answer', () => {
  it('says 503 instead of 200, soon, and keeps the event when it comes again', async () => {
    const gate = await openGate(await testDatabase())
    const database = connect(gate.url, { max: 2, use: 'web', onError: () => undefined })
    const { server } = createWebServer({ ...site.services, db: database.db, sql: database.sql }, { pool: database.pool, paymentPages: null })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const there = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } as typeof site
      const body = event()
      for (const fault of ['hang', 'refuse'] as const) {
        gate.fault(fault)
        const began = performance.now()
        const answer = await deliver(there, body)
        expect(answer.status, fault).toBe(503)
        expect(performance.now() - began, fault).toBeLessThan(4_000)
        expect(await site.database.db.providerEvent.count(), fault).toBe(0)
      }
      gate.fault(null)
      expect((await deliver(there, body)).status).toBe(200)
      expect(await site.database.db.providerEvent.count()).toBe(1)
    } finally {
      server.close()
      server.closeAllConnections()
      await gate.close()
      await database.close().catch(() => undefined)
    }
  })
})

/** A way to Postgres that can be blocked: connections hang, or are refused. */
async function openGate(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let state: 'hang' | 'refuse' | null = null
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer((client) => {
    keep(client)
    if (state === 'refuse') return void client.destroy()
    if (state === 'hang') return
    const upstream = keep(connectTo(Number(target.port), target.hostname))
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    fault(next: typeof state) {
      state = next
      for (const socket of sockets) socket.destroy()
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function rawPost(url: string, body: string, headers: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(url)
    const req = httpRequest(`${url}/webhooks/paddle`, { method: 'POST', headers: ['Host', host, 'Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body)), ...headers] }, (res) => {
      res.resume()
      resolve(res.statusCode ?? 0)
    })
    req.on('error', reject).end(body)
  })
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + 5_000
  while (!done()) {
    if (performance.now() > end) throw new Error('It did not happen.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
