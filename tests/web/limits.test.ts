import { describe, expect, it } from 'vitest'
import { networkOf } from '../../src/platform/http/limits.ts'

describe('who is counted as one', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'], ['::ffff:192.0.2.7', '192.0.2.7'], ['2001:db8:1:2ab:3:4:5:6', '20010db8000102'], ['2001:db8:1:200::', '20010db8000102'], ['2001:db8:1:2ff:ffff::9', '20010db8000102'], ['2001:db8:1:12::1', '20010db8000100'], ['2001:db8::1', '20010db8000000'], ['::1', '00000000000000'], ['unknown', 'unknown'],
  ])('%s is counted as %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
