export interface Variant {
  type: 'image/avif' | 'image/webp' | 'image/jpeg' | 'image/png'
  width: number
  height: number
  body: Buffer
}

export interface Images {
  /**
   * Decodes a hostile upload and makes every size we serve (320 to 2048 px wide, never larger than the original):
   * AVIF, WebP and a fallback (JPEG, or PNG when it has transparency). Metadata is gone, orientation applied.
   * Throws `Invalid` with a sentence for the uploader when it is not a picture we accept or is too large.
   * `quickly` takes less time for slightly more bytes: somebody is waiting.
   */
  makeVariants(original: Buffer, options?: { quickly?: boolean }): Promise<{ width: number; height: number; variants: Variant[] }>
  /** A vector drawing from an operator's own import, as a PNG twice its size. Never for uploads. */
  rasterise(svg: Buffer): Promise<Buffer>
  /** The 1200 × 630 picture that social sites show: PNG. */
  drawCard(card: { title: string; kicker: string; site: string; hue: number }): Promise<Buffer>
}

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'

/**
 * What an upload is, by its first bytes; its name and the type it claims count for nothing. Null: not a picture we take.
 * SVG and TIFF are not among them, so their decoders never see an upload.
 */
export function pictureFormat(bytes: Buffer): PictureFormat | null {
  const text = (start: number, end: number) => bytes.toString('latin1', start, end)
  if (text(0, 3) === '\xff\xd8\xff') return 'jpeg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (text(4, 8) === 'ftyp' && /^avi[fs]$/.test(text(8, 12))) return 'avif'
  if (/^GIF8[79]a$/.test(text(0, 6))) return 'gif'
  return null
}
