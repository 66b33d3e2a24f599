import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { chooseEncoding, type Encoding, type Entry, type PageCache } from '../page-cache.ts'
import type { Assets } from './assets.ts'
import type { HeaderList } from './headers.ts'

/**
 * The first thing a request meets: files of the build and whole cached pages for visitors without a session are
 * answered here, before Express, sessions and templates. Everything else goes on to the application.
 */
export function front(options: {
  assets: Assets
  cache: PageCache
  headers: HeaderList
  sessionCookie: string
  /** The one host we answer to; null in development. */
  host: string | null
  application: RequestListener
}): RequestListener {
  const { assets, cache, application } = options
  const security = options.headers.flat()
  const pending = new Map<string, Promise<Entry | null>>()
  const cookieStart = `${options.sessionCookie}=`

  const isVisitor = (req: IncomingMessage) => !(req.headers.cookie?.includes(cookieStart) ?? false)

  /** One render per missing page: the first request makes it, the others wait for what it made. */
  const renderOnce = async (key: string, req: IncomingMessage, res: ServerResponse) => {
    const running = pending.get(key)
    if (running !== undefined) {
      const entry = await running
      if (entry !== null) return sendEntry(req, res, entry, security)
      return application(req, res)
    }
    const capture = captureFor(key, cache)
    pending.set(key, capture.made)
    void capture.made.then(() => pending.delete(key))
    captures.set(res, capture)
    res.once('close', () => capture.done(null))
    application(req, res)
  }

  return (req, res) => {
    const url = req.url ?? '/'
    if (req.method !== 'GET' && req.method !== 'HEAD') return application(req, res)
    if (url.startsWith('/assets/')) {
      const asset = assets.find(url)
      if (asset !== undefined) return sendAsset(req, res, asset, security)
    }
    if (!isVisitor(req) || (options.host !== null && req.headers.host !== options.host)) return application(req, res)

    const key = cacheKey(url)
    if (key === null) return application(req, res)
    const entry = cache.get(key)
    if (entry !== undefined && !entry.stale) return sendEntry(req, res, entry, security)
    void renderOnce(key, req, res)
  }
}

/** What a page may depend on. Anything else in a query changes nothing and is left out of the key. */
const KNOWN_KEYS = ['page', 'topic', 'level', 'access', 'sort', 'author']

/** Areas that are never cached, so that their requests need not wait for each other. */
const NEVER = /^\/(account|admin|api|checkout|dev|links|media|search|sign-|thank-you|webhooks|livez|readyz|reset)/

/** Path and known query keys in one order, or null for what is never cached. */
export function cacheKey(url: string): string | null {
  if (NEVER.test(url)) return null
  const mark = url.indexOf('?')
  if (mark === -1) return url
  const query = new URLSearchParams(url.slice(mark + 1))
  const kept = KNOWN_KEYS.flatMap((name) => query.getAll(name).map((value) => `${name}=${encodeURIComponent(value)}`))
  const path = url.slice(0, mark)
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

interface Capture {
  key: string
  /** The cache's generation before the page was read. */
  since: number
  made: Promise<Entry | null>
  done(entry: Entry | null): void
}

const captures = new WeakMap<ServerResponse, Capture>()

function captureFor(key: string, cache: PageCache): Capture {
  let done: (entry: Entry | null) => void = () => undefined
  const made = new Promise<Entry | null>((resolve) => {
    done = resolve
  })
  return { key, since: cache.generation(), made, done }
}

/** Stores the page and sends it, if this answer may be cached at all; says whether it did. */
export async function sendCached(
  req: IncomingMessage,
  res: ServerResponse,
  options: { cache: PageCache; body: string; contentType: string; tags: readonly string[]; headers: HeaderList },
): Promise<boolean> {
  const capture = captures.get(res)
  if (capture === undefined) return false
  const entry = await options.cache.store(capture.key, options.body, { ...options, since: capture.since })
  capture.done(entry)
  sendEntry(req, res, entry, options.headers.flat())
  return true
}

/** A copy that is out of date but better than an error page, if there is one for this request. */
export function findStale(req: IncomingMessage, cache: PageCache): Entry | undefined {
  if (req.method !== 'GET' && req.method !== 'HEAD') return undefined
  const key = cacheKey((req as { originalUrl?: string }).originalUrl ?? req.url ?? '/')
  return key === null ? undefined : cache.get(key)
}

/** Browsers ask again each time; a CDN may keep the page for five minutes, and longer while we are away. */
const PAGE_CACHING = 'public, max-age=0, s-maxage=300, stale-while-revalidate=60, stale-if-error=86400'

export function sendEntry(req: IncomingMessage, res: ServerResponse, entry: Entry, security: readonly string[], extra: readonly string[] = []): void {
  const encoding = chooseEncoding(req.headers['accept-encoding'] as string | undefined)
  const headers = ['ETag', entry.etag, 'Cache-Control', PAGE_CACHING, 'Vary', 'Accept-Encoding, Cookie', ...extra, ...security]
  if (matches(req.headers['if-none-match'], entry.etag)) {
    res.writeHead(304, headers)
    res.end()
    return
  }
  const body = entry.bodies[encoding]
  if (encoding !== 'identity') headers.push('Content-Encoding', encoding)
  headers.push('Content-Type', entry.contentType, 'Content-Length', String(body.length))
  res.writeHead(200, headers)
  res.end(req.method === 'HEAD' ? undefined : body)
}

function sendAsset(
  req: IncomingMessage,
  res: ServerResponse,
  asset: { contentType: string; bodies: Partial<Record<Encoding, Buffer>> & { identity: Buffer } },
  security: readonly string[],
): void {
  const wanted = chooseEncoding(req.headers['accept-encoding'] as string | undefined)
  const encoding = asset.bodies[wanted] === undefined ? 'identity' : wanted
  const body = asset.bodies[encoding] ?? asset.bodies.identity
  // The address carries the content's hash, so the address is the tag.
  const etag = `"${(req.url ?? '').slice(-60)}"`
  const headers = ['Cache-Control', 'public, max-age=31536000, immutable', 'ETag', etag, ...security]
  if (asset.bodies.gzip !== undefined || asset.bodies.br !== undefined) headers.push('Vary', 'Accept-Encoding')
  if (matches(req.headers['if-none-match'], etag)) {
    res.writeHead(304, headers)
    res.end()
    return
  }
  if (encoding !== 'identity') headers.push('Content-Encoding', encoding)
  headers.push('Content-Type', asset.contentType, 'Content-Length', String(body.length))
  res.writeHead(200, headers)
  res.end(req.method === 'HEAD' ? undefined : body)
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return header === '*' || header.split(',').some((tag) => bare(tag) === bare(etag))
}
