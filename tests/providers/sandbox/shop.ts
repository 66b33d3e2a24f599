import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Paddle, type Environment } from '@paddle/paddle-node-sdk'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/platform/clock.ts'
import type { Log } from '../../../src/platform/log.ts'
import type { PaddleConfig } from '../../../src/providers/paddle/config.ts'
import { paddle } from '../../../src/providers/paddle/paddle.ts'
import type { PriceInput } from '../../../src/ports/payments.ts'
import { startSandbox, type SandboxOptions } from '../../../src/providers/sandbox/sandbox.ts'

export const API_KEY = 'pdl_sdbx_apikey_test'
export const SECRET = 'pdl_ntfset_test_secret'
export const realClock: Clock = { now: () => new Date() }
export const back = { successUrl: 'http://127.0.0.1:9/thanks', closeUrl: 'http://127.0.0.1:9/cart' }
export const lin = { email: 'lin@example.com', country: 'DE' }

/** Collects what the sandbox says about faults of its own: there must be none. */
export function quietLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  return { log: pino({ level: 'warn' }, { write: (line) => void lines.push(line) }), lines }
}

export interface Delivery {
  headers: IncomingHttpHeaders
  body: Buffer
  event: { event_id: string; event_type: string; occurred_at: string; notification_id: string; data: { id: string; status?: string } }
  at: number
}

/** The shop's webhook endpoint. `answers` are given in turn, the last one for ever. */
export async function startReceiver(...answers: (number | 'never')[]) {
  const deliveries: Delivery[] = []
  const plan = answers.length > 0 ? answers : [200]
  const server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const body = Buffer.concat(chunks)
      const answer = plan[Math.min(deliveries.length, plan.length - 1)]
      deliveries.push({ headers: req.headers, body, event: JSON.parse(body.toString()) as Delivery['event'], at: performance.now() })
      if (answer !== 'never') res.writeHead(answer ?? 200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const types = () => deliveries.map(({ event }) => event.event_type)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/paddle`, deliveries, types }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A sandbox of its own for one test, stopped at its end; it may not have logged anything. */
export async function openShop(options: Partial<SandboxOptions> = {}, config: Partial<PaddleConfig> = {}) {
  const { log, lines } = quietLog()
  const sandbox = await startSandbox({
    store: null, port: 0, webhookUrl: null, webhookSecret: SECRET, apiKey: API_KEY, clock: realClock, log, completeAfter: 0, approveAfter: null,
    retry: { scale: 0.0005, attempts: 5 }, shopUrls: [back.successUrl], ...options,
  })
  let stopped = false
  const stop = async () => {
    if (!stopped) await sandbox.stop()
    stopped = true
  }
  onTestFinished(async () => {
    await stop()
    if (lines.length > 0) throw new Error(`The sandbox complained: ${lines.join('')}`)
  })
  const payments = paddle({
    apiKey: API_KEY, environment: sandbox.url, webhookSecrets: [SECRET], clientToken: null, clock: realClock, fetchTimeoutMs: 2000, ...config,
  })
  const sdk = new Paddle(API_KEY, { environment: sandbox.url as Environment })
  const call = async (method: string, path: string, body?: unknown, key: string | null = API_KEY) => {
    const response = await fetch(sandbox.url + path, {
      method, headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, json: await response.json() as Record<string, never> & { data: never; error: never; meta: never } }
  }
  return { sandbox, payments, sdk, call, stop }
}

export type Shop = Awaited<ReturnType<typeof openShop>>

export const once: Omit<PriceInput, 'productId'> = {
  reference: 'price-1', priceId: null, description: 'SQL, once', name: null, price: { amount: 4900n, currency: 'EUR' }, countryPrices: [], cycle: null,
  trial: null, taxIncluded: true, quantity: { minimum: 1, maximum: 10 }, active: true,
}

/** A course for 49 euro and a membership for 15 a month. */
export async function fillShop({ payments }: Shop) {
  const course = await payments.saveProduct({ reference: 'course-sql', productId: null, name: 'SQL', description: null, imageUrl: null, active: true })
  const membership = await payments.saveProduct({ reference: 'membership', productId: null, name: 'Membership', description: null, imageUrl: null, active: true })
  const { priceId: coursePrice } = await payments.savePrice({ ...once, countryPrices: [{ countries: ['IN'], price: { amount: 1900n, currency: 'EUR' } }], productId: course.productId })
  const { priceId: monthPrice } = await payments.savePrice({
    ...once, reference: 'price-2', description: 'Monthly', productId: membership.productId, price: { amount: 1500n, currency: 'EUR' }, cycle: { every: 1, interval: 'month' },
  })
  return { courseProduct: course.productId, membershipProduct: membership.productId, coursePrice, monthPrice }
}

export const order = (priceId: string, more: object = {}) => ({
  reference: 'order-1', items: [{ priceId, quantity: 1 }], customerId: null, currency: null, back, triedAt: null, ...more,
})
