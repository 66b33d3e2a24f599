import { parse as parseToml } from 'smol-toml'
import { LEVELS } from '../content/document.ts'
import { dateOf, fieldsOf, readFrontMatter, readYaml, type Fields } from './frontmatter.ts'
import { Flaw, plainManuscript, type Folder, type Library, type Manuscript, type Named, type Problem } from './manuscript.ts'
import { datedName, folderOf, resolvePath, slugOf, stem, titleFromName } from './naming.ts'
import { plainWords, takeTitle } from './prose.ts'
import { cleanTemplates } from './templates.ts'

/** A folder of texts that is no book: a Jekyll site, a Hugo site, or plain files. */
interface Site {
  kind: 'jekyll' | 'hugo' | 'plain'
  settings: Fields
  /** Hugo's `content/`; '' elsewhere. */
  content: string
  people: Map<string, string>
  now: Date
}

type Read = Omit<Library, 'outlines' | 'people' | 'topics'>

export function readSite(folder: Folder, paths: string[], now: Date): Library {
  const site = recognise(folder, paths, now)
  const url = absolute(site.settings.text('url', 'baseURL'))
  const basePath = `/${[url?.pathname ?? '', site.settings.text('baseurl') ?? ''].join('/')}`.replace(/\/+/g, '/').replace(/\/$/, '')
  const read: Read = { manuscripts: [], roots: site.kind === 'hugo' ? ['', 'static', site.content, 'assets'] : ['', 'public', 'static'], origin: url?.origin ?? null, basePath: site.kind === 'jekyll' ? (site.settings.text('baseurl') ?? '') : basePath, refused: [], notes: [] }
  for (const path of paths) {
    try {
      const manuscript = readText(folder, path, site, read)
      if (manuscript !== null) read.manuscripts.push(manuscript)
    } catch (error) {
      if (!(error instanceof Flaw)) throw error
      read.refused.push({ file: path, line: error.line, what: error.message })
    }
  }
  return { ...read, outlines: [], people: [], topics: [] }
}

