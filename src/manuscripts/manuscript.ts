import type { Access, Kind, Level } from '../content/document.ts'

/** Something a person should know about a file. `line` counts from 1; null when the whole file is meant. */
export interface Problem {
  file: string
  line: number | null
  what: string
}

/** Why a file cannot be taken: one sentence, and the line it is about. */
export class Flaw extends Error {
  override readonly name = 'Flaw'
  readonly line: number | null

  constructor(what: string, line: number | null = null) {
    super(what)
    this.line = line
  }
}

/** Files as they were brought. Paths are relative to the folder and written with `/`. */
export interface Folder {
  name: string
  /** Every file that may be read, sorted. */
  paths: readonly string[]
  has(path: string): boolean
  /** A text file, line ends and byte order mark made plain. Throws `Flaw` when it is not UTF-8 text of a sensible size. */
  text(path: string): string
  refused: readonly Problem[]
}

export interface Named {
  slug: string
  name: string
}

/** One document as its author wrote it. */
export interface Manuscript {
  file: string
  /** Other files that mean the same text. */
  alsoFiles: readonly string[]
  /** The document's identity across imports. */
  key: string
  kind: Kind
  /** The address its author wants; another one with the same wish gets a number. */
  slug: string
  title: string
  summary: string
  /** Markdown, links still as written. */
  body: string
  /** The line of the file on which the body begins. */
  firstLine: number
  publishedAt: Date | null
  updatedAt: Date | null
  draft: boolean
  topics: Named[]
  authors: Named[]
  level: Level | null
  access: Access
  featured: boolean
  canonicalUrl: string | null
  /** A picture, as written. */
  cover: string | null
  coverAlt: string
  /** Where it stood on its old site: links that lead there mean this text. */
  addresses: string[]
  /** Old addresses that shall go on working. */
  redirects: string[]
  /** The key of a lesson's course. */
  course: string | null
  preview: boolean
  notes: Problem[]
}

export interface Outline {
  course: string
  outcomes: string[]
  audience: string[]
  /** In minor units. */
  price: { amount: number; currency: string } | null
  sections: { title: string; lessons: string[] }[]
}

export interface Person {
  slug: string
  name: string
  headline: string
  bio: string
}

/** Everything a folder brings. */
export interface Library {
  manuscripts: Manuscript[]
  outlines: Outline[]
  people: Person[]
  topics: (Named & { description: string })[]
  /** Folders in which an address that begins with `/` is looked up; '' is the folder itself. */
  roots: string[]
  /** The old site's own addresses: `https://example.org`, and the path it stood at. */
  origin: string | null
  basePath: string
  refused: Problem[]
  notes: Problem[]
}

/** The parts that most manuscripts leave alone. */
export const plainManuscript = {
  alsoFiles: [],
  summary: '',
  publishedAt: null,
  updatedAt: null,
  draft: false,
  topics: [],
  authors: [],
  level: null,
  access: 'free',
  featured: false,
  canonicalUrl: null,
  cover: null,
  coverAlt: '',
  addresses: [],
  redirects: [],
  course: null,
  preview: false,
} as const satisfies Partial<Manuscript>

/** `pictures/a b.png:7` as reports print it. */
export const place = ({ file, line }: Problem): string => (line === null ? file : `${file}:${line}`)
