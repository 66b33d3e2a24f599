import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createIds } from '../../../src/providers/sandbox/ids.ts'
import { openStore } from '../../../src/providers/sandbox/store.ts'
import { addCycle } from '../../../src/providers/sandbox/subscriptions.ts'
import { split } from '../../../src/providers/sandbox/money.ts'
import { temporaryFolder } from './shop.ts'

describe('the sandbox’s store', () => {
  const meta = (id: string, value: number) => ({ id, value })

  it('keeps whole changes only, wherever the file is cut', () => {
    const folder = temporaryFolder()
    const store = openStore(folder)
    store.change(() => store.put('meta', meta('a', 1)))
    store.change(() => {
      store.put('meta', meta('a', 2))
      store.put('meta', meta('b', 2))
    })
    store.close()
    const file = join(folder, 'paddle-sandbox.ndjson')
    const bytes = readFileSync(file)
    const firstLine = bytes.indexOf(10)
    for (let length = 0; length <= bytes.length; length += 1) {
      writeFileSync(file, bytes.subarray(0, length))
      const cut = openStore(folder)
      const rows = cut.all('meta').map(({ id, value }) => `${id}${value}`).join(' ')
      cut.close()
      expect(rows).toBe(length === bytes.length ? 'a2 b2' : length > firstLine ? 'a1' : '')
    }
    appendFileSync(file, '[["meta","c",{"id":"c","val')
    const torn = openStore(folder)
    torn.change(() => torn.put('meta', meta('d', 1)))
    torn.close()
    expect(openStore(folder).get('meta', 'd')).toEqual(meta('d', 1))
  })

  it('forgets a change that throws', () => {
    const store = openStore(null)
    store.change(() => store.put('meta', meta('a', 1)))
    expect(() => store.change(() => {
      store.put('meta', meta('a', 2))
      store.remove('meta', 'a')
      store.put('meta', meta('b', 1))
      throw new Error('no')
    })).toThrow('no')
    expect(store.all('meta')).toEqual([meta('a', 1)])
  })
})

describe('small things that the sandbox counts on', () => {
  it('gives ids in Paddle’s form, each greater than the last, though the clock stands still or goes back', () => {
    let now = 1_700_000_000_000
    const ids = createIds(() => now)
    const given = Array.from({ length: 1000 }, (_, index) => {
      if (index % 100 === 0) now -= 5
      return ids.next('evt')
    })
    expect(given.every((id) => /^evt_[a-z\d]{26}$/.test(id))).toBe(true)
    expect([...given].sort()).toEqual(given)
    expect(new Set(given).size).toBe(1000)
  })

  it.each([
    ['2026-01-31T10:00:00.000Z', 1, 'month', '2026-02-28T10:00:00.000Z'], ['2028-01-31T10:00:00.000Z', 1, 'month', '2028-02-29T10:00:00.000Z'],
    ['2028-02-29T10:00:00.000Z', 1, 'year', '2029-02-28T10:00:00.000Z'], ['2026-10-25T00:30:00.000Z', 1, 'day', '2026-10-26T00:30:00.000Z'],
    ['2026-12-31T23:59:59.000Z', 2, 'week', '2027-01-14T23:59:59.000Z'], ['2026-08-31T00:00:00.000Z', 6, 'month', '2027-02-28T00:00:00.000Z'],
  ] as const)('counts from %s %i %s to %s', (start, frequency, interval, end) => {
    expect(addCycle(new Date(start), { frequency, interval }).toISOString()).toBe(end)
  })

  it('splits tax without losing a cent', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.integer({ min: 0, max: 3000 }), fc.constantFrom('internal' as const, 'external' as const), (amount, rate, mode) => {
      const { subtotal, tax, total } = split(amount, rate, mode)
      expect(subtotal + tax).toBe(total)
      expect(mode === 'internal' ? total : subtotal).toBe(amount)
      expect(subtotal >= 0n && tax >= 0n).toBe(true)
    }))
  })
})
