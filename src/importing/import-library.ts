import type { Folder, Library, Problem } from '../manuscripts/manuscript.ts'
import { picturesIn, planLibrary, type Planned } from '../manuscripts/plan.ts'
import { AppError, Unavailable } from '../platform/errors.ts'
import type { Services } from '../services.ts'
import { findAddresses, findImported, type Imported } from './queries.ts'
import { emptyReport, type Report } from './report.ts'
import { preparePictures, takePictures, tryPictures, type Prepared, type Taken } from './take-pictures.ts'
import { draftOf, setMark, writeDocument, writePeople, writeTopics, type Names } from './write-document.ts'

export interface ImportOptions {
  dryRun: boolean
  /** Take the file's text even where somebody has changed ours. */
  overwrite: boolean
  /** Where the folder's pages stood, for relative links that lead out of it. */
  original: string | null
  onProgress(step: 'pictures' | 'texts', done: number, total: number): void
}

type Files = Folder & { file(path: string): string }

/** Brings a library in: makes what is new, changes what has changed, leaves the rest alone. What fails is reported and stops nothing else. */
export async function importLibrary(services: Services, folder: Files, library: Library, options: ImportOptions): Promise<Report> {
  const { db } = services
  const report = { ...emptyReport(), refused: [...folder.refused, ...library.refused], notes: [...library.notes] }
  const named = picturesIn(folder, library)
  const prepared = await preparePictures(services, new Map([...named].map((path) => [path, folder.file(path)])))
  const known = await findImported(db, library.manuscripts.map(({ key }) => key))
  const addresses = await findAddresses(db)
  const keys = new Set(library.manuscripts.map(({ key }) => key))
  const makePlan = () => planLibrary(folder, library, {
    known: (key) => known.get(key),
    isTaken: (path) => addresses.has(path) && !keys.has(addresses.get(path) ?? ''),
    isOurs: (path) => addresses.has(path),
    fingerprint: (file) => { const picture = prepared.get(file); return picture?.problem === null ? picture.fingerprint : null },
    original: options.original,
  })
  const plan = makePlan()

  const work = sortOut(plan.planned, known, options.overwrite, report)
  const wanted = picturesFor(work, prepared)
  const { taken, refused } = options.dryRun ? { taken: new Map<string, Taken>(), refused: await tryPictures(services, wanted, counter(options, 'pictures', wanted.size)) } : await takePictures(services, wanted, counter(options, 'pictures', wanted.size))
  report.pictures = wanted.size - refused.size
  report.refused.push(...pictureProblems(plan.planned, prepared, refused))
  // The next run knows from the start that these are no good: what is kept now must bear the mark that it will find.
  for (const [file, problem] of refused) Object.assign(prepared.get(file) ?? {}, { body: null, problem })
  const final = refused.size === 0 ? plan : makePlan()
  const finals = new Map(final.planned.map((one) => [one.manuscript.key, one]))
  const files = new Set(work.map(({ manuscript }) => manuscript.file))
  for (const { manuscript, sourced } of work) report.notes.push(...manuscript.notes, ...sourced.notes)
  report.notes.push(...plan.notes.filter(({ file }) => files.has(file)))

  const picture = (file: string, use: 'shown' | 'opened') => { const found = taken.get(file); return found === undefined ? null : use === 'shown' ? `/media/${found.id}` : found.address }
  const names: Names = options.dryRun ? { topics: new Map(), people: new Map() } : { topics: await writeTopics(services, library), people: await writePeople(services, library) }
  const courses = coursesTouched(final.planned, work, known, report)
  if (!options.dryRun) await db.document.updateMany({ where: { importKey: { in: [...courses.keys()] } }, data: { importHash: null } })
  const done = counter(options, 'texts', work.length)
  for (const planned of work) {
    const { manuscript, path } = planned
    const before = known.get(manuscript.key)
    try {
      if (options.dryRun) draftOf(planned, planned.sourced.source)
      else await writeDocument(services, { planned: finals.get(manuscript.key) ?? planned, library, source: final.sourceWith(planned, picture), coverId: planned.sourced.cover === null ? null : (taken.get(planned.sourced.cover)?.id ?? null), before: before ?? null, names })
      report[before === undefined ? 'created' : 'changed'].push({ file: manuscript.file, path })
    } catch (error) {
      if (!(error instanceof AppError) || error instanceof Unavailable) throw error
      report.refused.push({ file: manuscript.file, line: null, what: error.message.replace(/\.$/, '') })
    }
    done()
  }
  if (!options.dryRun) await finishCourses(services, courses)
  return report
}

