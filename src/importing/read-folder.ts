import { readdir, realpath, stat, access, constants } from 'node:fs/promises'
import { readFileSync, statSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { Invalid } from '../platform/errors.ts'
import { Flaw, type Folder, type Problem } from '../manuscripts/manuscript.ts'

/** Nobody's content. A name that begins with a dot is skipped too. */
const SKIPPED = new Set(['node_modules', '_site', '_sass', '_layouts', 'vendor'])
const MOST_FILES = 20_000
const MOST_BYTES = 2_000_000

/** What lies below a folder, without following anything that leads out of it. Throws `Invalid` when it is no readable folder. */
export async function readFolder(given: string): Promise<Folder & { file(path: string): string }> {
  const root = await realpath(resolve(given)).catch(() => null)
  if (root === null || !(await stat(root)).isDirectory()) throw new Invalid(`There is no folder ${given}.`)
  const refused: Problem[] = []
  const found: string[] = []
  await walk(root, root, found, refused)
  const paths = found.sort((a, b) => (a < b ? -1 : 1))
  const known = new Set(paths)
  const texts = new Map<string, string>()
  return {
    name: basename(root),
    paths,
    refused,
    has: (path) => known.has(path),
    file: (path) => join(root, path),
    text(path) {
      const text = texts.get(path) ?? readText(join(root, path))
      texts.set(path, text)
      return text
    },
  }
}

async function walk(root: string, folder: string, found: string[], refused: Problem[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (folder === root) throw new Invalid(`${root} cannot be read (${error.code}).`)
    refused.push({ file: posix(root, folder), line: null, what: 'the folder cannot be read: permission denied' })
    return []
  })
  for (const entry of entries) {
    if (entry.name.startsWith('.') || (entry.isDirectory() && SKIPPED.has(entry.name))) continue
    const full = join(folder, entry.name)
    const say = (what: string) => void refused.push({ file: posix(root, full), line: null, what })
    if (found.length > MOST_FILES) throw new Invalid(`The folder holds more than ${MOST_FILES} files: import its parts one by one.`)
    if (entry.isDirectory()) await walk(root, full, found, refused)
    else if (entry.isFile()) await take(full, full)
    else if (entry.isSymbolicLink()) await follow(full, say)

    async function take(target: string, named: string) {
      if (await access(target, constants.R_OK).then(() => true, () => false)) found.push(posix(root, named))
      else say('the file cannot be read: permission denied')
    }

    async function follow(link: string, complain: (what: string) => void) {
      const target = await realpath(link).catch(() => null)
      if (target === null) return complain('the link leads nowhere')
      if (target !== root && !target.startsWith(root + sep)) return complain('the link leads out of the folder')
      if ((await stat(target)).isFile()) await take(target, link)
      else complain('the link leads to a folder, which is read where it is')
    }
  }
}

const posix = (root: string, path: string): string => relative(root, path).split(sep).join('/')

function readText(file: string): string {
  if (statSync(file).size > MOST_BYTES) throw new Flaw('the file is larger than 2 MB')
  const bytes = readFileSync(file)
  const text = decode(bytes).replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const nul = text.indexOf('\0')
  if (nul !== -1) throw new Flaw('this is no text: it holds a NUL character', lineOf(text, nul))
  return text
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const damaged = new TextDecoder('utf-8').decode(bytes)
    throw new Flaw('the file is not UTF-8: save it in that encoding', lineOf(damaged, damaged.indexOf('\uFFFD')))
  }
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length
