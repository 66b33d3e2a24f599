import { describe, expect, it } from 'vitest'
import { assetIdOf, pictureOf, servedType } from '../../src/media/media.ts'

const id = '0199c0de-0000-7000-8000-000000000001'
const variant = (type: string, width: number) => ({ type, width, height: width / 2, key: 'k', bytes: 1 })

describe('a picture in a page', () => {
  const variants = [320, 1280, 2048].flatMap((width) => [variant('image/avif', width), variant('image/webp', width), variant('image/jpeg', width)])

  it('offers every size, best format first, and a plain one of middle width', () => {
    expect(pictureOf({ id, state: 'ready', variants })).toEqual({
      src: `/media/${id}/1280.jpg`,
      width: 2048,
      height: 1024,
      sources: [
        { type: 'image/avif', srcset: `/media/${id}/320.avif 320w, /media/${id}/1280.avif 1280w, /media/${id}/2048.avif 2048w` },
        { type: 'image/webp', srcset: `/media/${id}/320.webp 320w, /media/${id}/1280.webp 1280w, /media/${id}/2048.webp 2048w` },
      ],
    })
  })

  it('is pending until it is ready, and missing when it was refused', () => {
    expect(pictureOf({ id, state: 'pending', variants: [] })).toBe('pending')
    expect(pictureOf({ id, state: 'refused', variants: [] })).toBeNull()
  })
})

describe('an address', () => {
  it('names a picture of ours', () => {
    expect(assetIdOf(`/media/${id}`)).toBe(id)
    expect(assetIdOf(`/media/${id}/640.avif`)).toBe(id)
    for (const other of [`/media/${id}x`, `https://other.example/media/${id}`, '/media/1', '', `//media/${id}`, `/media/${id.toUpperCase()}`]) expect(assetIdOf(other)).toBeNull()
  })

  it('serves variants and nothing else', () => {
    expect(servedType(id, '640.avif')).toBe('image/avif')
    expect(servedType(id, '640.jpg')).toBe('image/jpeg')
    for (const [folder, file] of [[id, '640.svg'], [id, '../originals/x.jpg'], [id, '640.jpg\n'], [id, ''], ['originals', 'abc.jpg'], [id, '640.JPG'], [id, '64000.jpg']] as const) expect(servedType(folder, file)).toBeNull()
  })
})
