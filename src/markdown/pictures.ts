import { attributes, escapeHtml } from './html.ts'
import { isForeign, isSafeAddress } from './links.ts'
import { quoted, report, type Page, type Picture } from './page.ts'
import type { Token } from 'markdown-it'

// The prose column is 44rem wide; below that a picture takes the screen less the page's margins.
const SIZES = '(max-width: 46rem) calc(100vw - 2rem), 44rem'

/** One picture as phrasing content: a `picture`, or the most honest thing that can be said in its place. */
export function pictureHtml(page: Page, token: Token | null, written: string, alt: string): string {
  const src = written.trim()
  if (src) page.pictures.add(src)
  if (!alt.trim()) report(page, token, `picture ${quoted(src)} has no alternative text`)

  const picture = src && isSafeAddress(src) ? page.context.picture(src) : null
  if (picture === 'pending') return pending(alt)
  if (picture) return ready(picture, alt)
  if (/^(?:https?:)?[\\/]{2}/i.test(src) && isForeign(src, page.context.origin)) return elsewhere(page, src, alt)

  report(page, token, `picture ${quoted(src)} is missing`)
  return `<span class="picture-missing">Missing picture: ${escapeHtml(alt || src)}</span>`
}

function ready(picture: Picture, alt: string): string {
  const sources = picture.sources
    .map(({ type, srcset }) => `<source${attributes({ type, srcset, sizes: SIZES })} />`)
    .join('')
  const { src, width, height } = picture
  const image = `<img${attributes({ src, alt, width, height, loading: 'lazy', decoding: 'async' })} />`
  return `<picture>${sources}${image}</picture>`
}

function pending(alt: string): string {
  const label = alt ? `Picture in preparation: ${alt}` : 'Picture in preparation'
  return `<span class="picture-pending">${escapeHtml(label)}</span>`
}

// Our policy shows pictures from this site only, so a foreign one becomes the reader's own choice.
function elsewhere(page: Page, src: string, alt: string): string {
  const label = `Picture: ${escapeHtml(alt || src)}`
  if (page.linkDepth > 0) return label
  return `<a class="picture-link"${attributes({ href: src, rel: 'noopener' })}>${label}</a>`
}

/** Caption and credit of a figure, from a title written `Caption | Credit`. */
export function captionOf(title: string): { caption: string; credit: string } {
  const bar = title.lastIndexOf(' | ')
  if (bar >= 0) return { caption: title.slice(0, bar).trim(), credit: title.slice(bar + 3).trim() }
  return title.startsWith('| ') ? { caption: '', credit: title.slice(2).trim() } : { caption: title.trim(), credit: '' }
}

export function figureHtml(picture: string, title: string): string {
  const { caption, credit } = captionOf(title)
  const creditHtml = credit ? `<small class="credit">${escapeHtml(credit)}</small>` : ''
  const text = [escapeHtml(caption), creditHtml].filter(Boolean).join(' · ')
  return `<figure class="figure">${picture}${text ? `<figcaption>${text}</figcaption>` : ''}</figure>`
}
