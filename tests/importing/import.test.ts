import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { saveDocument } from '../../src/content/save-document.ts'
import { importFolder } from '../../src/importing/import-folder.ts'
import type { Report } from '../../src/importing/report.ts'
import { disk } from '../../src/providers/disk/disk.ts'
import { sharpImages } from '../../src/providers/sharp/sharp.ts'
import type { Services } from '../../src/services.ts'
import { clearDatabase } from '../support/database.ts'
import { openBench, type Bench } from '../support/worker-services.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
let bench: Bench
let services: Services
let folder: string

beforeAll(async () => {
  bench = await openBench()
  folder = await mkdtemp(join(tmpdir(), 'lectern-import-'))
  services = bench.services({ storage: disk(join(folder, 'files')), images: sharpImages() })
})

afterAll(async () => {
  await bench.close()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(() => clearDatabase())

const run = (path: string, options: { dryRun?: boolean; overwrite?: boolean; original?: string } = {}): Promise<Report> =>
  importFolder(services, path, { dryRun: options.dryRun ?? false, overwrite: options.overwrite ?? false, original: options.original ?? null, onProgress: () => undefined })

const fixture = (name: string, options = {}) => run(join(fixtures, name), options)

/** A copy that a test may change. */
async function copy(name: string): Promise<string> {
  const to = join(await mkdtemp(join(folder, 'copy-')), name)
  await cp(join(fixtures, name), to, { recursive: true })
  return to
}

const at = (path: string) =>
  services.db.document.findUniqueOrThrow({
    where: { path },
    include: { publishedRevision: true, latestRevision: true, topics: { include: { topic: true } }, authors: { include: { author: true } }, course: { include: { sections: { include: { lessons: { include: { document: true }, orderBy: { position: 'asc' } } }, orderBy: { position: 'asc' } } } } },
  })

const html = async (path: string) => (await at(path)).publishedRevision?.html ?? ''

/** Every row that an import may touch, with its dates. */
async function everything(): Promise<unknown> {
  const { db } = services
  const [documents, revisions, topics, authors, assets, sections, lessons, redirects, search] = await Promise.all([
    db.document.findMany({ orderBy: { id: 'asc' } }), db.revision.findMany({ orderBy: { id: 'asc' } }), db.topic.findMany({ orderBy: { id: 'asc' } }), db.author.findMany({ orderBy: { id: 'asc' } }), db.asset.findMany({ orderBy: { id: 'asc' } }),
    db.courseSection.findMany({ orderBy: { id: 'asc' } }), db.lesson.findMany({ orderBy: { documentId: 'asc' } }), db.redirect.findMany({ orderBy: { fromPath: 'asc' } }), db.searchSection.count(),
  ])
  return { documents, revisions, topics, authors, assets, sections, lessons, redirects, search }
}

const numbers = ({ created, changed, left, kept, refused }: Report) => ({ created: created.length, changed: changed.length, left: left.length, kept: kept.length, refused: refused.length })
const lines = (report: Report) => report.refused.map(({ file, line, what }) => `${file}:${line ?? ''} ${what}`).sort()

describe('a Jekyll site', () => {
  it('becomes tutorials and pages whose links and pictures work', async () => {
    const report = await fixture('jekyll')
    expect(lines(report)).toEqual([expect.stringMatching(/^_posts\/2021-06-01-broken.md:3 “date”/)])
    const first = await at('/tutorials/first-melt')
    const asset = await services.db.asset.findFirstOrThrow()
    expect(first).toMatchObject({ title: 'The first melt', summary: 'What happens between sand and glass.', state: 'published', publishedAt: new Date('2021-03-04T00:00:00Z') })
    expect(first.topics.map(({ topic }) => topic.slug).sort()).toEqual(['cpp', 'furnace', 'glass', 'sand'])
    expect(first.authors.map(({ author }) => author.name)).toEqual(['Ada Brandt'])
    expect(asset).toMatchObject({ state: 'ready', name: 'red.png' })
    const source = first.publishedRevision?.source ?? ''
    expect(source).toContain('[the second](/tutorials/second-melt#s-1-how-hot)')
    expect(source).toContain('[about](/about)')
    expect(source).toContain(`![Red](/media/${asset.id})`)
    expect(source).toContain('```python\ndef melt(sand):\n    return "{% not a tag %} {{ kept }}"\n```')
    expect(source).toContain('```liquid\n{% include x.html %} {{ site.title }}\n```')
    expect(source).toContain('We call this site Notes on Glass. In code: `{{ page.title }}`.\n\n{{ shown }}')
    expect(first.publishedRevision?.html).toContain('<picture>')
    expect(await html('/tutorials/second-melt')).toContain('<a href="/tutorials/first-melt">its address</a>'.replace('its address', 'by its address'))
    expect((await at('/tutorials/second-melt')).publishedRevision?.source).toContain('A link that died, and [one of ours](/tutorials/).')
    expect((await at('/tutorials/hidden')).state).toBe('draft')
    expect((await at('/about')).kind).toBe('page')
    expect(await services.db.redirect.findUnique({ where: { fromPath: '/old/melt.html' } })).toMatchObject({ documentId: first.id })
  })
})

describe('a Hugo site', () => {
  it('becomes tutorials and pages, bundles and shortcodes included', async () => {
    const report = await fixture('hugo')
    expect(numbers(report)).toMatchObject({ created: 4, refused: 0 })
    expect(report.notes.map(({ file, line }) => `${file}:${line}`)).toEqual(['content/posts/bundle/index.md:19', 'content/posts/later.yaml.md:3'])
    const kite = await at('/tutorials/kite-parts')
    expect(kite).toMatchObject({ publishedAt: new Date('2022-05-06T05:08:09Z'), updatedAt: new Date('2022-06-01T00:00:00Z') })
    const source = kite.publishedRevision?.source ?? ''
    expect(source).toMatch(/^!\[Blue\]\(\/media\/[0-9a-f-]{36} "A blue field"\)/)
    expect(source).toContain('```go\nfmt.Println("{{< kept >}}")\n```')
    expect(source).toContain('```\n{{< figure src="kept.png" >}}\n```')
    expect(source).toContain('[wind](/tutorials/wind#s-strong-wind)')
    expect(kite.publishedRevision?.html).toContain('callout--warning')
    expect(kite.publishedRevision?.problems).toEqual([])
    expect((await at('/tutorials/wind')).latestRevision?.source).toContain('[the kite](/tutorials/kite-parts)')
    expect((await at('/tutorials/later-yaml')).state).toBe('published')
    expect((await at('/about')).publishedRevision?.source).toContain('[the bundle](/tutorials/kite-parts)')
    expect(await services.db.redirect.findUnique({ where: { fromPath: '/2022/kite' } })).toMatchObject({ documentId: kite.id })
  })
})

describe('plain files', () => {
  it('come in as they are, and broken ones stop no others', async () => {
    const report = await fixture('plain')
    expect(lines(report)).toEqual([
      'empty.md: there is no text in it',
      'latin.md:1 the file is not UTF-8: save it in that encoding',
      'shows.md:3 the picture broken.png is not taken: it is not a JPEG, PNG, WebP, AVIF, GIF or SVG picture',
      'tabs.md:4 the front matter is indented with a tab: YAML wants spaces',
      'unclosed.md:1 the front matter that begins here is never closed',
      'wrong.md:3 “tags” must be a list of words',
    ])
    const windows = await at('/tutorials/windows')
    expect(windows).toMatchObject({ title: 'Windows file', publishedAt: new Date('2020-02-03T00:00:00Z') })
    const source = windows.publishedRevision?.source ?? ''
    expect(source).toContain('[neighbour](/tutorials/deep-file#s-part-two)')
    expect(source).toContain('`[not](a-link.md)`')
    expect(source).toContain('[ref]: /tutorials/sub')
    expect(source).not.toContain('\r')
    expect(source).toMatch(/<img src="\/media\/[0-9a-f-]{36}" alt="Mine">/)
    expect(source).toContain('a dead one and ![gone](gone.png)')
    expect(await services.db.document.count({ where: { path: { in: ['/tutorials/again', '/tutorials/again-2'] } } })).toBe(2)
  })

  it('that lie elsewhere or may not be read are refused', async () => {
    const path = await copy('plain')
    await symlink('/etc/hostname', join(path, 'host.md'))
    await writeFile(join(path, 'secret.md'), '# Secret\n\nText.')
    await chmod(join(path, 'secret.md'), 0)
    const refused = lines(await run(path))
    expect(refused).toContain('host.md: the link leads out of the folder')
    if (process.getuid?.() !== 0) expect(refused).toContain('secret.md: the file cannot be read: permission denied')
  })

  it('need a folder', async () => {
    await expect(run(join(folder, 'nowhere'))).rejects.toThrow('There is no folder')
  })
})

describe('a book', () => {
  it('becomes a course with its parts, chapters and anchors', async () => {
    const report = await fixture('book')
    expect(lines(report)).toEqual(['src/SUMMARY.md:16 the chapter “Missing” names src/missing.md, which is not there'])
    const course = await at('/courses/a-small-book')
    expect(course.course?.sections.map(({ title, lessons }) => [title, lessons.map(({ document }) => document.slug)])).toEqual([
      ['Introduction', ['before-you-begin']], ['First Part', ['one', 'nested']], ['Second Part', ['two']], ['Appendix', ['after']],
    ])
    expect(course.authors.map(({ author }) => author.name)).toEqual(['Lena Moor'])
    const one = (await at('/courses/a-small-book/one')).publishedRevision
    expect(one?.source).toContain('```rust\nfn main() {}\n```')
    expect(one?.source).toContain('To [the second same](#s-same-2), [nested](/courses/a-small-book/nested#s-deep-words), and out.')
    expect(one?.html).toContain('href="#s-same-2"')
    expect(one?.problems).toEqual([])
    expect(await html('/courses/a-small-book/nested')).toContain('href="/courses/a-small-book/one#s-same-2"')
  })

  it('sends links that leave it where they led, if told', async () => {
    await fixture('book', { original: 'https://books.example/small/' })
    expect((await at('/courses/a-small-book/one')).publishedRevision?.source).toContain('[out](https://books.example/outside/x.html)')
  })

  it('moves a lesson when the summary does, and keeps its identity', async () => {
    const path = await copy('book')
    await run(path)
    const before = await at('/courses/a-small-book/two')
    const summary = join(path, 'src', 'SUMMARY.md')
    await writeFile(summary, (await readFile(summary, 'utf8')).replace('- [Two](two.md)\n', '').replace('- [One](one.md)', '- [Two](two.md)\n- [One](one.md)'))
    const report = await run(path)
    expect(report.changed.map(({ path: where }) => where)).toEqual(['/courses/a-small-book'])
    expect((await at('/courses/a-small-book')).course?.sections.map(({ title, lessons }) => [title, lessons.map(({ document }) => document.slug)])).toEqual([
      ['Introduction', ['before-you-begin']], ['First Part', ['two', 'one', 'nested']], ['Appendix', ['after']],
    ])
    expect((await at('/courses/a-small-book/two')).id).toBe(before.id)
    expect(numbers(await run(path))).toMatchObject({ created: 0, changed: 0, kept: 0 })
  })
})

describe('importing again', () => {
  it.each(['jekyll', 'hugo', 'plain', 'book'])('changes nothing: %s', async (name) => {
    const first = await fixture(name)
    const before = await everything()
    const second = await fixture(name)
    expect(await everything()).toEqual(before)
    expect(numbers(second)).toEqual({ created: 0, changed: 0, left: first.created.length, kept: 0, refused: first.refused.length })
  })

  it('changes just what was edited in the folder, and keeps the old address', async () => {
    const path = await copy('plain')
    await run(path)
    const others = await services.db.document.findMany({ where: { path: { not: '/tutorials/again' } }, orderBy: { id: 'asc' } })
    await writeFile(join(path, 'again.md'), '---\nslug: once-more\n---\n# Again and again\n\nMore.\n')
    expect(numbers(await run(path))).toMatchObject({ created: 0, changed: 1, kept: 0 })
    expect(await at('/tutorials/once-more')).toMatchObject({ title: 'Again and again', state: 'published' })
    expect(await services.db.redirect.findUnique({ where: { fromPath: '/tutorials/again' } })).not.toBeNull()
    expect(await services.db.document.findMany({ where: { path: { not: '/tutorials/once-more' } }, orderBy: { id: 'asc' } })).toEqual(others)
  })

  it('keeps what was edited here, unless told otherwise', async () => {
    const path = await copy('plain')
    await run(path)
    const { id } = await at('/tutorials/again')
    await saveDocument(services, { documentId: id, draft: { title: 'Mine', summary: '', source: 'My words.' }, savedById: null, publish: true })
    await writeFile(join(path, 'again.md'), '# Theirs\n\nTheir words.\n')
    expect((await run(path)).kept).toEqual([{ file: 'again.md', path: '/tutorials/again' }])
    expect((await at('/tutorials/again')).title).toBe('Mine')
    expect((await run(path, { overwrite: true })).changed).toEqual([{ file: 'again.md', path: '/tutorials/again' }])
    expect((await at('/tutorials/again')).title).toBe('Theirs')
    expect((await run(path)).kept).toEqual([])
  })

  it('takes up what broke off', async () => {
    await fixture('book')
    await services.db.document.updateMany({ data: { importHash: null } })
    expect(numbers(await fixture('book'))).toMatchObject({ created: 0, changed: 6, kept: 0 })
    expect(await services.db.revision.count()).toBe(6)
    expect(numbers(await fixture('book'))).toMatchObject({ left: 6 })
  })
})

it('a dry run reports the same and writes nothing', async () => {
  const before = await everything()
  const dry = await fixture('plain', { dryRun: true })
  expect(await everything()).toEqual(before)
  expect(await fixture('plain')).toEqual(dry)
})
