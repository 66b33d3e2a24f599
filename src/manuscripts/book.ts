import { parse as parseToml } from 'smol-toml'
import { readFrontMatter } from './frontmatter.ts'
import { includeFiles } from './includes.ts'
import { Flaw, plainManuscript, type Folder, type Manuscript, type Outline, type Problem } from './manuscript.ts'
import { folderOf, resolvePath, slugOf, stem, titleFromName } from './naming.ts'
import { plainWords, takeRepeatedTitle, takeTitle } from './prose.ts'

export interface Book {
  /** The folder of SUMMARY.md: its Markdown belongs to the book. */
  home: string
  manuscripts: Manuscript[]
  outline: Outline
  refused: Problem[]
  notes: Problem[]
}

interface Chapter {
  title: string
  /** Null: announced, not written. */
  file: string | null
  depth: number
  line: number
  /** Before, in or after the numbered chapters. */
  where: 'before' | 'in' | 'after'
  part: string | null
}

/** The folders that hold an mdBook. */
export const bookHomes = (folder: Folder): string[] => folder.paths.filter((path) => /(?:^|\/)SUMMARY\.md$/.test(path)).map(folderOf)

/** A book becomes one course: parts or top chapters are its sections, chapters its lessons. */
export function readBook(folder: Folder, home: string): Book {
  const summary = home === '' ? 'SUMMARY.md' : `${home}/SUMMARY.md`
  const book: Book = { home, manuscripts: [], outline: { course: `${folder.name}/${summary}`, outcomes: [], audience: [], price: null, sections: [] }, refused: [], notes: [] }
  const { heading, chapters } = readSummary(folder.text(summary), home, summary, book)
  const settings = readSettings(folder, home, book)
  const title = settings.title ?? heading ?? titleFromName(home.split('/').at(-1) || folder.name)
  const cover = chapters.find(({ where, file, title: name }) => where === 'before' && file !== null && (stem(file) === 'title-page' || slugOf(name) === slugOf(title))) ?? null
  const authors = settings.authors.map((name) => ({ slug: slugOf(name), name }))
  const common = { ...plainManuscript, authors, notes: [] as Problem[] }

  const lessons = new Map<Chapter, Manuscript>()
  for (const chapter of chapters) {
    if (chapter === cover || chapter.file === null) continue
    const lesson = read(folder, chapter, book)
    if (lesson !== null) lessons.set(chapter, { ...common, ...lesson, key: `${folder.name}/${lesson.file}`, kind: 'lesson', slug: lessonSlug(lesson.file, home, lesson.title), course: book.outline.course, addresses: [stood(lesson.file, home)] })
  }
  const text = (cover !== null ? read(folder, cover, book) : null) ?? opening(chapters, lessons)
  const course: Manuscript = {
    ...common, file: text?.file ?? summary, body: text?.body ?? '', firstLine: text?.firstLine ?? 1, notes: text?.notes ?? [],
    key: book.outline.course, kind: 'course', title, slug: slugOf(title), summary: settings.description ?? '',
    // A lesson keeps its own file; a title page is the course.
    ...(cover === null ? { file: summary, body: text === null ? '' : text.body } : {}),
    alsoFiles: [summary],
  }
  book.manuscripts.push(course, ...lessons.values())
  book.outline.sections = sectionsOf(chapters.filter((chapter) => lessons.has(chapter)), (chapter) => lessons.get(chapter)?.key ?? '', title)
  const mentioned = new Set(chapters.map(({ file }) => file))
  for (const path of folder.paths.filter((path) => path !== summary && folderOf(path).startsWith(home) && isInside(path, home) && /\.(?:md|markdown)$/i.test(path))) {
    if (!mentioned.has(path)) book.notes.push({ file: path, line: null, what: 'this is not in SUMMARY.md and so not in the book' })
  }
  return book
}

/** Where mdBook puts a file, seen from the book's own address. */
const stood = (file: string, home: string): string => `/${(home === '' ? file : file.slice(home.length + 1)).replace(/readme\.md$/i, 'index.html').replace(/\.(?:md|markdown)$/i, '.html')}`

const isInside = (path: string, home: string): boolean => home === '' || path.startsWith(`${home}/`)

const LINK = /^\[((?:[^[\]\\]|\\.|\[[^\]]*\])*)\]\(\s*(?:<([^>]*)>|([^)]*?))\s*\)\s*$/

