import { Feed } from 'feed'
import type { SiteInfo } from '../content/meta.ts'
import type { FeedEntry } from './queries.ts'

/** RSS 2.0 or Atom 1.0 of the newest texts. What is not free goes out with its summary alone. */
export function feedText(format: 'rss' | 'atom', options: { site: SiteInfo & { tagline: string }; title: string; path: string; entries: readonly FeedEntry[] }): string {
  const { site, entries } = options
  const feed = new Feed({
    title: options.title,
    description: site.tagline,
    id: `${site.url}/`,
    link: `${site.url}/`,
    language: 'en',
    copyright: `Copyright ${site.name}`,
    ...(entries[0] === undefined ? {} : { updated: entries.map((entry) => entry.updatedAt).reduce((one, other) => (one > other ? one : other)) }),
    generator: site.name,
    feedLinks: { [format]: site.url + options.path },
  })
  for (const entry of entries) {
    feed.addItem({
      id: `${site.url}${entry.path}`,
      title: entry.title,
      link: site.url + entry.path,
      description: entry.summary,
      // Addresses inside the text are relative to the site; a reader elsewhere needs them whole.
      ...(entry.html === '' ? {} : { content: absolute(entry.html, site.url) }),
      date: entry.updatedAt,
      published: entry.publishedAt,
      author: entry.authors.map((author) => ({ name: author.name, link: `${site.url}/authors/${author.slug}` })),
    })
  }
  return format === 'rss' ? feed.rss2() : feed.atom1()
}

const absolute = (html: string, url: string): string =>
  html.replace(/ (href|src|srcset)="([^"]*)"/g, (_whole, name: string, value: string) => ` ${name}="${name === 'srcset' ? value.replace(/(^|,\s*)\//g, `$1${url}/`) : value.replace(/^\//, `${url}/`)}"`)
