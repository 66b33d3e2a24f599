import { describe, expect, it } from 'vitest'
import { nextWait } from '../../src/mail/delivery.ts'
import { DAY, HOUR, SECOND } from '../../src/platform/clock.ts'

describe('the wait before the next try', () => {
  it('doubles the age, from a second to six hours', () => {
    expect(nextWait(0, 0, 0.5)).toBe(SECOND)
    expect(nextWait(40 * SECOND, 0, 0.5)).toBe(40 * SECOND)
    expect(nextWait(2 * DAY, 0, 0.5)).toBe(6 * HOUR)
  })

  it('is spread, so that a thousand mails do not come back together', () => {
    expect(nextWait(HOUR, 0, 0)).toBe(0.75 * HOUR)
    expect(nextWait(HOUR, 0, 1)).toBe(1.25 * HOUR)
  })

  it('is never shorter than the provider asked for, nor absurdly long', () => {
    expect(nextWait(0, 90, 0.5)).toBe(90 * SECOND)
    expect(nextWait(0, 10 ** 9, 0.5)).toBe(6 * HOUR)
  })
})
