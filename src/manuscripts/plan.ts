import { createHash } from 'node:crypto'
import { isReserved, pathOf, slugField } from '../content/document.ts'
import { readAddresses } from './addresses.ts'
import { readAnchors, type Anchors } from './anchors.ts'
import type { Folder, Library, Manuscript, Outline, Problem } from './manuscript.ts'
import { freeSlug } from './naming.ts'
import { sourceOf, type Sourced } from './source.ts'

/** A manuscript with its place on our site. */
export interface Planned {
  manuscript: Manuscript
  outline: Outline | null
  slug: string
  path: string
  /** The same as at the last import exactly when nothing that matters has changed. */
  hash: string
  sourced: Sourced
  summary: string
}

export interface Known {
  slug: string
  path: string
  edited: boolean
}

export interface Site {
  /** What earlier imports made, by key. */
  known(key: string): Known | undefined
  /** Is this address used by something that is not being imported? */
  isTaken(path: string): boolean
  isOurs(path: string): boolean
  /** Fingerprint of a picture; null when it cannot be taken. */
  fingerprint(file: string): string | null
  original: string | null
}

/** The pictures that the texts of a library name, to be looked at before anything is planned. */
export function picturesIn(folder: Folder, library: Library): Set<string> {
  const read = readAddresses(folder, library)
  const found = new Set<string>()
  for (const manuscript of library.manuscripts) {
    const { pictures, cover } = sourceOf(manuscript, { read, anchors: () => undefined, pathOf: () => '/', picture: () => null, isOurs: () => false, original: null })
    for (const file of pictures.keys()) found.add(file)
    if (cover !== null) found.add(cover)
  }
  return found
}

/** Gives every manuscript its address and its text as we would keep it, with a picture's fingerprint where its address will be. */
export function planLibrary(folder: Folder, library: Library, site: Site): { planned: Planned[]; sourceWith(plan: Planned, picture: (file: string, use: 'shown' | 'opened') => string | null): string; notes: Problem[] } {
  const { places, notes } = placesFor(library, site)
  const anchors = new Map<string, Anchors>(library.manuscripts.map((manuscript) => [manuscript.key, readAnchors(`# ${manuscript.title.replace(/\s+/g, ' ')}\n\n${manuscript.body}`)]))
  const read = readAddresses(folder, library)
  const around = (picture: (file: string, use: 'shown' | 'opened') => string | null) => ({
    read, picture, anchors: (key: string) => anchors.get(key), pathOf: (key: string) => places.get(key)?.path ?? null, isOurs: site.isOurs, original: site.original,
  })
  const planned = library.manuscripts.map((manuscript): Planned => {
    const sourced = sourceOf(manuscript, around((file, use) => `picture:${use}:${site.fingerprint(file) ?? 'refused'}`))
    const outline = library.outlines.find(({ course }) => course === manuscript.key) ?? null
    const { slug = manuscript.slug, path = '' } = places.get(manuscript.key) ?? {}
    const summary = manuscript.summary === '' ? (anchors.get(manuscript.key)?.excerpt ?? '') : manuscript.summary
    const cover = sourced.cover === null ? null : site.fingerprint(sourced.cover)
    return { manuscript, outline, slug, path, sourced, summary, hash: hashOf(manuscript, outline, { source: sourced.source, summary, cover }) }
  })
  return { planned, notes, sourceWith: ({ manuscript }, picture) => sourceOf(manuscript, around(picture)).source }
}

/** Everything but where the file lies and what was remarked about it. */
function hashOf({ body: _body, firstLine: _line, notes: _notes, addresses: _old, file: _file, alsoFiles: _files, cover: _cover, summary: _summary, ...rest }: Manuscript, outline: Outline | null, text: { source: string; summary: string; cover: string | null }): string {
  return createHash('sha256').update(JSON.stringify([1, rest, outline, text])).digest('hex')
}

interface Place {
  slug: string
  path: string
}

/**
 * What is here keeps its address as long as its author wishes for the same one. Of two with one wish the first by name
 * gets it, the other a number.
 */
function placesFor(library: Library, site: Site): { places: Map<string, Place>; notes: Problem[] } {
  const places = new Map<string, Place>()
  const notes: Problem[] = []
  const used = new Set<string>()
  // Courses first: their lessons stand below them.
  const ordered = [...library.manuscripts.filter(({ kind }) => kind === 'course'), ...library.manuscripts.filter(({ kind }) => kind !== 'course')]
  for (const isOld of [true, false]) {
    for (const manuscript of ordered) {
      const known = site.known(manuscript.key)
      const keeps = known !== undefined && (known.edited || isWishOf(manuscript.slug, known.slug))
      if (keeps !== isOld) continue
      const place = (slug: string) => pathOf(manuscript.kind, slug, manuscript.course === null ? null : (places.get(manuscript.course)?.path ?? null))
      const wish = slugField.safeParse(manuscript.slug).success ? manuscript.slug : 'untitled'
      const isTaken = (slug: string) => used.has(place(slug)) || (site.isTaken(place(slug)) && known?.path !== place(slug)) || (manuscript.kind === 'page' && isReserved(slug))
      const slug = keeps ? known.slug : freeSlug(wish, isTaken)
      if (!keeps && slug !== manuscript.slug) notes.push({ file: manuscript.file, line: null, what: `the address ${place(manuscript.slug)} is taken: this one is ${place(slug)}` })
      places.set(manuscript.key, { slug, path: place(slug) })
      used.add(place(slug))
    }
  }
  return { places, notes }
}

const isWishOf = (wish: string, slug: string): boolean => slug === wish || (slug.replace(/-\d+$/, '') === wish.slice(0, 75).replace(/-$/, '') && /-\d+$/.test(slug))
