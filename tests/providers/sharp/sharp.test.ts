import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { Invalid } from '../../../src/platform/errors.ts'
import type { Images } from '../../../src/ports/images.ts'
import { sharpImages } from '../../../src/providers/sharp/sharp.ts'
import * as pictures from '../../media/pictures.ts'

describe('pictures through sharp', () => {
  let images: Images
  const made: Record<string, Buffer> = {}

  beforeAll(async () => {
    // Everything that needs another decoder or encoder, before the provider switches them off.
    made['photo'] = await pictures.photo(3000, 2000)
    made['place'] = await pictures.photoWithPlace(900, 600)
    made['transparent'] = await pictures.transparentPng()
    made['cmyk'] = await pictures.cmykJpeg()
    made['gif'] = await pictures.animatedGif(5)
    made['tiff'] = await pictures.tiff()
    made['polyglot'] = await pictures.polyglotJpeg()
    made['tiny'] = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#336699' } }).png().toBuffer()
    made['long'] = await sharp({ create: { width: 10, height: 16_500, channels: 3, background: '#336699' } }).png().toBuffer()
    images = sharpImages()
  })
  const get = (name: string): Buffer => made[name] ?? Buffer.alloc(0)
  const refused = async (bytes: Buffer) => {
    const error: unknown = await images.makeVariants(bytes).then(() => null, (reason: unknown) => reason)
    expect(error).toBeInstanceOf(Invalid)
    return (error as Error).message
  }

  it('makes every size up to 2048, in three formats, and reports what it took', async () => {
    const began = performance.now()
    const { width, height, variants } = await images.makeVariants(get('photo'))
    process.stdout.write(`3000 × 2000 into ${variants.length} variants: ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
    expect([width, height]).toEqual([3000, 2000])
    expect(variants.map((variant) => `${variant.type.slice(6)} ${variant.width}`)).toEqual([320, 640, 960, 1280, 1600, 2048].flatMap((size) => ['avif', 'webp', 'jpeg'].map((type) => `${type} ${size}`)))
    for (const variant of variants) {
      const header = await sharp(variant.body).metadata()
      expect([header.width, header.height]).toEqual([variant.width, variant.height])
      expect(Math.abs(variant.height - variant.width * (2 / 3))).toBeLessThanOrEqual(1)
    }
  }, 60_000)

  it('never makes a picture larger than it is', async () => {
    const { variants } = await images.makeVariants(await pictures.photo(500, 400))
    expect([...new Set(variants.map(({ width }) => width))]).toEqual([320, 500])
    expect(await images.makeVariants(get('tiny'))).toMatchObject({ width: 1, height: 1, variants: [{ width: 1, height: 1 }, { width: 1 }, { width: 1 }] })
  })

  it('turns it upright and forgets who took it where', async () => {
    expect(get('place').includes('SECRET-NAME')).toBe(true)
    const { width, height, variants } = await images.makeVariants(get('place'))
    expect([width, height]).toEqual([600, 900])
    for (const { body, width, height } of variants) {
      expect(height).toBeGreaterThan(width)
      const { exif, xmp, iptc, icc, orientation } = await sharp(body).metadata()
      expect([exif, xmp, iptc, icc, orientation ?? 1]).toEqual([undefined, undefined, undefined, undefined, 1])
      expect(body.includes('SECRET-NAME')).toBe(false)
    }
  })

  it('keeps transparency, with PNG for old browsers', async () => {
    const { variants } = await images.makeVariants(get('transparent'))
    expect([...new Set(variants.map(({ type }) => type))]).toEqual(['image/avif', 'image/webp', 'image/png'])
    for (const { body } of variants) expect((await sharp(body).metadata()).hasAlpha).toBe(true)
  })

  it('shows printers\' colours as screens do', async () => {
    const { variants } = await images.makeVariants(get('cmyk'))
    const [red = 0, green = 0, blue = 0] = (await sharp(variants[1]!.body).stats()).channels.map(({ mean }) => mean)
    expect(red).toBeGreaterThan(180)
    expect(Math.max(green, blue)).toBeLessThan(90)
    expect((await sharp(variants[2]!.body).metadata()).space).toBe('srgb')
  })

  it('takes the first frame of an animation', async () => {
    const { height, variants } = await images.makeVariants(get('gif'))
    expect(height).toBe(40)
    expect((await sharp(variants[0]!.body).metadata()).pages ?? 1).toBe(1)
  })

  it('drops what hides behind a picture', async () => {
    const { variants } = await images.makeVariants(get('polyglot'))
    expect(variants).toHaveLength(3)
    for (const { body } of variants) expect(body.includes('alert(1)')).toBe(false)
  })

  it('refuses a picture that claims to be enormous, at once', async () => {
    const began = performance.now()
    expect(await refused(pictures.liarPng(50_000, 50_000))).toBe('The picture is too large: at most 40 million pixels.')
    expect(await refused(pictures.liarPng(8_000, 6_000))).toBe('The picture is too large: at most 40 million pixels.')
    expect(performance.now() - began).toBeLessThan(500)
    expect(await refused(get('long'))).toBe('The picture is too long: at most 16,000 pixels on a side.')
  })

  it('refuses what is damaged', async () => {
    expect(await refused(get('photo').subarray(0, 20_000))).toBe('The picture is damaged or in a form we cannot read.')
    expect(await refused(pictures.liarPng(400, 400))).toBe('The picture is damaged or in a form we cannot read.')
  })

  it('refuses everything that is no picture we take', async () => {
    for (const bytes of [Buffer.alloc(0), pictures.svg, get('tiff'), Buffer.from('%PDF-1.7'), Buffer.from('BM'), Buffer.from('GIF88a')]) {
      expect(await refused(bytes)).toBe('This is not a JPEG, PNG, WebP, AVIF or GIF picture.')
    }
  })

  it('never lets an upload reach the decoder of drawings', async () => {
    for (const magic of ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'RIFF\0\0\0\0WEBP', '\0\0\0\x1cftypavif', 'GIF89a']) {
      expect(await refused(pictures.svgBehind(magic))).toMatch(/damaged|pretends/)
    }
  })

  it('reads nothing that it was not told to', async () => {
    await expect(sharp(get('tiff')).metadata()).rejects.toThrow()
  })

  it('makes a PNG of an operator\'s drawing, twice its size, and reads no file for it', async () => {
    const header = await sharp(await images.rasterise(pictures.svg)).metadata()
    expect([header.format, header.width, header.height]).toEqual(['png', 80, 40])
    const reaching = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10"><image width="10" height="10" xlink:href="file:///etc/hostname"/></svg>')
    expect((await sharp(await images.rasterise(reaching)).stats()).isOpaque).toBe(false)
    await expect(images.rasterise(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="90000" height="90000"/>'))).rejects.toBeInstanceOf(Invalid)
    await expect(images.rasterise(Buffer.from('no drawing'))).rejects.toBeInstanceOf(Invalid)
  })

  it.each([
    'Decorators',
    'How does <async> & "await" really work?',
    '日本語のタイトル 🎉 👩‍👩‍👧 العربية',
    'x'.repeat(500),
    'A very long title '.repeat(60),
    '',
    'control \u0000\u0007 half \ud800 markup <span foreground="red">',
  ])('draws a card for the title %j', async (title) => {
    const card = await images.drawCard({ title, kicker: 'Tutorial & more', site: '<Learn>', hue: 250 })
    const header = await sharp(card).metadata()
    expect([header.format, header.width, header.height]).toEqual(['png', 1200, 630])
    expect(card.length).toBeLessThan(200_000)
  })

  it('draws another card for another title', async () => {
    const card = (title: string) => images.drawCard({ title, kicker: '', site: 'Learn', hue: 250 })
    expect((await card('One')).equals(await card('Two'))).toBe(false)
    expect((await card('One')).equals(await card('One'))).toBe(true)
  })
})
