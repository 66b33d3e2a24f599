import { createHmac } from 'node:crypto'
import { Webhooks } from '@paddle/paddle-node-sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Forbidden, Invalid } from '../../../src/platform/errors.ts'
import { paddle } from '../../../src/providers/paddle/paddle.ts'
import { signatureProblem } from '../../../src/providers/paddle/signature.ts'
import { quietLog, realClock, SECRET } from '../sandbox/shop.ts'

const now = new Date('2026-11-21T10:00:00Z')
const seconds = now.getTime() / 1000
const body = Buffer.from('{"event_id":"evt_01hv8wptq8987qeep44cyrewp9","event_type":"customer.created","occurred_at":"2026-11-21T10:00:00.123456Z","data":{}}')
const hmac = (time: number | string, bytes: Buffer = body, secret = SECRET) => createHmac('sha256', secret).update(`${time}:`).update(bytes).digest('hex')
const signed = (time: number | string = seconds, bytes = body, secret = SECRET) => `ts=${time};h1=${hmac(time, bytes, secret)}`
const problem = (header: string | undefined, bytes = body, secrets = [SECRET]) => signatureProblem(bytes, header, secrets, now)

describe('a webhook signature', () => {
  it('is good when any of its values fits any of our secrets', () => {
    expect(problem(signed())).toBeNull()
    expect(problem(`ts=${seconds};h1=${hmac(seconds)};h1=${'0'.repeat(64)}`)).toBeNull()
    expect(problem(`ts=${seconds};h1=${'0'.repeat(64)};h1=${hmac(seconds)}`)).toBeNull()
    expect(problem(signed(), body, ['the old one', SECRET])).toBeNull()
  })

  it('may be five minutes old and one minute ahead', () => {
    expect(problem(signed(seconds - 300))).toBeNull()
    expect(problem(signed(seconds + 60))).toBeNull()
    expect(problem(signed(seconds - 301))).toBe('too-old')
    expect(problem(signed(seconds + 61))).toBe('too-far-ahead')
  })

  it('is refused when it is somebody else’s, for other bytes or for another time', () => {
    expect(problem(signed(seconds, body, 'another account'))).toBe('wrong')
    expect(problem(signed(), Buffer.concat([body, Buffer.from(' ')]))).toBe('wrong')
    expect(problem(`ts=${seconds + 1};h1=${hmac(seconds)}`)).toBe('wrong')
    expect(problem(signed(), body, [])).toBe('wrong')
    expect(problem(signed(seconds, body, ''), body, [''])).toBe('wrong')
  })

  it.each([
    [undefined, 'missing'], ['', 'missing'], ['nonsense', 'malformed'], [`h1=${hmac(seconds)}`, 'malformed'], [`ts=${seconds}`, 'malformed'],
    [`ts=;h1=${hmac('')}`, 'malformed'], [`ts=NaN;h1=${hmac('NaN')}`, 'malformed'], [`ts=${seconds};h1=`, 'malformed'],
    [`ts=${seconds};ts=${seconds};h1=${hmac(seconds)}`, 'malformed'], [`ts=-1;h1=${hmac(-1)}`, 'malformed'], [`ts=1e9;h1=${hmac('1e9')}`, 'malformed'],
    [`ts=${seconds};h1=${hmac(seconds).toUpperCase()}`, 'malformed'], [`ts=${seconds};h1=${hmac(seconds).slice(1)}`, 'malformed'],
    [`${signed()}, ${signed()}`, 'malformed'], [`${signed()}${';h1=0'.repeat(1000)}`, 'malformed'], [`ts=${'9'.repeat(13)};h1=${hmac(seconds)}`, 'malformed'],
  ])('is refused as %s', (header, expected) => expect(problem(header)).toBe(expected))

  it("agrees with Paddle's own verifier on fresh messages", async () => {
    const time = Math.floor(realClock.now().getTime() / 1000)
    const sdk = new Webhooks()
    expect(await sdk.isSignatureValid(body.toString(), SECRET, signed(time))).toBe(true)
    expect(signatureProblem(body, signed(time), [SECRET], realClock.now())).toBeNull()
    expect(await sdk.isSignatureValid(body.toString(), 'another', signed(time))).toBe(false)
    expect(signatureProblem(body, signed(time), ['another'], realClock.now())).toBe('wrong')
  })
})

