import type { Readable } from 'node:stream'

/** Where files live: pictures now, downloads and backups later. Keys are `folder/name.ext`, never a person's input. */
export interface Storage {
  /** Writes the whole object or nothing; the same key may be written again with the same bytes. */
  put(key: string, body: Buffer, options: { contentType: string; public: boolean }): Promise<void>
  /** The object's bytes, or null when there is none. */
  read(key: string): Promise<Buffer | null>
  /** The object as a stream with its size, or null. `range` is inclusive, in bytes. */
  stream(key: string, range?: { start: number; end: number }): Promise<{ body: Readable; bytes: number; contentType: string } | null>
  remove(key: string): Promise<void>
  /** Is it there and working? Throws `Unavailable` if not. */
  check(): Promise<void>
}