function readSummary(text: string, home: string, summary: string, book: Book): { heading: string | null; chapters: Chapter[] } {
  const chapters: Chapter[] = []
  const seen = new Set<string>()
  let heading: string | null = null
  let part: string | null = null
  let where: Chapter['where'] = 'before'
  let indents: number[] = []
  let hidden = false
  for (const [index, line] of text.split('\n').entries()) {
    const say = (what: string) => void book.notes.push({ file: summary, line: index + 1, what })
    if (hidden || /^\s*<!--/.test(line)) {
      hidden = !line.includes('-->')
      continue
    }
    const title = /^#+\s+(.*)$/.exec(line)?.[1]
    if (title !== undefined) {
      if (heading === null && chapters.length === 0) heading = plainWords(title)
      else part = plainWords(title)
      continue
    }
    if (line.trim() === '' || /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) continue
    const item = /^(\s*)(?:[-*+]|\d+[.)])\s+(.*)$/.exec(line)
    const link = LINK.exec((item?.[2] ?? line).trim())
    if (link === null) {
      say('this line is no chapter')
      continue
    }
    if (item !== null) {
      where = 'in'
      const indent = (item[1] ?? '').replace(/\t/g, '    ').length
      indents = [...indents.filter((above) => above < indent), indent]
    } else if (where === 'in') where = 'after'
    const written = decode((link[2] ?? link[3] ?? '').replace(/#.*$/, ''))
    const file = written === '' ? null : resolvePath(home, written)
    const name = plainWords((link[1] ?? '').replace(/\\(.)/g, '$1'))
    if (file === null) say(`the chapter “${name}” is not written yet`)
    else if (seen.has(file)) say(`the chapter “${name}” is listed twice: its first place counts`)
    if (file !== null && seen.has(file)) continue
    if (file !== null) seen.add(file)
    chapters.push({ title: name, file, depth: item === null ? 0 : indents.length - 1, line: index + 1, where, part: where === 'in' ? part : null })
  }
  return { heading: heading === null || /^(?:summary|contents|table of contents)$/i.test(heading) ? null : heading, chapters }
}

type Text = Pick<Manuscript, 'file' | 'title' | 'body' | 'firstLine' | 'notes'>

function read(folder: Folder, { file, title, line }: Chapter, book: Book): Text | null {
  const summary = book.outline.course.slice(folder.name.length + 1)
  if (file === null) return null
  if (!folder.has(file)) {
    book.refused.push({ file: summary, line, what: `the chapter “${title}” names ${file}, which is not there` })
    return null
  }
  try {
    const notes: Problem[] = []
    const { body, firstLine } = readFrontMatter(folder.text(file))
    const whole = includeFiles(folder, file, body, (at, what) => void notes.push({ file, line: firstLine + at, what }))
    const taken = takeTitle(whole)
    if (taken.body.trim() === '') throw new Flaw('there is no text in it')
    return { file, title: taken.title ?? title, body: taken.title === null ? takeRepeatedTitle(taken.body, title) : taken.body, firstLine, notes }
  } catch (error) {
    if (!(error instanceof Flaw)) throw error
    book.refused.push({ file, line: error.line, what: error.message })
    return null
  }
}

/** Without a title page the course opens with what its introduction says before its first heading. */
function opening(chapters: Chapter[], lessons: Map<Chapter, Manuscript>): Text | null {
  const first = chapters.find((chapter) => chapter.where === 'before' && lessons.has(chapter))
  const text = first === undefined ? undefined : lessons.get(first)
  if (text === undefined) return null
  const body = text.body.split(/^#{1,6}\s/m)[0] ?? ''
  // Definitions stand at the end of a file.
  const definitions = text.body.split('\n').filter((line) => /^\[[^\]^][^\]]*\]:\s/.test(line) && !body.includes(line))
  return { file: text.file, title: text.title, body: [body.trimEnd(), ...(definitions.length > 0 ? ['', ...definitions] : [])].join('\n'), firstLine: text.firstLine, notes: [] }
}

/** `ch04-01-what-is-ownership.md` → what-is-ownership; `guide/README.md` → guide. */
function lessonSlug(file: string, home: string, title: string): string {
  const isIndex = /^(?:readme|index)$/i.test(stem(file))
  const name = !isIndex ? stem(file) : folderOf(file) === home ? title : (folderOf(file).split('/').at(-1) ?? title)
  const words = name.replace(/^(?:ch(?:apter)?[-_ ]?)?\d+(?:[-_.]\d+)*[-_. ]+(?=.*[a-z])/i, '')
  return slugOf(words === '' ? name : words)
}

function sectionsOf(chapters: Chapter[], key: (chapter: Chapter) => string, title: string): Outline['sections'] {
  const sections: Outline['sections'] = []
  const numbered = chapters.filter(({ where }) => where === 'in')
  const flat = !numbered.some(({ depth }) => depth > 0)
  let last: { where: Chapter['where']; part: string | null } | null = null
  for (const chapter of chapters) {
    const { where, part, depth } = chapter
    const changed = last === null || last.where !== where || last.part !== part
    const begins = changed || (where === 'in' && part === null && !flat && depth === 0)
    const name = where === 'before' ? 'Introduction' : where === 'after' ? 'Appendix' : (part ?? (flat ? (numbered.length === chapters.length ? title : 'Chapters') : chapter.title))
    if (begins) sections.push({ title: name, lessons: [] })
    sections.at(-1)?.lessons.push(key(chapter))
    last = { where, part }
  }
  return sections
}

function readSettings(folder: Folder, home: string, book: Book): { title: string | null; description: string | null; authors: string[] } {
  const path = [resolvePath(home, 'book.toml'), resolvePath(home, '../book.toml')].find((candidate) => candidate !== null && folder.has(candidate))
  const none = { title: null, description: null, authors: [] }
  if (path === undefined || path === null) return none
  try {
    const { book: own } = parseToml(folder.text(path)) as { book?: Record<string, unknown> }
    const word = (name: string) => (typeof own?.[name] === 'string' && own[name] !== '' ? own[name] : null)
    return { title: word('title'), description: word('description'), authors: Array.isArray(own?.authors) ? own.authors.filter((name) => typeof name === 'string') : [] }
  } catch (error) {
    book.notes.push({ file: path, line: null, what: `this cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}` })
    return none
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
