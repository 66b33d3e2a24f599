import { describe, expect, it } from 'vitest'
import { csvCell, csvLine } from '../../src/admin/csv.ts'

describe('a CSV cell', () => {
  it.each(['=HYPERLINK("http://evil.example")', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('that a spreadsheet would run (%j) begins with an apostrophe', (text) => {
    expect(csvCell(text).replace(/^"/, '')).toMatch(/^'/)
  })

  it('keeps ordinary text as it is', () => {
    expect(csvCell('Ada & Lin')).toBe('Ada & Lin')
    expect(csvCell('')).toBe('')
    expect(csvCell('a=b')).toBe('a=b')
  })

  it('quotes separators, quotes and line breaks', () => {
    expect(csvCell('a,b')).toBe('"a,b"')
    expect(csvCell('say "hi"')).toBe('"say ""hi"""')
    expect(csvCell('two\nlines')).toBe('"two\nlines"')
  })

  it('ends each line as RFC 4180 wants', () => {
    expect(csvLine(['a', '=b'])).toBe("a,'=b\r\n")
  })
})
