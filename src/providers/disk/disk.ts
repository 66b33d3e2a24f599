import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve, sep } from 'node:path'
import { Invalid, Unavailable } from '../../platform/errors.ts'
import type { Storage } from '../../ports/storage.ts'

/** Files under one folder of this machine; the key is the path. Several processes of one machine may share it. */
export function disk(folder: string): Storage {
  const home = resolve(folder)

  function pathOf(key: string): string {
    const path = resolve(home, key)
    if (!isKey(key) || !path.startsWith(home + sep)) throw new Invalid('This is no key of a stored file.')
    return path
  }

  return {
    async put(key, body) {
      const path = pathOf(key)
      await attempt(() => writeWhole(path, body))
    },

    async read(key) {
      const path = pathOf(key)
      return attempt(() => unlessMissing(() => readFile(path)))
    },

    async stream(key, range) {
      const path = pathOf(key)
      return attempt(() =>
        unlessMissing(async () => {
          const file = await stat(path)
          if (!file.isFile()) return null
          if (range && (range.start < 0 || range.start > range.end || range.start >= file.size)) throw new Invalid('This range lies outside the file.')
          const { start, end } = range ?? { start: 0, end: file.size - 1 }
          const last = Math.min(end, file.size - 1)
          // Opened here, so that a file which cannot be read is an answer and not a broken stream.
          const handle = await open(path)
          const body = file.size === 0 ? handle.createReadStream() : createReadStream(path, { fd: handle, start, end: last })
          return { body, bytes: last - start + 1, contentType: TYPES[extname(key)] ?? 'application/octet-stream' }
        }),
      )
    },

    async remove(key) {
      const path = pathOf(key)
      await attempt(() => rm(path, { force: true }))
    },

    async check() {
      await attempt(async () => {
        const probe = join(home, `.probe-${randomUUID()}`)
        await writeWhole(probe, Buffer.from('ok'))
        await rm(probe)
        await readdir(home)
      })
    },
  }
}

/** Type by name: our keys are ours. */
const TYPES: Record<string, string> = {
  '.avif': 'image/avif', '.webp': 'image/webp', '.jpg': 'image/jpeg', '.png': 'image/png', '.gif': 'image/gif', '.svg': 'image/svg+xml',
  '.mp3': 'audio/mpeg', '.m4a': 'audio/mp4', '.vtt': 'text/vtt', '.pdf': 'application/pdf', '.zip': 'application/zip', '.txt': 'text/plain; charset=utf-8',
}

const isKey = (key: string): boolean => key.length <= 500 && /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*)*$/i.test(key)

/** Beside its place first, then moved there: a reader or a crash never meets half a file. */
async function writeWhole(path: string, body: Buffer): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const draft = join(folder, `.draft-${randomUUID()}`)
  try {
    const file = await open(draft, 'wx', 0o644)
    try {
      await file.writeFile(body)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await syncFolder(folder)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Without this the name itself may be lost in a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return null
    throw error
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    throw new Unavailable(`The disk cannot be used (${code}).`, { cause: error })
  }
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && code.startsWith('E') ? code : ''
}
