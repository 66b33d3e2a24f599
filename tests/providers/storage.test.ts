import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Invalid, Unavailable } from '../../src/platform/errors.ts'
import type { Storage } from '../../src/ports/storage.ts'
import { disk } from '../../src/providers/disk/disk.ts'
import { s3 } from '../../src/providers/s3/s3.ts'
import { startS3, type S3Server } from '../support/s3-server.ts'

const account = { bucket: 'lectern', accessKeyId: 'AKTEST', secretAccessKey: 'a secret/with+signs=' }
const options = { ...account, region: 'eu-central-1' }
let server: S3Server
let folder = ''

beforeAll(async () => {
  server = await startS3(account)
  folder = await mkdtemp(join(tmpdir(), 'lectern-disk-'))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

describe.each([
  { kind: 'disk', open: (): Storage => disk(folder) },
  { kind: 's3', open: (): Storage => s3({ ...options, endpoint: server.url }) },
])('storage on $kind', ({ open }) => {
  const bytes = Buffer.from(Array.from({ length: 300_045 }, (_, i) => (i * 7) % 251))
  const png = { contentType: 'image/png', public: true }

  it('gives back what was put', async () => {
    const storage = open()
    await storage.put('media/a/320.png', bytes, png)
    expect((await storage.read('media/a/320.png'))?.equals(bytes)).toBe(true)
    const whole = await storage.stream('media/a/320.png')
    expect(whole).toMatchObject({ bytes: bytes.length, contentType: 'image/png' })
    expect((await buffer(whole!.body)).equals(bytes)).toBe(true)
  })

  it('gives a part', async () => {
    const storage = open()
    await storage.put('media/a/320.png', bytes, png)
    const part = await storage.stream('media/a/320.png', { start: 1_000, end: 1_999 })
    expect(part?.bytes).toBe(1_000)
    expect((await buffer(part!.body)).equals(bytes.subarray(1_000, 2_000))).toBe(true)
    const tail = await storage.stream('media/a/320.png', { start: 300_000, end: 999_999 })
    expect(tail?.bytes).toBe(45)
    expect((await buffer(tail!.body)).equals(bytes.subarray(300_000))).toBe(true)
  })

  it('refuses a part that is not there', async () => {
    const storage = open()
    await storage.put('media/a/320.png', bytes, png)
    await expect(storage.stream('media/a/320.png', { start: 999_999, end: 1_000_000 })).rejects.toBeInstanceOf(Invalid)
    await expect(storage.stream('media/a/320.png', { start: 5, end: 2 })).rejects.toBeInstanceOf(Invalid)
  })

  it('says null for what is not there', async () => {
    const storage = open()
    expect(await storage.read('media/none/320.png')).toBeNull()
    expect(await storage.stream('media/none/320.png')).toBeNull()
    expect(await storage.stream('media/none/320.png', { start: 0, end: 9 })).toBeNull()
  })

  it('writes the same key again, removes it, and removes it again', async () => {
    const storage = open()
    await storage.put('a/b.txt', Buffer.from('one'), png)
    await storage.put('a/b.txt', Buffer.from('two'), png)
    expect(String(await storage.read('a/b.txt'))).toBe('two')
    await storage.remove('a/b.txt')
    await storage.remove('a/b.txt')
    expect(await storage.read('a/b.txt')).toBeNull()
  })

  it('keeps an empty file', async () => {
    const storage = open()
    await storage.put('a/empty.txt', Buffer.alloc(0), png)
    expect(await storage.read('a/empty.txt')).toHaveLength(0)
    const stream = await storage.stream('a/empty.txt')
    expect(stream?.bytes).toBe(0)
    expect(await buffer(stream!.body)).toHaveLength(0)
  })

  it('says that it works', async () => {
    await open().check()
  })

  it('never shows half a file to those who read while it is written', async () => {
    const storage = open()
    const versions = [Buffer.alloc(200_000, 'a'), Buffer.alloc(200_000, 'b')]
    await storage.put('a/big.bin', versions[0]!, png)
    const writes = Promise.all(Array.from({ length: 10 }, (_, i) => storage.put('a/big.bin', versions[i % 2]!, png)))
    const reads = await Promise.all(Array.from({ length: 20 }, () => storage.read('a/big.bin')))
    await writes
    expect(reads.every((read) => versions.some((version) => read?.equals(version)))).toBe(true)
  })
})

describe('disk', () => {
  it.each(['../secret', 'a/../../secret', '/etc/passwd', 'a//b', 'a/./b', '.hidden', 'a/.draft', '', 'a\u0000b', 'a\\..\\b', 'x'.repeat(501), 'a/', 'a b'])('refuses the key %j', async (key) => {
    const storage = disk(folder)
    await expect(storage.put(key, Buffer.from('x'), { contentType: 'text/plain', public: false })).rejects.toBeInstanceOf(Invalid)
    await expect(storage.read(key)).rejects.toBeInstanceOf(Invalid)
    await expect(storage.stream(key)).rejects.toBeInstanceOf(Invalid)
    await expect(storage.remove(key)).rejects.toBeInstanceOf(Invalid)
  })

  it('is unavailable when its folder cannot be used, and leaves no drafts', async () => {
    const file = join(folder, 'a-file')
    await writeFile(file, 'x')
    await expect(disk(file).check()).rejects.toBeInstanceOf(Unavailable)
    await expect(disk(file).put('a/b.txt', Buffer.from('x'), { contentType: 'text/plain', public: false })).rejects.toBeInstanceOf(Unavailable)
    const left = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.draft') || name.includes('.probe'))
    expect(left).toEqual([])
  })

  it('does not take a folder for a file', async () => {
    const storage = disk(folder)
    await storage.put('dir/file.txt', Buffer.from('x'), { contentType: 'text/plain', public: false })
    expect(await storage.read('dir')).toBeNull()
    expect(await storage.stream('dir')).toBeNull()
  })
})

describe('s3', () => {
  const open = (change: Partial<typeof options> = {}) => s3({ ...options, ...change, endpoint: server.url })

  it('stores exactly the bytes, with type and caching', async () => {
    await open().put('media/x/640.avif', Buffer.from('exactly this'), { contentType: 'image/avif', public: true })
    expect(server.objects.get('media/x/640.avif')).toEqual({ body: Buffer.from('exactly this'), type: 'image/avif', cacheControl: 'public, max-age=31536000, immutable' })
  })

  it('is unavailable, not broken, with a wrong secret or bucket', async () => {
    await expect(open({ secretAccessKey: 'wrong' }).read('a/b.txt')).rejects.toThrow('The file store failed: SignatureDoesNotMatch.')
    await expect(open({ accessKeyId: 'AKOTHER' }).read('a/b.txt')).rejects.toBeInstanceOf(Unavailable)
    await expect(open({ bucket: 'other' }).read('a/b.txt')).rejects.toThrow('NoSuchBucket')
    await expect(open({ bucket: 'other' }).check()).rejects.toBeInstanceOf(Unavailable)
  })

  it('tries again after a fault, three times in all', async () => {
    const storage = open()
    await storage.put('a/retry.txt', Buffer.from('x'), { contentType: 'text/plain', public: false })
    server.faults.push(503, 'drop')
    expect(String(await storage.read('a/retry.txt'))).toBe('x')
    server.faults.push(500, 500, 500)
    await expect(storage.read('a/retry.txt')).rejects.toBeInstanceOf(Unavailable)
    expect(server.faults).toEqual([])
  })

  it('is unavailable when the answer breaks off', async () => {
    const storage = open()
    await storage.put('a/long.bin', Buffer.alloc(100_000), { contentType: 'text/plain', public: false })
    server.faults.push('truncate')
    await expect(storage.read('a/long.bin')).rejects.toBeInstanceOf(Unavailable)
  })

  it('is unavailable when nobody listens', async () => {
    await expect(s3({ ...options, endpoint: 'http://127.0.0.1:9' }).check()).rejects.toBeInstanceOf(Unavailable)
  })

  it('stops waiting for an answer that does not come, tries included', async () => {
    const storage = s3({ ...options, endpoint: server.url, timeLimit: 800 })
    server.faults.push('hang', 'hang', 'hang')
    const began = performance.now()
    await expect(storage.read('a/b.txt')).rejects.toBeInstanceOf(Unavailable)
    expect(performance.now() - began).toBeLessThan(2_000)
    server.faults.length = 0
  })
})
