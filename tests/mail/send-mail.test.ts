import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { handlers } from '../../src/handlers.ts'
import { queueMail, ringMail } from '../../src/mail/queue-mail.ts'
import { sendMail } from '../../src/mail/send-mail.ts'
import { sweepMail } from '../../src/mail/sweep-mail.ts'
import { Invalid, Unanswered, Unavailable } from '../../src/platform/errors.ts'
import type { Mail, Message } from '../../src/ports/mail.ts'
import { clearDatabase } from '../support/database.ts'
import { openBench, type Bench } from '../support/worker-services.ts'

const letter = (key: string) => ({ key, template: 'receipt', recipient: 'lin@example.com', email: { subject: 'Your receipt', html: '<p>Thanks</p>', text: 'Thanks\n' } })

describe('mail', () => {
  let bench: Bench
  let sent: Message[] = []
  let answers: (() => Promise<{ providerId: string }>)[] = []

  /** Answers in turn as told, then accepts. */
  const provider: Mail = {
    send: async (message) => {
      sent.push(message)
      const answer = answers.shift()
      return answer ? answer() : { providerId: `p-${sent.length}` }
    },
  }
  const fails = (error: Error) => async () => {
    throw error
  }
  const services = (production = true) => {
    const all = bench.services({ mail: provider })
    return production ? { ...all, config: { ...all.config, sendgrid: { apiKey: 'SG.x', url: null } } } : all
  }
  const find = (id: string | null) => bench.database.db.mail.findUniqueOrThrow({ where: { id: id ?? '' } })
  const makeDue = () => bench.database.db.$executeRaw`update mail set due_at = now() - interval '1 second', created_at = created_at - interval '1 hour', claimed_at = claimed_at - interval '1 hour'`
  const errors = () => bench.lines.filter(({ level }) => level >= 50)

  beforeAll(async () => {
    bench = await openBench()
  })
  beforeEach(async () => {
    await clearDatabase()
    sent = []
    answers = []
    bench.lines.length = 0
  })
  afterAll(() => bench.close())

  it('is owed exactly if the transaction that wrote it commits', async () => {
    const { db } = bench.database
    await expect(db.$transaction(async (tx) => {
      await queueMail(tx, letter('receipt:1'))
      throw new Error('no')
    })).rejects.toThrow('no')
    expect(await db.mail.count()).toBe(0)
    await db.$transaction((tx) => queueMail(tx, letter('receipt:1')))
    expect(await db.mail.count({ where: { state: 'owed' } })).toBe(1)
  })

  it('is written once per key, and the second try does not spoil the transaction', async () => {
    const { db } = bench.database
    await queueMail(db, letter('receipt:1'))
    const second = await db.$transaction(async (tx) => {
      const id = await queueMail(tx, letter('receipt:1'))
      await queueMail(tx, letter('receipt:2'))
      return id
    })
    expect(second).toBeNull()
    expect(await db.mail.count()).toBe(2)
  })

  it('is written once by many writers at the same time', async () => {
    const { db } = bench.database
    const ids = await Promise.all(Array.from({ length: 10 }, () => db.$transaction((tx) => queueMail(tx, letter('receipt:1')))))
    expect(ids.filter((id) => id !== null)).toHaveLength(1)
    expect(await db.mail.count()).toBe(1)
  })

  it('is sent once although rung for twice and at the same time', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    await ringMail(all, id)
    await Promise.all([sendMail(all, { id: id ?? '' }), sendMail(all, { id: id ?? '' }), all.jobs.drain(all, handlers)])
    expect(sent).toEqual([{ id, to: 'lin@example.com', subject: 'Your receipt', html: '<p>Thanks</p>', text: 'Thanks\n' }])
    expect(await find(id)).toMatchObject({ state: 'sent', providerId: 'p-1', html: '', text: '' })
  })

  it('keeps its text where it is only shown', async () => {
    const all = services(false)
    const id = await queueMail(all.db, letter('receipt:1'))
    await sendMail(all, { id: id ?? '' })
    expect(await find(id)).toMatchObject({ state: 'sent', html: '<p>Thanks</p>', text: 'Thanks\n' })
  })

  it('waits as long as the provider asks, and rings for itself', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    answers = [fails(new Unavailable('429', { retryAfter: 40 }))]
    await sendMail(all, { id: id ?? '' })
    const mail = await find(id)
    expect(mail).toMatchObject({ state: 'owed', attempts: 0, problem: '429' })
    expect(mail.dueAt.getTime() - mail.createdAt.getTime()).toBeGreaterThanOrEqual(40_000)
    expect(all.jobs.asked[0]).toMatchObject({ name: 'mail.send-mail', payload: { id } })
    await sendMail(all, { id: id ?? '' }) // not due yet
    expect(sent).toHaveLength(1)
  })

  it('survives any number of clear refusals, then arrives', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    for (let hour = 0; hour < 20; hour++) {
      answers = [fails(new Unavailable('500', { retryAfter: 1 }))]
      await makeDue()
      await sendMail(all, { id: id ?? '' })
    }
    await makeDue()
    await sweepMail(all)
    await all.jobs.drain(all, handlers)
    expect((await find(id)).state).toBe('sent')
    expect(sent).toHaveLength(21)
    expect(errors()).toEqual([])
  })

  it('is given up, visibly, after three days', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    await all.db.$executeRaw`update mail set created_at = now() - interval '73 hours'`
    answers = [fails(new Unavailable('SendGrid answered 500.', { retryAfter: 1 }))]
    await sendMail(all, { id: id ?? '' })
    expect(await find(id)).toMatchObject({ state: 'failed', problem: 'Given up after three days. SendGrid answered 500.' })
    expect(errors()).toHaveLength(1)
  })

  it('fails at once when it is refused for good', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    answers = [fails(new Invalid('SendGrid answered 400: no such address'))]
    await sendMail(all, { id: id ?? '' })
    expect(await find(id)).toMatchObject({ state: 'failed', problem: 'SendGrid answered 400: no such address' })
  })

  it('is sent again when the worker died while sending, but only once more', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    answers = [fails(new TypeError('killed'))] // like a worker that dies: nobody writes down how it went
    await expect(sendMail(all, { id: id ?? '' })).rejects.toThrow('killed')
    expect((await find(id)).state).toBe('sending')
    await sweepMail(all)
    await all.jobs.drain(all, handlers)
    expect(sent).toHaveLength(1) // five minutes have not passed
    await makeDue()
    await sweepMail(all)
    await all.jobs.drain(all, handlers)
    expect(sent).toHaveLength(2)
    expect((await find(id)).state).toBe('sent')
  })

  it('never exists more than twice', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    for (let round = 0; round < 4; round++) {
      answers = [fails(new TypeError('killed'))]
      await sendMail(all, { id: id ?? '' }).catch(() => undefined)
      await makeDue()
      await sweepMail(all)
      all.jobs.asked.length = 0
    }
    expect(sent).toHaveLength(2)
    expect((await find(id)).state).toBe('failed')
    expect(errors()).toHaveLength(1)
  })

  it('counts a call without an answer as a copy that may exist', async () => {
    const all = services()
    const id = await queueMail(all.db, letter('receipt:1'))
    answers = [fails(new Unanswered('No answer.', { retryAfter: 60 })), fails(new Unanswered('No answer.', { retryAfter: 60 }))]
    await sendMail(all, { id: id ?? '' })
    expect(await find(id)).toMatchObject({ state: 'owed', attempts: 1 })
    await makeDue()
    await sendMail(all, { id: id ?? '' })
    expect(await find(id)).toMatchObject({ state: 'failed', problem: 'No answer. It may have arrived, perhaps twice.' })
  })

  it('is brought by the sweep when the queue lost everything', async () => {
    const all = services()
    for (let i = 0; i < 25; i++) await queueMail(all.db, letter(`receipt:${i}`))
    await sweepMail(all)
    await sweepMail(all) // rings twice, sends once
    await all.jobs.drain(all, handlers)
    expect(sent).toHaveLength(25)
    expect(await all.db.mail.count({ where: { state: 'sent' } })).toBe(25)
  })
})
