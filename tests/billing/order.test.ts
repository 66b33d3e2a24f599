import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineOutcomes, newestAdjustments, newestTransaction, orderState, refundsOf } from '../../src/billing/order.ts'
import type { Adjustment, Transaction, TransactionLine } from '../../src/ports/payments.ts'

const day = (number: number) => new Date(Date.UTC(2026, 0, number))

const line = (lineId: string, total: bigint): TransactionLine =>
  ({ lineId, priceId: 'pri', productId: 'pro', quantity: 1, recurring: false, taxRate: '0', totals: { subtotal: total, discount: 0n, tax: 0n, total } })

const transaction = { lines: [line('one', 4900n), line('two', 1000n)] }

let made = 0
function adjustment(given: Partial<Adjustment> & { parts?: [string, bigint, 'full' | 'partial' | 'tax'][] }): Adjustment {
  const { parts = [['one', 4900n, 'full'], ['two', 1000n, 'full']], ...rest } = given
  made += 1
  const total = parts.reduce((sum, [, amount]) => sum + amount, 0n)
  return {
    adjustmentId: `adj_${String(made).padStart(4, '0')}`, kind: 'refund', state: 'approved', scope: 'partial', transactionId: 'txn', subscriptionId: null, customerId: null, reason: '', currency: 'USD',
    lines: parts.map(([lineId, amount, scope]) => ({ lineId, scope, total: amount })), totals: { subtotal: total, tax: 0n, total }, createdAt: day(1), updatedAt: rest.createdAt ?? day(1), raw: null, ...rest,
  }
}

const ended = (adjustments: Adjustment[]) => lineOutcomes(transaction, adjustments).map((outcome) => outcome.endedAt)
const refunded = (adjustments: Adjustment[]) => lineOutcomes(transaction, adjustments).map((outcome) => outcome.refunded)

