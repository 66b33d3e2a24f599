import type { Picture } from '../markdown/render.ts'
import { pictureOf, type ShownAsset } from '../media/media.ts'
import { initials } from '../platform/names.ts'
import type { AuthorBox, Contents, Image, Level, MetaLine, TutorialCard } from '../platform/shapes.ts'
import { moment } from '../platform/words.ts'
import type { Access, Level as LevelName } from './document.ts'

const LEVEL_WORDS: Record<LevelName, string> = { basics: 'Basics', intermediate: 'Intermediate', advanced: 'Advanced' }

export const levelWord = (level: LevelName): string => LEVEL_WORDS[level]

export const levelShown = (level: LevelName | null): Level | null => (level === null ? null : { level, label: levelWord(level) })

/** Who wrote it, below a text. */
export const authorBox = (author: { name: string; slug: string; headline: string }): AuthorBox => ({
  name: author.name,
  href: `/authors/${author.slug}`,
  initials: initials(author.name),
  image: null,
  role: author.headline === '' ? null : author.headline,
  bio: null,
})

/** What a reader should know before the click. */
const ACCESS_WORDS: Record<Access, string | null> = { free: null, members: 'For members', paid: 'To buy' }

export interface Byline {
  authors: { name: string; slug: string }[]
  publishedAt: Date | null
  updatedAt: Date | null
  minutes: number
}

/** Who, when and how long. The date of change is shown when it lies a day or more after publication. */
export function metaLine({ authors, publishedAt, updatedAt, minutes }: Byline): MetaLine {
  const changed = publishedAt !== null && updatedAt !== null && updatedAt.getTime() - publishedAt.getTime() >= 86_400_000
  return {
    authors: authors.map((author) => ({ text: author.name, href: `/authors/${author.slug}` })),
    published: publishedAt === null ? null : moment(publishedAt),
    updated: changed ? moment(updatedAt) : null,
    minutes: `${minutes} min read`,
  }
}

/** A cover in the width its place has. Null while it is being prepared. */
export function cover(asset: ShownAsset | null, alt: string, sizes: string): Image | null {
  const picture = asset === null ? null : pictureOf(asset)
  return picture === null || picture === 'pending' ? null : image(picture, alt, sizes)
}

function image(picture: Picture, alt: string, sizes: string): Image {
  // WebP is read by every browser that is still about; AVIF's last bytes are for the big pictures in the text.
  const webp = picture.sources.find((source) => source.type === 'image/webp')
  return { src: picture.src, srcset: webp?.srcset ?? null, sizes: webp === undefined ? null : sizes, width: picture.width, height: picture.height, alt }
}

export interface ListedTutorial extends Byline {
  id: string
  access: Access
  path: string
  title: string
  summary: string
  level: LevelName | null
  coverAlt: string
  cover: ShownAsset | null
  topics: { name: string; slug: string }[]
  completed: boolean
}

export function tutorialCard(tutorial: ListedTutorial): TutorialCard {
  const topic = tutorial.topics[0]
  return {
    title: tutorial.title,
    href: tutorial.path,
    summary: tutorial.summary === '' ? null : tutorial.summary,
    topic: topic === undefined ? null : { text: topic.name, href: `/topics/${topic.slug}` },
    level: levelShown(tutorial.level),
    image: cover(tutorial.cover, tutorial.coverAlt, '(min-width: 48rem) 14rem, 90vw'),
    meta: metaLine(tutorial),
    state: tutorial.completed ? 'Completed' : ACCESS_WORDS[tutorial.access],
  }
}

/** The headings that a contents list shows. */
export function contentsOf(outline: readonly { id: string; text: string; level: number }[]): Contents[] {
  return outline.flatMap(({ id, text, level }) => (level === 2 || level === 3 ? [{ text, href: `#${id}`, level: level as 2 | 3 }] : []))
}
