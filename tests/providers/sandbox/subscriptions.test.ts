import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDriver, type Driver } from '../../../src/providers/sandbox/driver.ts'
import type { Failure } from '../../../src/providers/sandbox/failure.ts'

const month = { interval: 'month', frequency: 1 } as const
const year = { interval: 'year', frequency: 1 } as const
const DAY = 24 * 3600_000

/** A membership of 15 a month, bought at noon on 15 January in a country without tax unless said otherwise. */
function member(options: { start?: string; country?: string; quantity?: number; amount?: bigint } = {}) {
  const driver = createDriver({ start: new Date(options.start ?? '2026-01-15T12:00:00.000Z') })
  const price = driver.price({ amount: options.amount ?? 1500n, cycle: month })
  const bought = driver.buy({ items: [{ priceId: price.id, quantity: options.quantity ?? 1 }], email: 'lin@example.com', country: options.country ?? 'US' })
  const id = bought.subscription?.id ?? ''
  const mark = driver.events().length
  return { driver, price, id, first: bought.transaction, customerId: bought.customerId, since: (from = mark) => driver.events().slice(from) }
}

const names = (events: { event_type: string }[]): string[] => events.map(({ event_type }) => event_type)
const bills = (driver: Driver, id: string) => driver.transactionsOf(id).map(({ status, details }) => [status, details.totals.grand_total])
const code = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as Failure).code
  }
  return 'nothing refused it'
}

describe('a subscription renews', () => {
  it('at the end of each period, at that moment, with the events in Paddle’s order', () => {
    const { driver, id, since } = member()
    driver.advance(31 * DAY - 1000)
    expect(since()).toEqual([])
    driver.advance(50 * DAY)
    expect(names(since())).toEqual(Array.from({ length: 2 }, () => [
      'subscription.updated', 'transaction.created', 'transaction.billed', 'transaction.updated', 'transaction.paid', 'transaction.updated', 'transaction.completed',
    ]).flat())
    const moments = since().map(({ occurred_at }) => occurred_at)
    expect(moments).toEqual([...moments].sort())
    expect(moments[0]?.slice(0, 19)).toBe('2026-02-15T12:00:00')
    expect(moments[7]?.slice(0, 19)).toBe('2026-03-15T12:00:00')
    expect(driver.transactionsOf(id).slice(1)).toMatchObject([
      { origin: 'subscription_recurring', status: 'completed', billing_period: { starts_at: '2026-02-15T12:00:00.000Z', ends_at: '2026-03-15T12:00:00.000Z' }, invoice_number: 'SANDBOX-00002' },
      { origin: 'subscription_recurring', status: 'completed', invoice_number: 'SANDBOX-00003' },
    ])
    expect(driver.subscription(id)).toMatchObject({ status: 'active', next_billed_at: '2026-04-15T12:00:00.000Z' })
  })

  it('on the last day of short months, and on the 31st again after them', () => {
    const { driver, id } = member({ start: '2026-01-31T23:30:00.000Z' })
    const ends = [1, 2, 3, 4].map(() => driver.renew(id).next_billed_at)
    expect(ends).toEqual(['2026-03-31T23:30:00.000Z', '2026-04-30T23:30:00.000Z', '2026-05-31T23:30:00.000Z', '2026-06-30T23:30:00.000Z'])
  })

  it('after a free trial: billed for the first time, then activated; or at once when asked', () => {
    for (const early of [false, true]) {
      const driver = createDriver()
      const price = driver.price({ amount: 1500n, cycle: month, trial: { interval: 'day', frequency: 14 } })
      const { subscription, transaction } = driver.buy({ items: [{ priceId: price.id }], email: 'lin@example.com', country: 'US' })
      expect([subscription?.status, transaction.details.totals.grand_total]).toEqual(['trialing', '0'])
      const mark = driver.events().length
      const id = subscription?.id ?? ''
      driver.advance(2 * DAY)
      const after = early ? driver.activate(id) : driver.renew(id)
      expect(after).toMatchObject({ status: 'active', next_billed_at: early ? '2026-02-17T12:00:00.000Z' : '2026-02-28T12:00:00.000Z' })
      expect(after.first_billed_at).toBe(early ? '2026-01-17T12:00:00.000Z' : '2026-01-29T12:00:00.000Z')
      expect(names(driver.events().slice(mark)).slice(-2)).toEqual(['subscription.updated', 'subscription.activated'])
      expect(bills(driver, id)).toEqual([['completed', '0'], ['completed', '1500']])
      expect(code(() => driver.activate(id))).toBe('subscription_cannot_activate')
    }
  })
})