/** Hashes by key. Those whose own text stayed as somebody here wrote it keep their mark too. */
function coursesTouched(planned: Planned[], work: Planned[], known: Map<string, Imported>, report: Report): Map<string, string> {
  const touched = new Set(work.flatMap(({ manuscript }) => (manuscript.kind === 'course' ? [manuscript.key] : (manuscript.course ?? []))))
  const kept = new Set(report.kept.map(({ file }) => file))
  return new Map(planned.filter(({ manuscript }) => touched.has(manuscript.key) && !kept.has(manuscript.file) && !(known.get(manuscript.key)?.edited === true && !work.some((other) => other.manuscript.key === manuscript.key))).map(({ manuscript, hash }) => [manuscript.key, hash]))
}

/** Their lessons are in: what they look like now is what the import made of them. */
async function finishCourses({ db }: Services, courses: Map<string, string>): Promise<void> {
  const rows = await db.document.findMany({ where: { importKey: { in: [...courses.keys()] }, latestRevisionId: { not: null } }, select: { id: true, importKey: true } })
  for (const { id, importKey } of rows) await db.$transaction((tx) => setMark(tx, id, courses.get(importKey ?? '') ?? ''))
}

/** Courses come before their lessons. */
function sortOut(planned: Planned[], known: Map<string, Imported>, overwrite: boolean, report: Report): Planned[] {
  const work = planned.filter((plan) => {
    const before = known.get(plan.manuscript.key)
    const line = { file: plan.manuscript.file, path: plan.path }
    if (before === undefined || before.brought === null) return true
    if (before.brought === plan.hash && !(overwrite && before.edited)) return void report.left.push(line)
    if (before.edited && !overwrite) return void report.kept.push(line)
    return true
  })
  return work.toSorted((a, b) => Number(b.manuscript.kind === 'course') - Number(a.manuscript.kind === 'course'))
}

function picturesFor(work: Planned[], prepared: Map<string, Prepared>): Map<string, { body: Buffer; alt: string }> {
  const wanted = new Map<string, { body: Buffer; alt: string }>()
  for (const { manuscript, sourced } of work) {
    const named = [...[...sourced.pictures].map(([file, { alt }]) => [file, alt] as const), ...(sourced.cover === null ? [] : [[sourced.cover, manuscript.coverAlt] as const])]
    for (const [file, alt] of named) {
      const body = prepared.get(file)?.body ?? null
      if (body !== null && prepared.get(file)?.problem === null) wanted.set(file, { body, alt: wanted.get(file)?.alt || alt })
    }
  }
  return wanted
}

/** One line for each picture that was not taken, at its first use. */
function pictureProblems(planned: Planned[], prepared: Map<string, Prepared>, refused: Map<string, string>): Problem[] {
  const problems = new Map([...refused, ...[...prepared].flatMap(([file, { problem }]) => (problem === null ? [] : [[file, problem] as const]))])
  return [...problems].map(([file, problem]) => {
    const user = planned.find(({ sourced }) => sourced.pictures.has(file) || sourced.cover === file)
    return { file: user?.manuscript.file ?? file, line: user?.sourced.pictures.get(file)?.line ?? null, what: `the picture ${file} is not taken: ${problem}` }
  })
}

function counter({ onProgress }: ImportOptions, step: 'pictures' | 'texts', total: number): () => void {
  let done = 0
  return () => onProgress(step, (done += 1), total)
}