describe('reading a webhook', () => {
  const payments = paddle({ apiKey: 'k', environment: 'http://127.0.0.1:9', webhookSecrets: [SECRET], clientToken: null, clock: { now: () => now } })

  it('gives the event of a good one', () => {
    expect(payments.readEvent(body, signed())).toMatchObject({ eventId: 'evt_01hv8wptq8987qeep44cyrewp9', name: 'customer.created', occurredMicros: BigInt(now.getTime()) * 1000n + 123456n })
  })

  it('never accepts one of 10,000 changed messages, and never falls over', () => {
    const { lines } = quietLog()
    const header = signed()
    const change = fc.record({ part: fc.constantFrom('header', 'body'), at: fc.nat(), how: fc.constantFrom('flip', 'cut', 'add', 'swap', 'any'), byte: fc.integer({ min: 1, max: 255 }), text: fc.string({ unit: 'binary', maxLength: 120 }) })
    let refused = 0
    fc.assert(fc.property(change, ({ part, at, how, byte, text }) => {
      const original = part === 'header' ? Buffer.from(header, 'latin1') : body
      const bytes = how === 'any' ? Buffer.from(text) : mutate(original, how, at, byte)
      if (bytes.equals(original)) return
      try {
        payments.readEvent(part === 'body' ? bytes : body, part === 'header' ? bytes.toString('latin1') : header)
      } catch (error) {
        if (!(error instanceof Forbidden)) throw error
        refused += 1
        return
      }
      throw new Error(`accepted: ${part} ${bytes.toString('latin1')}`)
    }), { numRuns: 10_000, seed: 20_261_121 })
    expect(refused).toBeGreaterThan(9000)
    expect(lines).toEqual([])
  })

  it('refuses signed nonsense as invalid', () => {
    for (const text of ['', 'null', '[]', '{', '"x"', '{"event_id":1}', '{"event_id":"evt_1","event_type":"a","occurred_at":"now","data":{}}']) {
      const bytes = Buffer.from(text)
      expect(() => payments.readEvent(bytes, signed(seconds, bytes)), text).toThrow(Invalid)
    }
  })

  it('keeps what is new to us: types, values, fields, missing fields; and drops only NUL', () => {
    const read = (type: string, data: unknown) => {
      const bytes = Buffer.from(JSON.stringify({ event_id: 'evt_01hv8wptq8987qeep44cyrewp9', event_type: type, occurred_at: '2026-11-21T10:00:00Z', data }))
      return payments.readEvent(bytes, signed(seconds, bytes))
    }
    expect(read('moon.landed', { id: 'mon_1' }).subject).toEqual({ kind: 'other', id: 'mon_1', problem: null })
    expect(read('transaction.completed', { id: 'txn_1' }).subject).toMatchObject({ kind: 'other', id: 'txn_1', problem: expect.stringContaining('unreadable transaction.completed') })
    expect(read('customer.created', null).subject).toMatchObject({ kind: 'other', id: null })
    const customer = { id: 'ctm_1', email: 'a@b.c', name: 'A\0da', status: 'sleeping', updated_at: '2026-11-21T10:00:00Z', shoe_size: 41 }
    const event = read('customer.updated', customer)
    expect(event.subject).toMatchObject({ kind: 'customer', customer: { name: 'Ada', active: false } })
    expect(event.raw).toMatchObject({ data: { shoe_size: 41, name: 'Ada' } })
  })

  it('tells a simulation from the real thing', () => {
    const bytes = Buffer.from(JSON.stringify({ ...JSON.parse(body.toString()) as object, notification_id: 'ntfsimevt_01j82hf8jrwjsf9337a35tqghp' }))
    expect(payments.readEvent(bytes, signed(seconds, bytes)).simulated).toBe(true)
    expect(payments.readEvent(body, signed()).simulated).toBe(false)
  })
})

function mutate(original: Buffer, how: string, at: number, byte: number): Buffer {
  const bytes = Buffer.from(original)
  const index = at % bytes.length
  if (how === 'flip') bytes[index] = (bytes[index] ?? 0) ^ byte
  if (how === 'cut') return Buffer.concat([bytes.subarray(0, index), bytes.subarray(index + 1)])
  if (how === 'add') return Buffer.concat([bytes.subarray(0, index), Buffer.from([byte]), bytes.subarray(index)])
  if (how === 'swap') return Buffer.concat([bytes.subarray(index), bytes.subarray(0, index)])
  return bytes
}

describe('the adapter refuses to start', () => {
  const good = { apiKey: 'k', environment: 'live', webhookSecrets: [SECRET], clientToken: 'live_x', clock: realClock }
  it.each([
    ['without a key', { apiKey: '' }], ['without a secret', { webhookSecrets: [] }], ['with an empty secret', { webhookSecrets: [SECRET, ''] }],
    ['live without a client token', { clientToken: null }], ['with a slash at the end of the base URL', { environment: 'http://127.0.0.1:1/' }],
    ['with an unknown environment', { environment: 'moon' }],
  ])('%s', (_, wrong) => expect(() => paddle({ ...good, ...wrong })).toThrow())
  it('and otherwise does', () => expect(paddle(good).openCheckout('txn_1', { successUrl: 'https://a.b/', closeUrl: 'https://a.b/' })).toEqual({ kind: 'overlay', clientToken: 'live_x', environment: 'live' }))
})
