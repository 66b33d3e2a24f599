import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Encoding } from '../compression.ts'

export interface Asset {
  contentType: string
  bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer }
}

export interface Assets {
  /** The address of a file in `public/`, with its content's hash in it. Throws for a name that does not exist. */
  url(name: string): string
  find(path: string): Asset | undefined
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json; charset=utf-8',
}

const PREFIX = '/assets/'

/** Reads what the build made: every file with a hash in its name, compressed ahead. Small enough to keep in memory. */
export function loadAssets(folder: string): Assets {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, string>
  const files = new Map<string, Asset>()
  for (const hashed of Object.values(manifest)) files.set(PREFIX + hashed, readAsset(join(folder, hashed)))
  return {
    url(name) {
      const hashed = manifest[name]
      if (hashed === undefined) throw new Error(`There is no public/${name}.`)
      return PREFIX + hashed
    },
    find: (path) => files.get(path),
  }
}

function readAsset(file: string): Asset {
  const bodies: Asset['bodies'] = { identity: readFileSync(file) }
  if (existsSync(`${file}.br`)) bodies.br = readFileSync(`${file}.br`)
  if (existsSync(`${file}.gz`)) bodies.gzip = readFileSync(`${file}.gz`)
  return { contentType: TYPES[extname(file)] ?? 'application/octet-stream', bodies }
}
