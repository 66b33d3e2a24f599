import { parse as parseToml, TomlDate, TomlError } from 'smol-toml'
import { parseDocument } from 'yaml'
import { Flaw } from './manuscript.ts'

export interface FrontMatter {
  fields: Fields
  /** False when the file has none at all. */
  given: boolean
  body: string
  /** The line on which the body begins. */
  firstLine: number
}

/** Values by name, each read as what it must be; a wrong one is a `Flaw` that names its line. */
export interface Fields {
  names: string[]
  has(name: string): boolean
  raw(name: string): unknown
  text(...names: string[]): string | null
  flag(name: string): boolean | null
  number(name: string): number | null
  list(...names: string[]): string[]
  date(...names: string[]): Date | null
  line(name: string): number | null
}

/** Cuts YAML (`---`), TOML (`+++`) or JSON from the top of a text. Throws `Flaw` when it is there but cannot be read. */
export function readFrontMatter(text: string): FrontMatter {
  const lines = text.split('\n')
  const first = lines[0]?.trimEnd()
  if (first === '---') return fenced(lines, /^(?:---|\.\.\.)\s*$/, readYaml, /^\s*(?:#.*)?$|^[\w"'-][^:]*:(?:\s|$)/)
  if (first === '+++') return fenced(lines, /^\+\+\+\s*$/, readToml, /^/)
  if (first !== undefined && /^\{\s*$|^\{\s*"/.test(first)) return json(lines)
  return { fields: fieldsOf({}, () => null), given: false, body: text, firstLine: 1 }
}

function fenced(lines: string[], close: RegExp, read: (text: string) => Record<string, unknown>, looksLike: RegExp): FrontMatter {
  const end = lines.findIndex((line, index) => index > 0 && close.test(line))
  if (end === -1) {
    // A rule at the top of a plain text is no front matter.
    if (looksLike.test(lines[1] ?? '') && (lines[1] ?? '').trim() !== '') throw new Flaw('the front matter that begins here is never closed', 1)
    return { fields: fieldsOf({}, () => null), given: false, body: lines.join('\n'), firstLine: 1 }
  }
  return cut(lines, 1, end, read, end + 1)
}

function json(lines: string[]): FrontMatter {
  const end = lines.findIndex((line) => /\}\s*$/.test(line) && parses(lines.slice(0, lines.indexOf(line) + 1).join('\n')))
  if (end !== -1) return cut(lines, 0, end + 1, readJson, end + 1)
  const closing = lines.findIndex((line) => /^\}\s*$/.test(line))
  readJson(lines.slice(0, closing === -1 ? lines.length : closing + 1).join('\n'))
  throw new Flaw('the front matter that begins here is never closed', 1)
}

function cut(lines: string[], start: number, end: number, read: (text: string) => Record<string, unknown>, bodyAt: number): FrontMatter {
  const written = lines.slice(start, end)
  const lineOf = (name: string) => {
    const key = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const index = written.findIndex((line) => new RegExp(`^\\s*["']?${key}["']?\\s*[:=]`).test(line))
    return index === -1 ? null : index + start + 1
  }
  return { fields: fieldsOf(read(written.join('\n')), lineOf), given: true, body: lines.slice(bodyAt).join('\n'), firstLine: bodyAt + 1 }
}

/** YAML as records: also for files that are nothing else. `before` is the number of lines above it. */
export function readYaml(text: string, before = 1): Record<string, unknown> {
  const document = parseDocument(text, { schema: 'core', uniqueKeys: false })
  const error = document.errors[0]
  if (error !== undefined) {
    const line = (error.linePos?.[0].line ?? 1) + before
    const tabbed = /^ *\t/.test(text.split('\n')[line - before - 1] ?? '')
    throw new Flaw(tabbed ? 'the front matter is indented with a tab: YAML wants spaces' : `the front matter is not YAML: ${reason(error.message)}`, line)
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 50 })
  } catch (problem) {
    throw new Flaw(`the front matter is not YAML: ${reason((problem as Error).message)}`, before)
  }
  return record(value)
}

function readToml(text: string): Record<string, unknown> {
  try {
    return parseToml(text)
  } catch (error) {
    if (error instanceof TomlError) throw new Flaw(`the front matter is not TOML: ${reason(error.message.replace(/^Invalid TOML document: /, ''))}`, error.line + 1)
    throw error
  }
}

function readJson(text: string): Record<string, unknown> {
  try {
    return record(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Flaw('the front matter is not JSON', 1)
    throw error
  }
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function record(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw new Flaw('the front matter must consist of names and values', 2)
  return value as Record<string, unknown>
}

/** A parser's first sentence, without its own line numbers. */
const reason = (message: string): string => (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/[.:]\s*$/, '').replace(/^./, (letter) => letter.toLowerCase())

export function fieldsOf(given: Record<string, unknown>, line: (name: string) => number | null): Fields {
  // Names are written in any case: `Title`, `publishDate`.
  const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]))
  const first = <T>(names: string[], read: (value: unknown, name: string) => T): T | null => {
    for (const name of names) {
      const value = values.get(name.toLowerCase())
      if (value !== undefined && value !== null && value !== '') return read(value, name)
    }
    return null
  }
  const wrong = (name: string, what: string): never => {
    throw new Flaw(`“${name}” must be ${what}`, line(name) ?? 1)
  }
  return {
    names: Object.keys(given),
    has: (name) => values.has(name.toLowerCase()),
    raw: (name) => values.get(name.toLowerCase()),
    line,
    text: (...names) => first(names, (value, name) => (isScalar(value) ? String(value).replace(/\s+/g, ' ').trim() : wrong(name, 'a line of text'))),
    flag: (name) => first([name], (value) => (typeof value === 'boolean' ? value : /^(?:true|yes|on|1)$/i.test(String(value)) ? true : /^(?:false|no|off|0)$/i.test(String(value)) ? false : wrong(name, 'true or false'))),
    number: (name) => first([name], (value) => (isScalar(value) && Number.isFinite(Number(value)) ? Number(value) : wrong(name, 'a number'))),
    list: (...names) => first(names, (value, name) => listOf(value) ?? wrong(name, 'a list of words')) ?? [],
    date: (...names) => first(names, (value, name) => dateOf(value) ?? wrong(name, 'a date such as 2024-05-31')),
  }
}

const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** A list, or words between commas. */
function listOf(value: unknown): string[] | null {
  const items = Array.isArray(value) ? value : isScalar(value) ? String(value).split(',') : null
  if (items === null || !items.every((item) => item === null || isScalar(item))) return null
  return [...new Set(items.map((item) => String(item ?? '').trim()).filter((item) => item !== ''))]
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/i

/** A day, or a moment with or without its zone (UTC is assumed). Null when it is neither. */
export function dateOf(value: unknown): Date | null {
  if (value instanceof TomlDate || value instanceof Date) return Number.isNaN(value.getTime()) ? null : new Date(value.getTime())
  const match = typeof value === 'string' ? DATE.exec(value.trim()) : null
  if (match === null) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match
  const [mm, dd] = [String(month).padStart(2, '0'), String(day).padStart(2, '0')]
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(.\d{2}):?/, '$1:') : 'Z'
  const date = new Date(`${year}-${mm}-${dd}T${hour.padStart(2, '0')}:${minute}:${second}${offset}`)
  // The 31st of February is no date, although a machine would take it for one in March.
  const exists = new Date(`${year}-${mm}-${dd}T00:00:00Z`).getUTCDate() === Number(dd)
  return Number.isNaN(date.getTime()) || !exists ? null : date
}
