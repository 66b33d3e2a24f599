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
    author: { name: site.name, link: `${site.url}/` },
    copyright: `Copyright ${site.name}`,
    ...(entries[0] === undefined ? {} : { updated: entries.map((entry) => entry.updatedAt).reduce((one, other) => (one > other ? one : other)) }),
    generator: site.name,
    feedLinks: { [format]: site.url + options.path },
  })
  for (const entry of entries) {
    feed.addItem({
      // Stays when the address changes, so that no reader shows a text twice.
      id: `urn:uuid:${entry.id}`,
      title: printable(entry.title),
      link: site.url + entry.path,
      description: printable(entry.summary),
      // Addresses inside the text are relative to the site; a reader elsewhere needs them whole.
      ...(entry.html === '' ? {} : { content: absolute(printable(entry.html), site.url, site.url + entry.path) }),
      date: entry.updatedAt,
      published: entry.publishedAt,
      author: entry.authors.map((author) => ({ name: author.name, link: `${site.url}/authors/${author.slug}` })),
    })
  }
  return format === 'rss' ? feed.rss2() : feed.atom1()
}

/** XML has no way to write control characters. */
const printable = (text: string): string => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')

/** Makes every address in the text a whole one; what points within the text points to its place on the site. */
function absolute(html: string, siteUrl: string, pageUrl: string): string {
  const whole = (address: string) => (address.startsWith('#') ? pageUrl + address : address.startsWith('/') ? siteUrl + address : address)
  return html.replace(/ (href|src|srcset|cite)="([^"]*)"/g, (_all, name: string, value: string) => ` ${name}="${name === 'srcset' ? value.split(/,\s+/).map(whole).join(', ') : whole(value)}"`)
}