describe('a card that fails', () => {
  it('makes the subscription past due and is tried seven times in thirty days; then all ends', () => {
    const { driver, id, customerId, since } = member()
    driver.fail(customerId)
    expect(driver.renew(id)).toMatchObject({ status: 'past_due' })
    expect(names(since())).toEqual([
      'subscription.updated', 'transaction.created', 'transaction.billed', 'transaction.payment_failed', 'transaction.past_due', 'subscription.updated', 'subscription.past_due',
    ])
    const mark = driver.events().length
    driver.advance(29 * DAY)
    expect(driver.subscription(id).status).toBe('past_due')
    driver.advance(DAY)
    expect(driver.subscription(id)).toMatchObject({ status: 'canceled', next_billed_at: null })
    const tail = since(mark)
    expect(names(tail)).toEqual([...Array.from({ length: 7 }, () => 'transaction.payment_failed'), 'transaction.canceled', 'subscription.updated', 'subscription.canceled'])
    expect(tail.slice(0, 7).map(({ occurred_at }) => occurred_at.slice(0, 10))).toEqual(['2026-02-16', '2026-02-18', '2026-02-21', '2026-02-25', '2026-03-02', '2026-03-09', '2026-03-17'])
    expect(driver.transactionsOf(id)[1]?.payments).toHaveLength(8)
    driver.advance(400 * DAY)
    expect(driver.transactionsOf(id)).toHaveLength(2)
  })

  it('and works again pays what is owed: at once with a new card, or at the next try', () => {
    for (const now of [true, false]) {
      const { driver, id, customerId } = member()
      driver.fail(customerId)
      driver.renew(id)
      driver.advance(4 * DAY)
      if (now) driver.recover(customerId)
      else driver.account.store.change(() => driver.account.store.put('cards', { id: customerId, works: true }))
      expect(driver.subscription(id).status).toBe(now ? 'active' : 'past_due')
      driver.advance(2 * DAY)
      expect(driver.subscription(id)).toMatchObject({ status: 'active', next_billed_at: '2026-03-15T12:00:00.000Z' })
      expect(bills(driver, id)).toEqual([['completed', '1500'], ['completed', '1500']])
      expect(driver.renew(id).next_billed_at).toBe('2026-04-15T12:00:00.000Z')
    }
  })

  it('can be changed on a checkout of what is owed, or of nothing', async () => {
    const { driver, id, customerId } = member()
    const ask = async () => {
      const answer = await driver.fetch(`http://x.invalid/subscriptions/${id}/update-payment-method-transaction`)
      return (await answer.json() as { data: { id: string; status: string; origin: string; details: { totals: { grand_total: string } } } }).data
    }
    const nothing = await ask()
    expect(nothing).toMatchObject({ status: 'ready', origin: 'subscription_payment_method_change', details: { totals: { grand_total: '0' } } })
    driver.fail(customerId)
    expect(driver.pay(nothing.id, { email: '', country: '' }).status).toBe('completed')
    expect(driver.renew(id).status).toBe('active')
    driver.fail(customerId)
    driver.renew(id)
    const owed = await ask()
    expect(owed).toMatchObject({ status: 'past_due', details: { totals: { grand_total: '1500' } } })
    expect(driver.pay(owed.id, { email: '', country: '' }).status).toBe('completed')
    expect(driver.subscription(id).status).toBe('active')
  })
})