function recognise(folder: Folder, paths: string[], now: Date): Site {
  const isJekyll = folder.has('_config.yml') || folder.has('_config.toml') || paths.some((path) => /(?:^|\/)_(?:posts|drafts)\//.test(path))
  const hugoSettings = ['hugo', 'config', 'config/_default/hugo', 'config/_default/config'].flatMap((name) => ['toml', 'yaml', 'yml', 'json'].map((extension) => `${name}.${extension}`)).find((path) => folder.has(path))
  const hasContent = paths.some((path) => path.startsWith('content/'))
  const isHugo = !isJekyll && ((hasContent && (hugoSettings !== undefined || paths.some((path) => /^(?:archetypes|themes)\//.test(path)) || paths.every((path) => path.startsWith('content/') || !path.includes('/')))) || paths.some((path) => /(?:^|\/)_index\.[a-z]+$/.test(path)))
  const kind = isJekyll ? 'jekyll' : isHugo ? 'hugo' : 'plain'
  const settings = kind === 'jekyll' ? readSettings(folder, folder.has('_config.yml') ? '_config.yml' : '_config.toml') : kind === 'hugo' ? readSettings(folder, hugoSettings ?? '') : {}
  return { kind, settings: fieldsOf(settings, () => null), content: kind === 'hugo' && hasContent ? 'content' : '', people: peopleOf(folder), now }
}

/** Settings help and are never required: what cannot be read counts as none. */
function readSettings(folder: Folder, path: string): Record<string, unknown> {
  if (!folder.has(path)) return {}
  try {
    const text = folder.text(path)
    return path.endsWith('.toml') ? parseToml(text) : readYaml(text, 0)
  } catch {
    return {}
  }
}

/** Jekyll's `_data/authors.yml`: a name by key. */
function peopleOf(folder: Folder): Map<string, string> {
  const entries = Object.entries(readSettings(folder, '_data/authors.yml'))
  return new Map(entries.flatMap(([key, value]) => {
    const name = typeof value === 'string' ? value : (value as { name?: unknown } | null)?.name
    return typeof name === 'string' ? [[key, name] as const] : []
  }))
}

/** Null: a file that is no text of its own. */
function readText(folder: Folder, path: string, site: Site, read: Read): Manuscript | null {
  const leave = (what: string) => {
    read.notes.push({ file: path, line: null, what })
    return null
  }
  const kind = kindOf(path, site)
  if (kind === null) return null
  const { fields, body, firstLine, given } = readFrontMatter(folder.text(path))
  if (site.kind === 'jekyll' && !given && !/(?:^|\/)_/.test(path)) return leave('this has no front matter, so Jekyll makes no page of it: left out')
  if (/(?:^|\/)_index\.[a-z]+$/.test(path)) return body.trim() === '' ? null : leave('lists are made by the site itself: the text of this one is left out')
  if (isHome(path, fields, site)) return body.trim() === '' ? null : leave('the home page is made by the site itself: this one is left out')
  if (body.trim() === '') throw new Flaw('there is no text in it')

  const notes: Problem[] = []
  const say = (line: number, what: string) => void notes.push({ file: path, line: firstLine + line, what })
  const cleaned = cleanTemplates(body, { isJekyll: site.kind === 'jekyll', say, ...lookups(folder, path, site, fields) })
  const { title, body: rest } = withTitle(cleaned, fields.text('title'))
  const named = datedName(nameOf(path))
  const publishedAt = fields.date('date', 'publishDate', 'published_at', 'created') ?? (named.date === null ? null : dateOf(named.date))
  const isDraft = fields.flag('draft') === true || fields.flag('published') === false || /(?:^|\/)_drafts\//.test(path)
  if (publishedAt !== null && publishedAt > site.now && !isDraft) notes.push({ file: path, line: fields.line('date'), what: 'its date lies in the future: published all the same' })
  const address = addressOf(path, site, fields, publishedAt)
  const explicit = fields.text('permalink', 'url')
  const cover = coverOf(folder, path, fields)
  return {
    ...plainManuscript,
    file: path, key: `${folder.name}/${path}`, kind: fields.text('layout') === 'page' && site.kind === 'jekyll' ? 'page' : kind, body: rest, firstLine, notes,
    slug: slugOf(fields.text('slug') ?? (explicit !== null && !/:/.test(explicit) ? lastSegment(explicit) : null) ?? named.rest),
    title: fields.text('title') ?? title ?? titleFromName(named.rest),
    summary: plain(fields.text('description', 'summary', 'excerpt', 'subtitle', 'abstract') ?? ''),
    publishedAt,
    updatedAt: fields.date('lastmod', 'last_modified_at', 'updated', 'modified'),
    draft: isDraft,
    topics: topicsOf(fields, path, site),
    authors: authorsOf(fields, site),
    level: LEVELS.find((level) => level === fields.raw('level')) ?? null,
    canonicalUrl: absolute(fields.text('canonical_url', 'canonicalUrl', 'canonical'))?.href ?? null,
    cover: cover.file, coverAlt: cover.alt,
    addresses: [address, ...fields.list('aliases', 'redirect_from')],
    redirects: [...fields.list('aliases', 'redirect_from'), ...(explicit === null ? [] : [address])],
  }
}

/** A first heading that says something else than the title given above it is a part of the text. */
function withTitle(body: string, given: string | null): { title: string | null; body: string } {
  const taken = takeTitle(body)
  if (taken.title === null || given === null || plainWords(given) === taken.title) return taken
  return { title: given, body: body.replace(/^( {0,3})#(?=[ \t])/m, '$1##').replace(/^( {0,3})=+[ \t]*$/m, '$1---') }
}

/** What a file is by its place; null for what its site does not publish either. */
function kindOf(path: string, { kind, content }: Site): 'tutorial' | 'page' | null {
  if (kind === 'plain') return 'tutorial'
  if (kind === 'hugo') {
    if (content !== '' && !path.startsWith(`${content}/`)) return null
    return path.slice(content === '' ? 0 : content.length + 1).replace(/\/index\.[a-z]+$/, '').includes('/') ? 'tutorial' : content === '' && !/(?:^|\/)(?:about|contact|imprint|privacy|terms)\b/i.test(path) ? 'tutorial' : 'page'
  }
  if (/(?:^|\/)_(?:includes|layouts|data|sass|site|plugins)\//.test(path)) return null
  return /(?:^|\/)_[^/]+\//.test(path) ? 'tutorial' : 'page'
}

function isHome(path: string, fields: Fields, { kind }: Site): boolean {
  return (kind === 'jekyll' && /^index\.[a-z]+$/i.test(path)) || (kind === 'jekyll' && /^(?:home|blog|archive|category|tag)/.test(fields.text('layout') ?? ''))
}

/** `posts/hello/index.md` is called hello. */
const nameOf = (path: string): string => (/^(?:index|readme)$/i.test(stem(path)) && folderOf(path) !== '' ? (folderOf(path).split('/').at(-1) ?? '') : stem(path))

const lastSegment = (address: string): string | null => address.replace(/\/?(?:index)?(?:\.html?)?\/?$/, '').split('/').at(-1) || null

function topicsOf(fields: Fields, path: string, { kind }: Site): Named[] {
  // In Jekyll a line of categories or tags is divided at spaces.
  const words = (...names: string[]) => fields.list(...names).flatMap((word) => (kind === 'jekyll' && names.some((name) => typeof fields.raw(name) === 'string' && !String(fields.raw(name)).includes(',')) ? word.split(/\s+/) : [word]))
  const folders = kind === 'jekyll' ? (/^(.*?)\/?_posts\//.exec(path)?.[1]?.split('/') ?? []).filter((name) => name !== '') : []
  const names = [...folders, ...words('categories', 'category'), ...words('tags', 'tag', 'topics', 'keywords')]
  const bySlug = new Map(names.toReversed().map((name) => [slugOf(name), { slug: slugOf(name), name }]))
  return [...bySlug.values()].reverse().slice(0, 10)
}

function authorsOf(fields: Fields, { people }: Site): Named[] {
  const raw = fields.raw('author') ?? fields.raw('authors')
  const names = (Array.isArray(raw) ? raw : [raw]).flatMap((one): string[] => {
    if (typeof one === 'string') return [people.get(one) ?? one]
    const name = (one as { name?: unknown } | null | undefined)?.name
    return typeof name === 'string' ? [name] : []
  })
  return names.map((name) => name.trim()).filter((name) => name !== '').slice(0, 10).map((name) => ({ slug: slugOf(name), name }))
}

function coverOf(folder: Folder, path: string, fields: Fields): { file: string | null; alt: string } {
  for (const name of ['cover', 'image', 'featured_image', 'featuredImage', 'thumbnail', 'header', 'images']) {
    const raw = fields.raw(name)
    const value = (Array.isArray(raw) ? raw[0] : raw) as unknown
    const parts = typeof value === 'string' ? { src: value } : typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
    const file = ['src', 'image', 'path', 'url', 'teaser', 'overlay_image'].map((key) => parts[key as keyof typeof parts]).find((found): found is string => typeof found === 'string' && found !== '')
    const alt = 'alt' in parts && typeof parts.alt === 'string' ? parts.alt : (fields.text('cover_alt', 'image_alt') ?? '')
    if (file !== undefined && !/^[a-z]+:/i.test(file)) return { file, alt }
  }
  const beside = folder.paths.find((other) => folderOf(other) === folderOf(path) && /^index\./.test(path.split('/').at(-1) ?? '') && /^(?:featured|cover|feature)[^/]*\.(?:png|jpe?g|webp|avif|gif)$/i.test(other.split('/').at(-1) ?? ''))
  return { file: beside === undefined ? null : `/${encodeURI(beside)}`, alt: '' }
}

const JEKYLL_STYLES: Record<string, string> = {
  date: '/:categories/:year/:month/:day/:title.html', pretty: '/:categories/:year/:month/:day/:title/', ordinal: '/:categories/:year/:y_day/:title.html', none: '/:categories/:title.html',
}

/** Where the text stood on its old site. */
function addressOf(path: string, site: Site, fields: Fields, date: Date | null): string {
  const explicit = fields.text('permalink', 'url')
  const inner = site.content === '' ? path : path.slice(site.content.length + 1)
  const isPost = /(?:^|\/)_posts\//.test(path)
  const slug = fields.text('slug') ?? datedName(nameOf(path)).rest
  const section = folderOf(inner).replace(/\/[^/]*$/, (last) => (/^index\./.test(stem(path) + '.') ? '' : last))
  const pattern = explicit ?? (site.kind === 'jekyll' ? (isPost ? (site.settings.text('permalink') ?? 'date') : '/:path/') : hugoPattern(site, inner) ?? '/:path/')
  const values: Record<string, string> = {
    title: slug, slug, filename: slug, contentbasename: slug, name: slug, section: inner.split('/')[0] ?? '', sections: section,
    year: String(date?.getUTCFullYear() ?? ''), month: two((date?.getUTCMonth() ?? 0) + 1), day: two(date?.getUTCDate() ?? 1), i_month: String((date?.getUTCMonth() ?? 0) + 1), i_day: String(date?.getUTCDate() ?? 1),
    categories: isPost ? topicSegments(path, fields) : '', output_ext: '.html', path: pathSegment(inner, slug),
  }
  const filled = (JEKYLL_STYLES[pattern] ?? pattern).replace(/:(\w+)/g, (_token, name: string) => values[name] ?? '')
  return `/${filled}`.replace(/\/+/g, '/')
}

const two = (value: number): string => String(value).padStart(2, '0')

const topicSegments = (path: string, fields: Fields): string => {
  const raw = fields.raw('categories') ?? fields.raw('category')
  const own = Array.isArray(raw) ? raw.map(String) : typeof raw === 'string' ? raw.split(/[\s,]+/) : []
  return [...(/^(.*?)\/?_posts\//.exec(path)?.[1]?.split('/') ?? []), ...own].filter((part) => part !== '').map((part) => part.toLowerCase()).join('/')
}

function pathSegment(inner: string, slug: string): string {
  const folder = folderOf(inner)
  const isIndex = /^(?:index|readme)$/i.test(stem(inner))
  const above = isIndex ? folderOf(folder) : folder
  return [above, slug].filter((part) => part !== '').join('/')
}

/** `permalinks: { posts: /:year/:slug/ }`, in its old form and in its new one. */
function hugoPattern({ kind, settings }: Site, inner: string): string | null {
  if (kind !== 'hugo' || !inner.includes('/')) return null
  const permalinks = settings.raw('permalinks') as Record<string, unknown> | null | undefined
  const pages = permalinks?.page as Record<string, unknown> | undefined
  const section = inner.split('/')[0] ?? ''
  const pattern = pages?.[section] ?? permalinks?.[section]
  return typeof pattern === 'string' ? pattern : null
}

function lookups(folder: Folder, path: string, site: Site, fields: Fields) {
  const has = (candidate: string | null): candidate is string => candidate !== null && folder.has(candidate)
  const scalar = (value: unknown) => (['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null)
  return {
    value: (name: string) => (name.startsWith('site.') ? scalar(site.settings.raw(name.slice(5))) : name.startsWith('page.') ? scalar(fields.raw(name.slice(5))) : null),
    find(kind: 'link' | 'post' | 'ref', written: string): string | null {
      if (kind === 'link') return [resolvePath('', written)].find(has) ?? null
      if (kind === 'post') return folder.paths.find((other) => /(?:^|\/)_posts\//.test(other) && other.replace(/\.[a-z]+$/i, '').replace(/(^|\/)_posts\//, '$1').endsWith(written.replace(/^\//, ''))) ?? null
      const places = written.startsWith('/') ? [resolvePath(site.content, written)] : [resolvePath(folderOf(path), written), resolvePath(site.content, written)]
      const names = places.flatMap((place) => (place === null ? [] : [place, `${place}.md`, `${place}/index.md`, `${place}/_index.md`]))
      return names.find(has) ?? folder.paths.find((other) => other.endsWith(`/${written}`) || other.endsWith(`/${written}.md`) || other.endsWith(`/${written}/index.md`)) ?? null
    },
    include(name: string, kind: 'include' | 'include_relative'): string | null {
      const file = kind === 'include' ? resolvePath('_includes', name) : resolvePath(folderOf(path), name)
      if (!has(file) || !/\.(?:md|markdown)$/i.test(file)) return null
      const text = readFrontMatter(folder.text(file)).body
      return /\{[%{]/.test(text) ? null : text
    },
  }
}

/** A summary may be written in Markdown or HTML; lists show words. */
const plain = (text: string): string => text.replace(/<[^<>]*>/g, '').replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}/g, '$1')

function absolute(text: string | null): URL | null {
  try {
    const url = new URL(text ?? '')
    return /^https?:$/.test(url.protocol) ? url : null
  } catch {
    return null
  }
}
