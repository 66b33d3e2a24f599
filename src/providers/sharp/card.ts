import sharp, { type OverlayOptions } from 'sharp'

const WIDTH = 1200
const HEIGHT = 630
const MARGIN = 80
const TITLE_TOP = 170
const TITLE_HEIGHT = 330
/** The largest that fits wins; in pixels. */
const TITLE_SIZES = [76, 64, 54, 46, 38, 32]
const MOST_GRAPHEMES = 220

/** Pango's own names: whatever the machine has. Without a font for a script, it shows that character's box. */
const SERIF = 'Literata, Noto Serif, DejaVu Serif, serif'
const SANS = 'Noto Sans, DejaVu Sans, sans-serif'

/** Pango breaks the lines: it knows fonts, scripts and emoji, which no count of letters does. */
export async function drawCard({ title, kicker, site, hue }: { title: string; kicker: string; site: string; hue: number }): Promise<Buffer> {
  const words = await fit(shorten(title, MOST_GRAPHEMES))
  const small = await Promise.all([line(shorten(kicker, 60), 30, '#ffffffcc'), line(shorten(site, 40), 34, '#ffffff')])
  const layers: OverlayOptions[] = [
    ...place(small[0], MARGIN, MARGIN + 10),
    ...place(words, MARGIN, TITLE_TOP),
    ...place(small[1], MARGIN, HEIGHT - MARGIN - 34),
  ]
  return sharp(background(hue)).composite(layers).png({ compressionLevel: 9 }).toBuffer()
}

function background(hue: number): Buffer {
  const h = ((Math.round(hue) % 360) + 360) % 360
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">
    <defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${h},45%,17%)"/><stop offset="1" stop-color="hsl(${h},50%,29%)"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/><rect width="14" height="100%" fill="hsl(${h},70%,62%)"/>
  </svg>`)
}

async function fit(title: string): Promise<Buffer | null> {
  let smallest: Buffer | null = null
  for (const size of TITLE_SIZES) {
    const drawn = await draw(`<span font_desc="${SERIF} Bold ${size}px" foreground="#ffffff">${escape(title)}</span>`, WIDTH - 2 * MARGIN)
    if (drawn === null) return null
    if ((await sharp(drawn).metadata()).height <= TITLE_HEIGHT) return drawn
    smallest = drawn
  }
  return smallest === null ? null : cut(smallest, TITLE_HEIGHT)
}

const line = (text: string, size: number, colour: string): Promise<Buffer | null> =>
  draw(`<span font_desc="${SANS} ${size}px" foreground="${colour.slice(0, 7)}" alpha="${colour.length > 7 ? '80%' : '100%'}">${escape(text)}</span>`, WIDTH - 2 * MARGIN).then((drawn) => (drawn === null ? null : cut(drawn, 50)))

/** Null when there is nothing to see. */
async function draw(markup: string, width: number): Promise<Buffer | null> {
  if (markup.replace(/<[^>]*>/g, '').trim() === '') return null
  return sharp({ text: { text: markup, width, rgba: true, wrap: 'word-char', dpi: 72, spacing: 8 } }).png().toBuffer()
}

async function cut(picture: Buffer, height: number): Promise<Buffer> {
  const size = await sharp(picture).metadata()
  return size.height <= height ? picture : sharp(picture).extract({ left: 0, top: 0, width: size.width, height }).png().toBuffer()
}

const place = (input: Buffer | null, left: number, top: number): OverlayOptions[] => (input === null ? [] : [{ input, left, top }])

/** By graphemes, so that no emoji is cut in half; control characters would be an error in Pango's markup. */
function shorten(text: string, most: number): string {
  const clean = text.toWellFormed().replace(/[\p{Cc}\s]+/gu, ' ').trim()
  const graphemes = [...new Intl.Segmenter('en').segment(clean)].map(({ segment }) => segment)
  return graphemes.length <= most ? clean : graphemes.slice(0, most - 1).join('').trimEnd() + '…'
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
