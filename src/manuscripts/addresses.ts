import { decoded } from './anchors.ts'
import type { Folder, Library, Manuscript } from './manuscript.ts'
import { folderOf, resolvePath } from './naming.ts'

/** What an address in a text means. */
export type Meaning =
  | { kind: 'text'; key: string; fragment: string | null }
  | { kind: 'file'; path: string }
  /** Another site, mail, or a part of our own site. */
  | { kind: 'elsewhere' }
  | { kind: 'nothing' }

export type Reading = (from: Manuscript, address: string) => Meaning

const MARKDOWN = ['.md', '.markdown', '.mdown', '.mkd']
const INDEXES = ['index', '_index', 'README', 'readme', 'SUMMARY']

/** Knows every file and old address of a library, in the spellings that people use for them. */
export function readAddresses(folder: Folder, library: Library): Reading {
  const byFile = new Map<string, string>()
  const byAddress = new Map<string, string>()
  const files = new Map(folder.paths.map((path) => [path.toLowerCase(), path]))
  for (const { file, alsoFiles, key, addresses } of library.manuscripts) {
    for (const path of [file, ...alsoFiles]) byFile.set(path.toLowerCase(), key)
    for (const address of addresses) if (!byAddress.has(plain(address))) byAddress.set(plain(address), key)
  }

  const text = (path: string): string | null => {
    const low = path.toLowerCase().replace(/\/$/, '')
    const bare = low.replace(/\.html?$/, '')
    const names = [low, ...MARKDOWN.map((extension) => bare + extension), ...INDEXES.flatMap((name) => [`${bare}/${name}.md`.toLowerCase()])]
    // mdBook makes index.html of README.md.
    if (/(?:^|\/)index$/.test(bare)) names.push(bare.replace(/index$/, 'readme.md'), bare.replace(/index$/, '_index.md'))
    return names.map((name) => byFile.get(name.replace(/^\//, ''))).find((key) => key !== undefined) ?? null
  }
  const file = (path: string): string | null => files.get(path.toLowerCase()) ?? null

  function look(path: string, fragment: string | null): Meaning | null {
    const key = text(path)
    if (key !== null) return { kind: 'text', key, fragment }
    const found = file(path)
    return found === null ? null : { kind: 'file', path: found }
  }

  function absolute(path: string, fragment: string | null): Meaning {
    const bare = library.basePath !== '' && (path + '/').startsWith(`${library.basePath}/`) ? path.slice(library.basePath.length) : path
    const key = byAddress.get(plain(bare)) ?? byAddress.get(plain(path))
    if (key !== undefined) return { kind: 'text', key, fragment }
    for (const root of library.roots) {
      const inside = resolvePath(root, bare)
      const found = inside === null ? null : look(inside, fragment)
      if (found !== null) return found
    }
    return { kind: 'nothing' }
  }

  return (from, address) => {
    const own = library.origin !== null && (address === library.origin || address.startsWith(`${library.origin}/`)) ? address.slice(library.origin.length) || '/' : address
    if (/^[a-z][a-z0-9+.-]*:/i.test(own) || own.startsWith('//')) return { kind: 'elsewhere' }
    const [, before = '', fragment] = /^([^#]*)(?:#(.*))?$/s.exec(own) ?? []
    const path = decoded(before.replace(/\?.*$/, ''))
    if (path === '') return { kind: 'text', key: from.key, fragment: fragment ?? null }
    if (path.startsWith('/')) return absolute(path, fragment ?? null)
    const inside = resolvePath(folderOf(from.file), path)
    const found = inside === null ? null : look(inside, fragment ?? null)
    if (found !== null) return found
    // A browser would read it from where the page stood.
    for (const stood of from.addresses) {
      const key = byAddress.get(plain(new URL(path, `http://x${encodeURI(stood)}`).pathname))
      if (key !== undefined) return { kind: 'text', key, fragment: fragment ?? null }
    }
    return { kind: 'nothing' }
  }
}

/** `/Posts/X/index.html` and `/posts/x/` are one address. */
const plain = (address: string): string => `/${decoded(address.replace(/[?#].*$/, '')).toLowerCase().replace(/^\/+/, '').replace(/(?:index)?\.html?$/, '').replace(/\/+$/, '')}`
