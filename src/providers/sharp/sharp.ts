import sharp from 'sharp'
import { Invalid } from '../../platform/errors.ts'
import { pictureFormat, type Images, type Variant } from '../../ports/images.ts'
import { drawCard } from './card.ts'

const WIDTHS = [320, 640, 960, 1280, 1600, 2048] as const
const WIDEST = 2048
const MOST_PIXELS = 40_000_000
/** WebP cannot be longer than 16,383 pixels. */
const LONGEST_SIDE = 16_000
const TIME_LIMIT = { seconds: 10 }

/** Strict about what comes in: a truncated file is an error, one with too many pixels is refused from its header. */
const HOSTILE = { limitInputPixels: MOST_PIXELS, failOn: 'warning', sequentialRead: true, animated: false } as const

/** Pictures through libvips, in the worker: its threads are its own, its memory is not shared with pages. */
export function sharpImages(): Images {
  limitDecoders()
  return { makeVariants, rasterise, drawCard }
}

/**
 * Everything that libvips can read is off but these six. SVG is on for our own drawings only: `makeVariants` goes by the
 * first bytes, and then checks that libvips chose the decoder those bytes name.
 */
function limitDecoders(): void {
  sharp.cache(false)
  sharp.concurrency(1)
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp', 'VipsForeignLoadHeif', 'VipsForeignLoadNsgif', 'VipsForeignLoadSvg'] })
}

async function makeVariants(original: Buffer, { quickly = false }: { quickly?: boolean } = {}): Promise<{ width: number; height: number; variants: Variant[] }> {
  await checkHeader(original)
  const base = await decode(original)
  const variants: Variant[] = []
  for (const width of widthsFor(base.info.width)) {
    const pixels = await scale(base, width)
    variants.push(...(await encode(pixels, base.transparent, quickly ? 0 : 2)))
  }
  return { ...base.size, variants }
}

async function checkHeader(original: Buffer): Promise<void> {
  const format = pictureFormat(original)
  if (format === null) throw new Invalid('This is not a JPEG, PNG, WebP, AVIF or GIF picture.')
  const header = await sharp(original, HOSTILE).metadata().catch(refuse)
  const read = header.format === 'heif' && header.compression === 'av1' ? 'avif' : header.format
  if (read !== format) throw new Invalid('This file pretends to be another kind of picture than it is.')
  if (Math.max(header.width, header.height) > LONGEST_SIDE) throw new Invalid(`The picture is too long: at most ${LONGEST_SIDE.toLocaleString('en')} pixels on a side.`)
}

interface Pixels {
  data: Buffer
  info: { width: number; height: number; channels: 1 | 2 | 3 | 4 }
}

/** Upright, sRGB, at most as wide as we serve, as bare pixels: no metadata can survive that. */
async function decode(original: Buffer): Promise<Pixels & { size: { width: number; height: number }; transparent: boolean }> {
  const upright = sharp(original, HOSTILE).timeout(TIME_LIMIT).autoOrient()
  const { data, info } = await upright
    .resize({ width: WIDEST, withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(refuse)
  const { autoOrient: size } = await sharp(original, HOSTILE).metadata()
  const pixels = { data, info: { width: info.width, height: info.height, channels: info.channels as Pixels['info']['channels'] } }
  const transparent = [2, 4].includes(info.channels) && !(await open(pixels).stats()).isOpaque
  return { ...pixels, size, transparent }
}

const open = ({ data, info }: Pixels) => sharp(data, { raw: info }).timeout(TIME_LIMIT)

async function scale(base: Pixels, width: number): Promise<Pixels> {
  if (width === base.info.width) return base
  const { data, info } = await open(base).resize({ width }).raw().toBuffer({ resolveWithObject: true })
  return { data, info: { width: info.width, height: info.height, channels: info.channels as Pixels['info']['channels'] } }
}

/** AVIF at effort 2: a tenth of the time of the default for a few per cent more bytes. At 0 it takes a quarter of that. */
async function encode(pixels: Pixels, transparent: boolean, effort: number): Promise<Variant[]> {
  const { width, height } = pixels.info
  const flat = () => (transparent ? open(pixels) : open(pixels).removeAlpha())
  return [
    { type: 'image/avif', width, height, body: await flat().avif({ quality: 55, effort }).toBuffer() },
    { type: 'image/webp', width, height, body: await flat().webp({ quality: 78 }).toBuffer() },
    transparent
      ? { type: 'image/png', width, height, body: await flat().png({ compressionLevel: 9 }).toBuffer() }
      : { type: 'image/jpeg', width, height, body: await flat().jpeg({ quality: 80, mozjpeg: true }).toBuffer() },
  ]
}

/** Never wider than the picture; a size just below its own is left out. */
function widthsFor(width: number): number[] {
  return [...WIDTHS.filter((step) => step < width * 0.9), Math.min(width, WIDEST)]
}

/** libvips' reasons, as a sentence for the person who uploaded. */
function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message : ''
  if (/pixel limit/i.test(reason)) throw new Invalid(`The picture is too large: at most ${MOST_PIXELS / 1e6} million pixels.`, { cause: error })
  if (/timeout/i.test(reason)) throw new Invalid('The picture takes too long to read.', { cause: error })
  throw new Invalid('The picture is damaged or in a form we cannot read.', { cause: error })
}

async function rasterise(svg: Buffer): Promise<Buffer> {
  // Drawings are made for 72 points an inch; twice that is twice their size.
  return sharp(svg, { ...HOSTILE, density: 144 }).timeout(TIME_LIMIT).png({ compressionLevel: 9 }).toBuffer().catch(refuse)
}
