import { z } from 'zod'
import { ACCESSES, LEVELS } from '../content/document.ts'
import { fieldsOf, readFrontMatter, readYaml, type Fields } from './frontmatter.ts'
import { Flaw, plainManuscript, type Folder, type Library, type Manuscript, type Named, type Outline, type Person, type Problem } from './manuscript.ts'
import { folderOf, slugOf, stem, titleFromName } from './naming.ts'

/** Lectern's own folders: authors/, topics.yml, tutorials/, courses/<course>/<section>/<lesson>.md, pages/. */
export const isLectern = (folder: Folder): boolean => folder.has('topics.yml') || folder.paths.some((path) => /^courses\/[^/]+\/course\.md$/.test(path))

export function readLectern(folder: Folder): Library {
  const refused: Problem[] = []
  const each = <T>(pattern: RegExp, read: (path: string) => T): T[] =>
    folder.paths.filter((path) => pattern.test(path)).flatMap((path) => {
      try {
        return [read(path)]
      } catch (error) {
        if (!(error instanceof Flaw)) throw error
        refused.push({ file: path, line: error.line, what: error.message })
        return []
      }
    })

  const topics = each(/^topics\.yml$/, (path) => readTopics(folder.text(path))).flat()
  const people = each(/^authors\/[^/]+\.md$/, (path) => readPerson(folder, path))
  const names = { topics: named(topics), people: named(people) }
  const tutorials = each(/^tutorials\/[^/]+\.md$/, (path) => readText(folder, path, 'tutorial', names))
  const pages = each(/^pages\/[^/]+\.md$/, (path) => readText(folder, path, 'page', names))
  const courses = each(/^courses\/[^/]+\/course\.md$/, (path) => readCourse(folder, path, names, each))
  return {
    manuscripts: [...tutorials, ...pages, ...courses.flatMap(({ manuscripts }) => manuscripts)],
    outlines: courses.map(({ outline }) => outline),
    people, topics, roots: [''], origin: null, basePath: '', refused, notes: [],
  }
}

type Names = Record<'topics' | 'people', Map<string, Named>>
type Each = <T>(pattern: RegExp, read: (path: string) => T) => T[]

const named = (list: readonly Named[]): Map<string, Named> => new Map(list.map(({ slug, name }) => [slug, { slug, name }]))

const topicList = z.array(z.object({ slug: z.string().regex(/^[a-z0-9-]+$/), name: z.string().min(1), description: z.string().default('') }))

function readTopics(text: string): Library['topics'] {
  const list = topicList.safeParse(Object.values(readYaml(`topics:\n${text.replace(/^/gm, '  ')}`, -1))[0])
  if (!list.success) throw new Flaw('this must be a list of topics, each with slug, name and description', 1)
  return list.data
}

function readPerson(folder: Folder, path: string): Person {
  const { fields, body } = readFrontMatter(folder.text(path))
  return { slug: slugOf(stem(path)), name: fields.text('name') ?? titleFromName(stem(path)), headline: fields.text('headline') ?? '', bio: body.trim() }
}

function readText(folder: Folder, path: string, kind: Manuscript['kind'], names: Names): Manuscript {
  const { fields, body, firstLine } = readFrontMatter(folder.text(path))
  if (body.trim() === '') throw new Flaw('there is no text in it')
  const known = (list: string[], of: Map<string, Named>) => list.map((slug) => of.get(slugOf(slug)) ?? { slug: slugOf(slug), name: slug })
  return {
    ...plainManuscript,
    file: path, key: `${folder.name}/${path}`, kind, body, firstLine, notes: [],
    slug: slugOf(fields.text('slug') ?? stem(path).replace(/^\d+-/, '')),
    title: fields.text('title') ?? titleFromName(stem(path).replace(/^\d+-/, '')),
    summary: fields.text('summary') ?? '',
    publishedAt: fields.date('date'),
    updatedAt: fields.date('updated'),
    draft: fields.flag('draft') ?? false,
    topics: known(fields.list('topics'), names.topics),
    authors: known(fields.list('authors', 'author'), names.people),
    level: oneOf(fields, 'level', LEVELS),
    access: oneOf(fields, 'access', ACCESSES) ?? 'free',
    featured: fields.flag('featured') ?? false,
    // Covers are named from the folder's root.
    cover: fields.text('cover') === null ? null : `/${fields.text('cover')}`,
    coverAlt: fields.text('cover_alt') ?? '',
    canonicalUrl: fields.text('canonical'),
    redirects: fields.list('aliases'),
  }
}

function oneOf<T extends string>(fields: Fields, name: string, values: readonly T[]): T | null {
  const value = fields.text(name)
  if (value === null) return null
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) throw new Flaw(`“${name}” must be one of ${values.join(', ')}`, fields.line(name))
  return found
}

const priceField = z.object({ amount: z.int().positive(), currency: z.string().regex(/^[A-Z]{3}$/) }).nullable()

function readCourse(folder: Folder, path: string, names: Names, each: Each): { manuscripts: Manuscript[]; outline: Outline } {
  const course = readText(folder, path, 'course', names)
  const { fields } = readFrontMatter(folder.text(path))
  const price = priceField.safeParse(fields.raw('price') ?? null)
  if (!price.success) throw new Flaw('“price” must be { amount: 4900, currency: USD }, in minor units', fields.line('price'))
  const home = folderOf(path)
  const sectionFolders = [...new Set(folder.paths.filter((other) => other.startsWith(`${home}/`) && other.split('/').length === 4).map(folderOf))]
  const lessons: Manuscript[] = []
  const sections = sectionFolders.map((section) => {
    const own = each(new RegExp(`^${escaped(section)}/[^/]+\\.md$`), (file) => lesson(folder, file, course, names))
    lessons.push(...own)
    const title = each(new RegExp(`^${escaped(section)}/section\\.yml$`), (file) => fieldsOf(readYaml(folder.text(file), 0), () => null).text('title'))[0]
    return { title: title ?? titleFromName(section.split('/').at(-1)?.replace(/^\d+-/, '') ?? ''), lessons: own.map(({ key }) => key) }
  })
  const slug = fields.text('slug') ?? home.split('/')[1] ?? ''
  return {
    manuscripts: [{ ...course, slug: slugOf(slug) }, ...lessons],
    outline: { course: course.key, outcomes: fields.list('outcomes'), audience: fields.list('audience'), price: price.data, sections },
  }
}

function lesson(folder: Folder, file: string, course: Manuscript, names: Names): Manuscript {
  const text = readText(folder, file, 'lesson', names)
  const preview = readFrontMatter(folder.text(file)).fields.flag('preview') ?? false
  return { ...text, course: course.key, preview, publishedAt: text.publishedAt ?? course.publishedAt, updatedAt: text.updatedAt ?? course.updatedAt }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