describe('ending and pausing', () => {
  it('at the end of the period means no further bill; taken back, it goes on', () => {
    const { driver, id } = member()
    expect(driver.cancel(id, 'period-end')).toMatchObject({ status: 'active', scheduled_change: { action: 'cancel', effective_at: '2026-02-15T12:00:00.000Z' } })
    expect(code(() => driver.cancel(id, 'period-end'))).toBe('subscription_locked_pending_changes')
    expect(driver.keep(id).scheduled_change).toBeNull()
    expect(driver.renew(id).status).toBe('active')
    driver.cancel(id, 'period-end')
    expect(driver.renew(id)).toMatchObject({ status: 'canceled', canceled_at: '2026-03-15T12:00:00.000Z' })
    expect(driver.transactionsOf(id)).toHaveLength(2)
    expect(code(() => driver.resume(id))).toBe('subscription_update_when_canceled')
  })

  it('pauses until a day, and bills a new period then; or goes on with the one that was paid', async () => {
    const { driver, id } = member()
    driver.pause(id, 'period-end', new Date('2026-03-01T08:00:00.000Z'))
    expect(driver.renew(id)).toMatchObject({ status: 'paused', next_billed_at: null, scheduled_change: { action: 'resume', effective_at: '2026-03-01T08:00:00.000Z' } })
    driver.advance(20 * DAY)
    expect(driver.subscription(id)).toMatchObject({ status: 'active', next_billed_at: '2026-04-01T08:00:00.000Z', scheduled_change: null })
    expect(driver.transactionsOf(id)).toHaveLength(2)

    const period = driver.subscription(id).current_billing_period
    const post = (verb: string, body: object) => driver.fetch(`http://x.invalid/subscriptions/${id}/${verb}`, { method: 'POST', body: JSON.stringify(body) })
    await post('pause', { effective_from: 'immediately', on_resume: 'continue_existing_billing_period' })
    expect(driver.subscription(id).current_billing_period).toBeNull()
    expect((await post('resume', { effective_from: 'immediately' })).status).toBe(200)
    expect(driver.subscription(id)).toMatchObject({ status: 'active', current_billing_period: period })
    expect(driver.transactionsOf(id)).toHaveLength(2)
  })

  it('gives up an unpaid bill', () => {
    const { driver, id, customerId } = member()
    driver.fail(customerId)
    driver.renew(id)
    driver.cancel(id, 'now')
    expect(bills(driver, id)).toEqual([['completed', '1500'], ['canceled', '1500']])
  })
})

