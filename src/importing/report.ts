import { place, type Problem } from '../manuscripts/manuscript.ts'

export interface Done {
  file: string
  path: string
}

/** What an import did, or (dry run) would do. */
export interface Report {
  created: Done[]
  changed: Done[]
  left: Done[]
  /** Changed in both places: ours stayed. */
  kept: Done[]
  refused: Problem[]
  notes: Problem[]
  pictures: number
}

export const emptyReport = (): Report => ({ created: [], changed: [], left: [], kept: [], refused: [], notes: [], pictures: 0 })

export const isClean = (report: Report): boolean => report.refused.length === 0

/** Beyond this many lines of one kind a person reads numbers. */
const MOST_LINES = 400

/** For a terminal: one line each, then the sums. */
export function reportLines(report: Report, dryRun: boolean): string[] {
  const list = (word: string, done: Done[]) => some(done.map(({ file, path }) => `${word.padEnd(10)}${file} → ${path}`))
  const problems = (word: string, found: Problem[]) => some(sorted(found).map((problem) => `${word.padEnd(10)}${place(problem)}: ${problem.what}`))
  const { created, changed, left, kept, refused, notes, pictures } = report
  return [
    ...list('created', created),
    ...list('changed', changed),
    ...some(kept.map(({ file, path }) => `${'kept'.padEnd(10)}${file} → ${path}: edited here since (--overwrite takes the file's text)`)),
    ...problems('note', notes),
    ...problems('refused', refused),
    `${dryRun ? 'Dry run, nothing was written: ' : ''}${created.length} created, ${changed.length} changed, ${left.length} left alone, ${kept.length} kept, ${refused.length} refused; ${pictures} ${pictures === 1 ? 'picture' : 'pictures'} taken.`,
  ]
}

const some = (lines: string[]): string[] => (lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more like these.`])

const sorted = (problems: Problem[]): Problem[] =>
  problems.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0)))
