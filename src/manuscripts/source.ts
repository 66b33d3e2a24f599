import { isReserved } from '../content/document.ts'
import { ID_PREFIX, slug } from '../markdown/slug.ts'
import { decoded, type Anchors } from './anchors.ts'
import type { Meaning, Reading } from './addresses.ts'
import { rewriteLinks, type WrittenLink } from './links.ts'
import type { Manuscript, Problem } from './manuscript.ts'

/** What a text's links need to know about everything around it. */
export interface Surroundings {
  read: Reading
  anchors(key: string): Anchors | undefined
  /** Where the text with this key stands with us; null when it was refused. */
  pathOf(key: string): string | null
  /** An address for one of the folder's pictures: shown in a text, or opened by a link. Null when it cannot be taken. */
  picture(file: string, use: 'shown' | 'opened'): string | null
  /** Does our site have such a page, beside what is imported? */
  isOurs(path: string): boolean
  /** Where the old site stands, if somebody told us: what is not imported can still be linked there. */
  original: string | null
}

export interface Sourced {
  source: string
  /** Files of the folder that the text shows or opens, with the words that stand for them and the line of the first use. */
  pictures: Map<string, { alt: string; line: number }>
  cover: string | null
  notes: Problem[]
}

const PICTURE = /\.(?:png|jpe?g|gif|webp|avif|svg)$/i

/** The text as we keep it: links lead to our pages and pictures. */
export function sourceOf(manuscript: Manuscript, around: Surroundings): Sourced {
  const pictures: Sourced['pictures'] = new Map()
  const notes: Problem[] = []
  const note = (line: number | null, what: string) => void notes.push({ file: manuscript.file, line, what })
  const source = rewriteLinks(manuscript.body, (link) => {
    const line = manuscript.firstLine + link.line
    const meaning = around.read(manuscript, link.address)
    if (link.kind === 'picture') return shown(link, meaning, line)
    return followed(link, meaning, line)
  })

  function use(file: string, alt: string, line: number): void {
    const before = pictures.get(file)
    pictures.set(file, { alt: before?.alt || alt, line: before?.line ?? line })
  }

  function shown(link: WrittenLink, meaning: Meaning, line: number): string | undefined {
    const say = (what: string) => note(line, what)
    if (meaning.kind === 'file') {
      use(meaning.path, link.alt, line)
      return around.picture(meaning.path, 'shown') ?? undefined
    }
    if (meaning.kind !== 'elsewhere') say(`the picture “${link.address}” is missing`)
    else if (/^data:/i.test(link.address)) say('a picture is written into the text itself and cannot be shown: save it as a file')
    else if (!link.address.startsWith('/media/')) say(`the picture “${link.address}” is on another site: readers get a link to it`)
    return undefined
  }

  function followed(link: WrittenLink, meaning: Meaning, line: number): string | null | undefined {
    const say = (what: string) => note(line, what)
    if (link.address === '') return null
    switch (meaning.kind) {
      case 'elsewhere':
        return undefined
      case 'text':
        return toText(meaning, link, say)
      case 'file': {
        const address = PICTURE.test(meaning.path) ? around.picture(meaning.path, 'opened') : null
        if (PICTURE.test(meaning.path)) use(meaning.path, '', line)
        if (address !== null) return address
        break
      }
      case 'nothing':
        if (link.address.startsWith('/') && isOurOwn(link.address, around)) return undefined
    }
    if (around.original !== null && URL.canParse(link.address, around.original)) return new URL(link.address, new URL(manuscript.addresses[0]?.slice(1) ?? '', around.original)).href
    say(`the link “${link.address}” leads to nothing that is imported: its words stay`)
    return null
  }

  function toText({ key, fragment }: Extract<Meaning, { kind: 'text' }>, link: WrittenLink, say: (what: string) => void): string | null | undefined {
    const path = around.pathOf(key)
    if (path === null) {
      say(`the link “${link.address}” leads to a file that was refused: its words stay`)
      return null
    }
    const own = key === manuscript.key
    if (fragment === null || fragment === '') return own && link.address.startsWith('#') ? undefined : path
    const id = around.anchors(key)?.find(fragment) ?? null
    if (id === null) {
      say(`the link “${link.address}” leads to no heading of its page`)
      return own ? null : path
    }
    if (!own) return id === '' ? path : `${path}#${id}`
    // The renderer finds these by itself.
    return id === ID_PREFIX + slug(decoded(fragment)) && link.address.startsWith('#') ? undefined : `#${id === '' ? 'top' : id}`
  }

  return { source: source.replace(/^(?:[ \t]*\n)+/, '').trimEnd() + '\n', pictures, cover: coverOf(), notes }

  function coverOf(): string | null {
    if (manuscript.cover === null) return null
    const meaning = around.read(manuscript, manuscript.cover)
    if (meaning.kind === 'file' && PICTURE.test(meaning.path)) return meaning.path
    note(null, `the cover “${manuscript.cover}” is missing`)
    return null
  }
}

function isOurOwn(address: string, around: Surroundings): boolean {
  const path = address.replace(/[?#].*$/, '')
  return path === '/' || isReserved(path.split('/')[1] ?? '') || around.isOurs(path)
}