describe('changing what is in it', () => {
  it('more seats: the rest of the period is billed now, to the second, and the preview knew', async () => {
    const { driver, id, price } = member({ quantity: 5, country: 'DE' })
    driver.advance(10 * DAY + 1)
    const items = [{ priceId: price.id, quantity: 8 }]
    const preview = await driver.fetch(`http://x.invalid/subscriptions/${id}/preview`, {
      method: 'PATCH', body: JSON.stringify({ items: [{ price_id: price.id, quantity: 8 }], proration_billing_mode: 'prorated_immediately' }),
    })
    const { data } = await preview.json() as { data: { immediate_transaction: { details: { totals: { grand_total: string } } }; update_summary: object; recurring_transaction_details: object } }
    expect(driver.transactionsOf(id)).toHaveLength(1)
    expect(driver.change(id, items, 'prorated_immediately')).toMatchObject({ items: [{ quantity: 8 }], next_billed_at: '2026-02-15T12:00:00.000Z' })
    const [, change] = driver.transactionsOf(id)
    // 3 seats x 15.00 x (21 days less the second that has begun) / 31 days, half up.
    const expected = Math.round((3 * 1500 * (21 * 86_400 - 1)) / (31 * 86_400))
    expect(change).toMatchObject({ origin: 'subscription_update', status: 'completed', items: [{ quantity: 3, proration: { rate: '0.67742' } }] })
    expect(change?.details.totals.grand_total).toBe(String(expected))
    expect(data).toMatchObject({
      immediate_transaction: { details: { totals: { grand_total: String(expected) } } }, recurring_transaction_details: { totals: { total: '12000' } },
      update_summary: { credit: { amount: '0' }, charge: { amount: String(expected) }, result: { action: 'charge', amount: String(expected) } },
    })
    driver.renew(id)
    expect(driver.transactionsOf(id).at(-1)?.details.totals.total).toBe('12000')
  })

  it('fewer seats: what is left is kept for the next bills', () => {
    const { driver, id, price, customerId } = member({ quantity: 5 })
    driver.advance(15.5 * DAY)
    driver.change(id, [{ priceId: price.id, quantity: 1 }], 'prorated_immediately')
    expect(driver.transactionsOf(id)[1]?.details.totals).toMatchObject({ total: '-3000', grand_total: '0', credit_to_balance: '3000', balance: '0' })
    driver.renew(id)
    expect(driver.transactionsOf(id)[2]?.details.totals).toMatchObject({ total: '1500', credit: '1500', grand_total: '0' })
    expect(driver.account.store.where('balances', 'customer_id', customerId)).toMatchObject([{ available: '1500', used: '1500' }])
    expect(code(() => driver.refund(driver.transactionsOf(id)[2]?.id ?? ''))).toBe('adjustment_total_amount_above_remaining_allowed')
  })

  it('month to year: a new period begins today, the rest of the month is credited', () => {
    const { driver, id, price } = member()
    const yearly = driver.price({ amount: 15_000n, cycle: year })
    driver.advance(15.5 * DAY)
    expect(driver.change(id, [{ priceId: yearly.id, quantity: 1 }], 'prorated_immediately')).toMatchObject({
      billing_cycle: year, current_billing_period: { starts_at: '2026-01-31T00:00:00.000Z', ends_at: '2027-01-31T00:00:00.000Z' }, items: [{ price: { id: yearly.id } }],
    })
    const [, change] = driver.transactionsOf(id)
    expect(change?.details.line_items.map(({ price_id, quantity, totals }) => [price_id, quantity, totals.total])).toEqual([[price.id, -1, '-750'], [yearly.id, 1, '15000']])
    expect(change?.details.totals.grand_total).toBe('14250')
    expect(driver.renew(id).next_billed_at).toBe('2028-01-31T00:00:00.000Z')
    const refund = driver.refund(change?.id ?? '')
    expect(refund.totals.total).toBe('14250')
  })

  it.each([
    ['prorated_next_billing_period', [], '3750'], ['full_next_billing_period', [], '4500'], ['do_not_bill', [], '3000'], ['full_immediately', ['1500'], '3000'],
  ] as const)('%s bills %j now and %s at the next renewal', (mode, now, next) => {
    const { driver, id, price } = member()
    driver.advance(15.5 * DAY)
    driver.change(id, [{ priceId: price.id, quantity: 2 }], mode)
    expect(bills(driver, id).slice(1).map(([, total]) => total)).toEqual(now)
    driver.renew(id)
    driver.renew(id)
    expect(bills(driver, id).slice(1 + now.length).map(([, total]) => total)).toEqual([next, '3000'])
  })

  it('with a card that fails changes nothing, or everything and is owed', () => {
    const { driver, id, price, customerId } = member()
    driver.fail(customerId)
    const before = [driver.subscription(id), driver.events().length]
    expect(code(() => driver.change(id, [{ priceId: price.id, quantity: 2 }], 'full_immediately'))).toBe('subscription_payment_declined')
    expect([driver.subscription(id), driver.events().length]).toEqual(before)
    expect(driver.change(id, [{ priceId: price.id, quantity: 2 }], 'full_immediately', 'apply_change')).toMatchObject({ status: 'past_due', items: [{ quantity: 2 }] })
    expect(code(() => driver.change(id, [{ priceId: price.id, quantity: 3 }], 'full_immediately'))).toBe('subscription_update_when_past_due')
    driver.recover(customerId)
    expect(driver.subscription(id)).toMatchObject({ status: 'active', next_billed_at: '2026-02-15T12:00:00.000Z' })
  })

  it('is refused where Paddle refuses it', async () => {
    const { driver, id, price } = member()
    const once = driver.price({ amount: 100n })
    const yearly = driver.price({ amount: 100n, cycle: year })
    const dollars = driver.price({ amount: 100n, cycle: month, currency: 'USD' })
    const change = (items: { priceId: string; quantity: number }[], mode: Parameters<Driver['change']>[2] = 'prorated_immediately') => code(() => driver.change(id, items, mode))
    const seat = { priceId: price.id, quantity: 1 }
    expect(change([{ ...seat, quantity: 101 }])).toBe('subscription_item_quantity_out_of_range')
    expect(change([{ priceId: once.id, quantity: 1 }])).toBe('subscription_new_items_not_valid')
    expect(change([seat, seat])).toBe('subscription_duplicate_price_ids')
    expect(change([seat, { priceId: yearly.id, quantity: 1 }])).toBe('transaction_items_billing_cycle_mismatch')
    expect(change([{ priceId: dollars.id, quantity: 1 }])).toBe('subscription_currency_mismatch')
    const silent = await driver.fetch(`http://x.invalid/subscriptions/${id}`, { method: 'PATCH', body: JSON.stringify({ items: [{ price_id: price.id }] }) })
    expect(await silent.json()).toMatchObject({ error: { code: 'subscription_items_update_missing_proration_billing_mode' } })
    driver.cancel(id, 'period-end')
    expect(change([{ ...seat, quantity: 2 }], 'prorated_next_billing_period')).toBe('subscription_invalid_billing_mode_for_scheduled_change')
    driver.keep(id)
    driver.pause(id, 'now')
    expect(change([{ ...seat, quantity: 2 }])).toBe('subscription_incorrect_proration_on_paused_subscription')
    expect(driver.transactionsOf(id)).toHaveLength(1)
  })

  it('bills something once, now or with the next bill', async () => {
    const { driver, id, price } = member()
    const book = driver.price({ amount: 700n })
    driver.charge(id, [{ priceId: book.id, quantity: 2 }])
    expect(driver.transactionsOf(id)[1]).toMatchObject({ origin: 'subscription_charge', status: 'completed', details: { totals: { total: '1400' } } })
    const later = await driver.fetch(`http://x.invalid/subscriptions/${id}/charge`, {
      method: 'POST', body: JSON.stringify({ effective_from: 'next_billing_period', items: [{ price_id: book.id, quantity: 1 }] }),
    })
    expect(later.status).toBe(201)
    const shown = await driver.fetch(`http://x.invalid/subscriptions/${id}?include=next_transaction,recurring_transaction_details`)
    expect(await shown.json()).toMatchObject({ data: { items: [{ quantity: 1 }], next_transaction: { details: { totals: { total: '2200' } } }, recurring_transaction_details: { totals: { total: '1500' } } } })
    driver.renew(id)
    expect(driver.transactionsOf(id)[2]?.details.totals.total).toBe('2200')
    expect(code(() => driver.charge(id, [{ priceId: price.id, quantity: 1 }]))).toBe('subscription_one_off_charge_recurring_item')
  })

  it('there and back in the same second costs nothing, in every country and at every moment', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 31 * 86_400 - 1 }), fc.bigInt({ min: 1n, max: 99_999n }),
      fc.constantFrom('DE', 'US', 'HU'), (from, to, seconds, amount, country) => {
        const { driver, id, price, customerId } = member({ quantity: from, amount, country })
        driver.advance(seconds * 1000)
        driver.change(id, [{ priceId: price.id, quantity: to }], 'prorated_immediately')
        driver.change(id, [{ priceId: price.id, quantity: from }], 'prorated_immediately')
        const changes = driver.transactionsOf(id).slice(1)
        expect(changes.reduce((sum, { details }) => sum + BigInt(details.totals.total), 0n)).toBe(0n)
        const kept = BigInt(driver.account.store.where('balances', 'customer_id', customerId)[0]?.available ?? '0')
        const paid = changes.reduce((sum, { details }) => sum + BigInt(details.totals.grand_total), 0n)
        expect(kept).toBe(paid)
        for (const { details } of changes) for (const { totals } of details.line_items) {
          expect(BigInt(totals.subtotal) - BigInt(totals.discount) + BigInt(totals.tax)).toBe(BigInt(totals.total))
        }
      },
    ), { numRuns: 150 })
  })
})

