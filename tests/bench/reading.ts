import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPerson, signInAs } from '../support/people.ts'
import { root } from '../../src/platform/paths.ts'
import { writeCourse, writeTutorial } from '../support/content.ts'
import { startBareServer, startBenchSite, type BenchSite } from './bench-site.ts'
import { generator, measure, median, type Measured, type Target } from './load.ts'

const ROUNDS = 9
const SECONDS = 3
/** What somebody wrote, as long as a tutorial is: repeated words would compress to nothing and flatter nobody. */
const TEXTS = ['what-happens-in-an-http-request', 'node-event-loop', 'forms-that-survive-mistakes']
const ACCEPT = { 'Accept-Encoding': 'br, gzip' }

/**
 * What reading costs: an anonymous tutorial page beside a bare Node server that returns the very same bytes, then the
 * same page and a lesson for somebody signed in. The targets take turns, so that a slow moment of the machine hits all.
 */
export async function reading(): Promise<void> {
  execFileSync('node', ['scripts/build.js'], { stdio: 'inherit' })
  const site = await startBenchSite()
  const folder = await mkdtemp(join(tmpdir(), 'lectern-bare-'))
  try {
    const { tutorial, lesson, cookie } = await fill(site)
    const page = await fetchRaw(site.url + tutorial)
    const file = async (name: string, content: Buffer | string) => {
      await writeFile(join(folder, name), content)
      return join(folder, name)
    }
    const body = await file('body', page.body)
    const bare = await startBareServer({ body, head: await file('head', JSON.stringify(page.head)) })
    const barest = await startBareServer({ body, head: await file('least', JSON.stringify(page.head.filter((_, index, all) => /^content-/i.test(all[index - (index % 2)] ?? '')))) })
    const targets: Target[] = [
      { name: 'bare node:http, the same bytes', url: bare.url, headers: ACCEPT, pids: [bare.pid] },
      { name: 'bare node:http, the same body without its head', url: barest.url, headers: ACCEPT, pids: [barest.pid] },
      { name: 'tutorial, visitor', url: site.url + tutorial, headers: ACCEPT, pids: [site.webPid, site.postgresPid] },
      { name: 'tutorial, signed in', url: site.url + tutorial, headers: { ...ACCEPT, Cookie: cookie }, pids: [site.webPid, site.postgresPid] },
      { name: 'lesson of 20, signed in', url: site.url + lesson, headers: { ...ACCEPT, Cookie: cookie }, pids: [site.webPid, site.postgresPid] },
    ]
    print(await takeTurns(targets), page.body.length)
    await bare.stop()
    await barest.stop()
  } finally {
    await site.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function takeTurns(targets: Target[]): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>(targets.map(({ name }) => [name, []]))
  for (const target of targets) await measure(target, 2)
  for (let round = 0; round < ROUNDS; round++) {
    for (const target of targets) results.get(target.name)?.push(await measure(target, SECONDS))
  }
  return results
}

function print(results: Map<string, Measured[]>, bytes: number): void {
  const [first] = results.values()
  const bare = first ?? []
  console.log(`\n${ROUNDS} rounds of ${SECONDS} s each, in turn; medians; ${generator}, 32 connections; page of ${bytes} bytes compressed`)
  console.log(['what', 'req/s', 'CPU ms per request (web + Postgres)', 'of bare req/s', 'of bare CPU'].join(' | '))
  for (const [name, rounds] of results) {
    // Round by round: both of a pair had the same machine.
    const ratio = (key: keyof Measured) => median(rounds.map((round, index) => round[key] / (bare[index]?.[key] ?? Number.NaN)))
    console.log([name, Math.round(median(rounds.map(({ rate }) => rate))), median(rounds.map(({ cpu }) => cpu)).toFixed(3), ratio('rate').toFixed(2), ratio('cpu').toFixed(2)].join(' | '))
  }
}

async function fill(site: BenchSite): Promise<{ tutorial: string; lesson: string; cookie: string }> {
  const { services } = site
  const texts = await Promise.all(TEXTS.map((name) => readFile(join(root, 'content', 'sample', 'tutorials', `${name}.md`), 'utf8')))
  const source = texts.map((text) => text.replace(/^---[\s\S]*?\n---\n/, '')).join('\n\n')
  const tutorial = await writeTutorial(services, { slug: 'bench', title: 'What a page costs', summary: 'One page, many times.', source, topics: ['python', 'web'], authors: ['ada'], level: 'basics' })
  for (let index = 0; index < 30; index++) await writeTutorial(services, { slug: `other-${index}`, title: `Another tutorial, number ${index}`, summary: 'To be listed.', topics: ['python'], authors: ['ada'] })
  const lessons = Array.from({ length: 20 }, (_, index) => ({ slug: `lesson-${index}`, title: `Lesson ${index}`, source }))
  const course = await writeCourse(services, { slug: 'bench', title: 'A course', sections: [{ title: 'First half', lessons: lessons.slice(0, 10) }, { title: 'Second half', lessons: lessons.slice(10) }] })
  const person = await createPerson(services.db, { email: 'lin@example.org', name: 'Lin Learner' })
  await services.db.completion.createMany({ data: course.lessons.slice(0, 7).map(({ id }) => ({ accountId: person.id, documentId: id })) })
  await services.db.$executeRaw`ANALYZE`
  return { tutorial: tutorial.path, lesson: course.lessons[8]?.path ?? '', cookie: await signInAs(services.db, person) }
}

/** Names and values in turn, without what node:http adds by itself. */
const sentByUs = (raw: string[]): string[] => raw.filter((_, index) => !/^(date|connection|keep-alive)$/i.test(raw[index - (index % 2)] ?? ''))

/** The answer as it came over the wire, still compressed. */
function fetchRaw(url: string): Promise<{ body: Buffer; head: string[] }> {
  return new Promise((resolve, reject) => {
    request(url, { headers: ACCEPT }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve({ body: Buffer.concat(chunks), head: sentByUs(answer.rawHeaders) }))
    }).on('error', reject).end()
  })
}
