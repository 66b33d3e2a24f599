import { languageOf, type Language } from './languages.ts'
import type { CodeLine } from './highlight.ts'

/** A fenced block as the author asked for it. */
export interface Fence {
  /** null: no language named, or one we do not know. */
  language: Language | null
  /** The language as written. */
  named: string
  file: string | null
  numbered: boolean
  /** First and last line of each marked range, from 1. */
  marked: [number, number][]
  /** A quiet word about code that is wrong on purpose. */
  label: string | null
}

export interface CodeBlock extends Fence {
  source: string
  lines: CodeLine[]
}

const FLAG_LABELS: Record<string, string> = {
  does_not_compile: 'This code does not compile',
  should_panic: 'This code panics',
  panics: 'This code panics',
  not_desired_behavior: 'This code does not do what we want',
}

const OPTION = /\{([^{}]*)\}|([A-Za-z][\w-]*)=(?:"([^"]*)"|'([^']*)'|([^\s,"']+))|[^\s,{}]+/g
const MOST_RANGES = 50

/** Reads an info string: ` ```python {3,5-7} title="app.py" lines `, or mdBook's ` ```rust,ignore,should_panic `. */
export function readFence(info: string): Fence {
  const trimmed = info.trim()
  const named = /^[^\s,{}]*/.exec(trimmed)?.[0] ?? ''
  const fence: Fence = { language: null, named, file: null, numbered: false, marked: [], label: null }

  let session = false
  for (const [word, ranges, key, ...values] of trimmed.slice(named.length).matchAll(OPTION)) {
    if (ranges !== undefined) fence.marked = readRanges(ranges)
    else if (key === 'title' || key === 'file') fence.file = values.find((value) => value !== undefined)?.trim() || null
    else if (word === 'lines' || word === 'linenums') fence.numbered = true
    else if (word === 'session') session = true
    else if (Object.hasOwn(FLAG_LABELS, word)) fence.label = FLAG_LABELS[word] ?? null
  }
  const name = named.toLowerCase()
  fence.language = languageOf(session ? sessionOf(name) : name)
  return fence
}

const sessionOf = (name: string): string => (name.startsWith('py') ? 'pycon' : 'console')

function readRanges(written: string): [number, number][] {
  const ranges: [number, number][] = []
  for (const part of written.split(',').slice(0, MOST_RANGES)) {
    const range = /^\s*(\d{1,6})(?:\s*-\s*(\d{1,6}))?\s*$/.exec(part)
    if (range) ranges.push([Number(range[1]), Number(range[2] ?? range[1])])
  }
  return ranges
}

/** mdBook hides lines of Rust that only make an example whole: `# ` before them. `##` stands for a real `#`. */
export function withoutHiddenLines(source: string): string {
  return source
    .split('\n')
    .filter((line) => !/^\s*#(?: |$)/.test(line))
    .map((line) => line.replace(/^(\s*)##/, '$1#'))
    .join('\n')
}