describe('what is left of an order', () => {
  it('is all of it without adjustments, and with those that decide nothing', () => {
    const nothing = [
      adjustment({ state: 'pending', scope: 'full' }), adjustment({ state: 'rejected', scope: 'full' }), adjustment({ kind: 'chargeback-warning', scope: 'full' }),
      adjustment({ kind: 'credit', scope: 'full' }), adjustment({ kind: 'unknown', scope: 'full' }), adjustment({ state: 'unknown', scope: 'full' }),
    ]
    expect(ended([])).toEqual([null, null])
    expect(ended(nothing)).toEqual([null, null])
    expect(refunded(nothing)).toEqual([0n, 0n])
  })

  it('loses the line that was given back whole, and no other', () => {
    expect(ended([adjustment({ parts: [['one', 4900n, 'full']], createdAt: day(3) })])).toEqual([day(3), null])
  })

  it('keeps what only got some money back, or its tax', () => {
    const some = [adjustment({ parts: [['one', 1000n, 'partial']] }), adjustment({ parts: [['one', 500n, 'tax']] })]
    expect(ended(some)).toEqual([null, null])
    expect(refunded(some)).toEqual([1500n, 0n])
  })

  it('ends when the last of the money has gone back, part by part', () => {
    const parts = [adjustment({ parts: [['one', 4000n, 'partial']], createdAt: day(2) }), adjustment({ parts: [['one', 900n, 'partial']], createdAt: day(5) })]
    expect(ended(parts)).toEqual([day(5), null])
    expect(ended(parts.toReversed())).toEqual([day(5), null])
  })

  it('never counts more than was paid', () => {
    expect(refunded([adjustment({ scope: 'full' }), adjustment({ kind: 'chargeback', scope: 'full' })])).toEqual([4900n, 1000n])
  })

  it('is suspended by a chargeback and stands again when it is reversed, three times over and in any order', () => {
    const first = (state: 'approved' | 'reversed') => adjustment({ kind: 'chargeback', scope: 'full', state, createdAt: day(2), adjustmentId: 'adj_1' })
    const second = (state: 'approved' | 'reversed') => adjustment({ kind: 'chargeback', scope: 'full', state, createdAt: day(6), adjustmentId: 'adj_3' })
    const third = adjustment({ kind: 'chargeback', scope: 'full', createdAt: day(9), adjustmentId: 'adj_5' })
    const undo = (number: number, createdAt: Date) => adjustment({ kind: 'chargeback-reversal', scope: 'full', createdAt, adjustmentId: `adj_${number}` })
    const story: [Adjustment[], Date | null][] = [
      [[first('approved')], day(2)],
      [[first('approved'), undo(2, day(4))], null],
      [[first('reversed')], null],
      [[first('reversed'), undo(2, day(4))], null],
      [[first('reversed'), undo(2, day(4)), second('approved')], day(6)],
      [[first('reversed'), undo(2, day(4)), second('approved'), undo(4, day(8))], null],
      [[first('reversed'), undo(2, day(4)), second('reversed'), undo(4, day(8)), third], day(9)],
    ]
    for (const [adjustments, end] of story) for (const order of permutations(adjustments)) expect(ended(order)).toEqual([end, end])
  })

  it('has nothing to lose where nothing was paid', () => {
    const free = { lines: [line('one', 0n)] }
    expect(lineOutcomes(free, [adjustment({ parts: [['one', 0n, 'partial']] })])).toEqual([{ lineId: 'one', refunded: 0n, endedAt: null }])
    expect(lineOutcomes(free, [adjustment({ scope: 'full', parts: [['one', 0n, 'full']] })])).toMatchObject([{ endedAt: day(1) }])
  })

  it('is the same in whatever order adjustments are listed', () => {
    const any = fc.array(fc.record({
      kind: fc.constantFrom('refund', 'chargeback', 'chargeback-reversal', 'chargeback-warning'), state: fc.constantFrom('pending', 'approved', 'rejected', 'reversed'),
      scope: fc.constantFrom('full', 'partial'), when: fc.integer({ min: 1, max: 28 }), amount: fc.bigInt({ min: 1n, max: 4900n }),
    }), { maxLength: 6 }).map((list) => list.map(({ kind, state, scope, when, amount }) => adjustment({ kind, state, scope, createdAt: day(when), parts: [['one', amount, 'partial']] } as Parameters<typeof adjustment>[0])))
    fc.assert(fc.property(any, fc.infiniteStream(fc.nat()), (list, random) => {
      const shuffled = list.map((one) => ({ one, key: random.next().value })).sort((a, b) => a.key - b.key).map(({ one }) => one)
      expect(lineOutcomes(transaction, newestAdjustments(shuffled))).toEqual(lineOutcomes(transaction, newestAdjustments(list)))
    }), { numRuns: 300 })
  })
})

describe('the newest version', () => {
  const version = (state: Transaction['state'], at: Date) => ({ state, updatedAt: at }) as Transaction

  it('of a transaction wins, whether Paddle answers it or an event told us', () => {
    expect(newestTransaction(version('paid', day(1)), [version('completed', day(2)), version('ready', day(0))]).state).toBe('completed')
    expect(newestTransaction(version('completed', day(2)), [version('paid', day(1))]).state).toBe('completed')
  })

  it('at the same moment is the one that is further along', () => {
    expect(newestTransaction(version('paid', day(1)), [version('completed', day(1))]).state).toBe('completed')
    expect(newestTransaction(version('completed', day(1)), [version('paid', day(1))]).state).toBe('completed')
  })

  it('of each adjustment counts once, a decision before waiting', () => {
    const waits = adjustment({ adjustmentId: 'adj_x', state: 'pending', updatedAt: day(1) })
    const approved = adjustment({ adjustmentId: 'adj_x', state: 'approved', updatedAt: day(1) })
    for (const list of [[waits, approved], [approved, waits], [approved, approved, waits]]) expect(refundsOf(newestAdjustments(list))).toEqual([approved])
  })
})

describe('an order', () => {
  it('opens nothing before its transaction is completed', () => {
    const states = ['draft', 'ready', 'billed', 'paid', 'completed', 'canceled', 'past-due', 'unknown'] as const
    expect(states.map((state) => orderState({ state }))).toEqual(['open', 'open', 'open', 'paid', 'completed', 'canceled', 'open', 'open'])
  })
})

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length < 2) return [[...list]]
  return list.flatMap((one, index) => permutations(list.toSpliced(index, 1)).map((rest) => [one, ...rest]))
}
