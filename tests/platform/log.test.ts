import { expect, it } from 'vitest'
import { createLog } from '../../src/platform/log.ts'

class Client {
  secretKey = 4711
  password = 'hunter2'
}

/** What is written for this error. */
function written(err: unknown): Record<string, unknown> {
  const lines: string[] = []
  createLog({ level: 'info', pretty: false, process: 'test' }, { write: (line) => void lines.push(line) }).warn({ err }, 'it broke')
  expect(lines).toHaveLength(1)
  return (JSON.parse(lines[0] ?? '') as { err: Record<string, unknown> }).err
}

it('An error is logged without the connection it came from or the row it quotes', () => {
  const broken = Object.assign(new Error('terminated'), { code: '57P01', client: new Client(), detail: 'Key (email)=(ada@example.org) already exists.' })
  expect(Object.keys(written(broken)).sort()).toEqual(['code', 'message', 'stack', 'type'])
  expect(written(broken)).toMatchObject({ type: 'Error', message: 'terminated', code: '57P01' })
})

it('Errors within an error lose theirs too', () => {
  const inner = Object.assign(new Error('inner'), { client: new Client() })
  const outer = Object.assign(new AggregateError([inner], 'outer'), { reason: inner, meta: { table: 'accounts' } })
  const text = JSON.stringify(written(outer))
  expect(text).toContain('inner')
  expect(text).toContain('accounts')
  expect(text).not.toContain('4711')
})