describe('money goes back', () => {
  it('one refund at a time, per line, never more than was paid; a chargeback comes first', () => {
    const { driver, id, first } = member()
    driver.renew(id)
    const renewal = driver.transactionsOf(id)[1]?.id ?? ''
    const refund = driver.refund(renewal, [{ lineId: driver.transaction(renewal).details.line_items[0]?.id ?? '', amount: 1000n }])
    expect(refund).toMatchObject({ subscription_id: id, status: 'pending_approval', type: 'partial' })
    expect(code(() => driver.refund(renewal))).toBe('adjustment_pending_refund_request')
    expect(driver.chargeBack(renewal).totals.total).toBe('1500')
    expect(driver.approve(refund.id).status).toBe('rejected')
    expect(driver.transaction(renewal).details.adjusted_totals.total).toBe('0')
    driver.chargeBack(renewal, 'chargeback_reverse')
    expect(driver.transaction(renewal).details.adjusted_totals.total).toBe('1500')
    driver.chargeBack(first.id, 'chargeback_warning')
    expect(driver.transaction(first.id).details.adjusted_totals.total).toBe('1500')
  })

  it('but no tax alone', async () => {
    const { driver, first } = member()
    const answer = await driver.fetch('http://x.invalid/adjustments', {
      method: 'POST', body: JSON.stringify({ action: 'refund', transaction_id: first.id, reason: 'r', items: [{ item_id: first.details.line_items[0]?.id, type: 'tax' }] }),
    })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { errors: [{ field: 'items.0.type' }] } }])
  })
})

