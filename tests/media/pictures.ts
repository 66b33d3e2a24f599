import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

// Pictures, good and hostile. Made before the provider restricts what libvips may read.

const noise = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: '#8899aa', noise: { type: 'gaussian', mean: 128, sigma: 40 } } })

export const photo = (width: number, height: number): Promise<Buffer> => noise(width, height).jpeg({ quality: 85 }).toBuffer()

/** Turned by EXIF, with the place where it was taken. */
export const photoWithPlace = (width: number, height: number): Promise<Buffer> =>
  noise(width, height)
    .withExif({ IFD0: { Copyright: 'SECRET-NAME' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()

export const transparentPng = (): Promise<Buffer> =>
  sharp({ create: { width: 500, height: 300, channels: 4, background: { r: 200, g: 30, b: 30, alpha: 0.4 } } }).png().toBuffer()

/** Solid red in CMYK. */
export const cmykJpeg = (): Promise<Buffer> => sharp({ create: { width: 400, height: 200, channels: 3, background: '#e01010' } }).toColourspace('cmyk').jpeg().toBuffer()

export const animatedGif = (frames: number): Promise<Buffer> => {
  const colours = Array.from({ length: frames }, (_, i) => Buffer.alloc(60 * 40 * 3, (i * 40) % 256))
  return sharp(Buffer.concat(colours), { raw: { width: 60, height: 40 * frames, channels: 3, pageHeight: 40 } }).gif({ delay: Array<number>(frames).fill(100), loop: 0 }).toBuffer()
}

/** A PNG of one blank row, whose header claims whatever size is wanted. */
export function liarPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.alloc(Math.min(width * 3 + 1, 1_000_000)))
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

export const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>alert(1)</script><rect width="40" height="20" fill="#ff0000"/></svg>')

/** Begins like the given format and is otherwise a drawing. */
export const svgBehind = (magic: string): Buffer => Buffer.concat([Buffer.from(magic, 'latin1'), svg])

/** A sound JPEG that carries a script, a ZIP's end and HTML behind its picture. */
export const polyglotJpeg = async (): Promise<Buffer> => Buffer.concat([await photo(100, 80), Buffer.from('<script>alert(1)</script><svg onload=alert(1)>PK\x05\x06', 'latin1')])

export const tiff = (): Promise<Buffer> => noise(50, 50).tiff().toBuffer()
