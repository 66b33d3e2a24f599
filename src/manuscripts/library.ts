import { bookHomes, readBook } from './book.ts'
import { isLectern, readLectern } from './lectern.ts'
import type { Folder, Library } from './manuscript.ts'
import { readSite } from './site.ts'

const MARKDOWN = /\.(?:md|markdown|mdown|mkd)$/i
const MOST_TOPICS = 40

/** Finds out what kind of folder this is, and reads it. `now` decides which dates lie in the future. */
export function readLibrary(folder: Folder, now: Date): Library {
  if (isLectern(folder)) return readLectern(folder)
  const books = bookHomes(folder).filter((home, _index, all) => !all.some((other) => other !== home && (other === '' || home.startsWith(`${other}/`)))).map((home) => readBook(folder, home))
  const inBook = (path: string) => books.some(({ home }) => home === '' || path.startsWith(`${home}/`))
  const site = readSite(folder, folder.paths.filter((path) => MARKDOWN.test(path) && !inBook(path)), now)
  const library: Library = {
    ...site,
    manuscripts: [...books.flatMap(({ manuscripts }) => manuscripts), ...site.manuscripts],
    outlines: books.map(({ outline }) => outline),
    refused: [...books.flatMap(({ refused }) => refused), ...site.refused],
    notes: [...books.flatMap(({ notes }) => notes), ...site.notes],
  }
  return withFewTopics(library)
}

/** A site may have a thousand tags; as topics, the most used serve readers. */
function withFewTopics(library: Library): Library {
  const uses = new Map<string, number>()
  for (const { slug } of library.manuscripts.flatMap(({ topics }) => topics)) uses.set(slug, (uses.get(slug) ?? 0) + 1)
  if (uses.size <= MOST_TOPICS) return library
  const most = [...uses].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_TOPICS)
  const kept = new Set(most.map(([slug]) => slug))
  return {
    ...library,
    manuscripts: library.manuscripts.map((manuscript) => ({ ...manuscript, topics: manuscript.topics.filter(({ slug }) => kept.has(slug)) })),
    notes: [...library.notes, { file: '.', line: null, what: `of ${uses.size} categories and tags the ${MOST_TOPICS} most used became topics` }],
  }
}