describe('the driver', () => {
  it('tells the same history again for the same seed, and another one for another', () => {
    const tell = (seed: number) => {
      const driver = createDriver({ seed })
      const price = driver.price({ amount: 1500n, cycle: month })
      const { subscription } = driver.buy({ items: [{ priceId: price.id }], email: 'lin@example.com' })
      driver.renew(subscription?.id ?? '')
      return driver.events().map(({ event_id, event_type, occurred_at }) => `${event_id} ${event_type} ${occurred_at}`)
    }
    expect(tell(7)).toEqual(tell(7))
    expect(tell(7)).not.toEqual(tell(8))
  })

  it('survives anything in any order, and money is conserved', () => {
    const steps = ['renew', 'fail', 'recover', 'refund', 'approve', 'reject', 'chargeBack', 'reverse', 'cancel', 'cancelNow', 'pause', 'pauseNow', 'resume', 'keep', 'more', 'fewer', 'year', 'charge', 'wait'] as const
    fc.assert(fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 25 }), fc.integer(), (history, seed) => {
      const driver = createDriver({ seed })
      const monthly = driver.price({ amount: 1499n, cycle: month })
      const yearly = driver.price({ amount: 14_999n, cycle: year })
      const book = driver.price({ amount: 701n })
      const { subscription, customerId } = driver.buy({ items: [{ priceId: monthly.id, quantity: 3 }], email: 'lin@example.com' })
      const id = subscription?.id ?? ''
      const last = () => driver.transactionsOf(id).at(-1)?.id ?? ''
      const pending = () => driver.adjustmentsOf(last()).at(-1)?.id ?? ''
      const seats = () => driver.subscription(id).items[0]?.quantity ?? 1
      const now = () => driver.subscription(id).items[0]?.price.id ?? ''
      const act: Record<typeof steps[number], () => unknown> = {
        renew: () => driver.renew(id), fail: () => driver.fail(customerId), recover: () => driver.recover(customerId), refund: () => driver.refund(last()),
        approve: () => driver.approve(pending()), reject: () => driver.reject(pending()), chargeBack: () => driver.chargeBack(last()),
        reverse: () => driver.chargeBack(last(), 'chargeback_reverse'), cancel: () => driver.cancel(id, 'period-end'), cancelNow: () => driver.cancel(id, 'now'),
        pause: () => driver.pause(id, 'period-end'), pauseNow: () => driver.pause(id, 'now'), resume: () => driver.resume(id), keep: () => driver.keep(id),
        more: () => driver.change(id, [{ priceId: now(), quantity: seats() + 2 }], 'prorated_immediately'),
        fewer: () => driver.change(id, [{ priceId: now(), quantity: Math.max(1, seats() - 1) }], 'prorated_next_billing_period'),
        year: () => driver.change(id, [{ priceId: yearly.id, quantity: seats() }], 'prorated_immediately', 'apply_change'),
        charge: () => driver.charge(id, [{ priceId: book.id, quantity: 1 }]), wait: () => driver.advance(9 * DAY),
      }
      for (const step of history) {
        try {
          act[step]()
        } catch (error) {
          if ((error as Failure).code === undefined) throw error
        }
      }
      let kept = 0n
      for (const { id: transaction, status, details: { totals } } of driver.transactionsOf(id)) {
        expect(BigInt(totals.grand_total)).toBe((BigInt(totals.total) > 0n ? BigInt(totals.total) : 0n) - BigInt(totals.credit))
        if (status !== 'canceled') kept += BigInt(totals.credit_to_balance) - BigInt(totals.credit)
        const gone = driver.adjustmentsOf(transaction).filter((one) => one.status === 'approved' && (one.action === 'refund' || one.action === 'chargeback'))
        expect(gone.reduce((sum, one) => sum + BigInt(one.totals.total), 0n)).toBeLessThanOrEqual(BigInt(totals.grand_total))
      }
      expect(BigInt(driver.account.store.where('balances', 'customer_id', customerId)[0]?.available ?? '0')).toBe(kept)
      const moments = driver.events().map(({ occurred_at }) => occurred_at)
      expect(moments).toEqual([...moments].sort())
    }), { numRuns: 300 })
  })
})
