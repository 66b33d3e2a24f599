import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { chooseEncoding, type Encoding } from '../compression.ts'
import type { Entry, PageCache } from '../page-cache.ts'
import type { Asset, Assets } from './assets.ts'
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
  /** A proxy in front says how a visitor came, and we are at home on https: who came by http is sent there. */
  onlyHttps: boolean
  application: RequestListener
}): RequestListener {
  const { assets, cache, application, host } = options
  const security = options.headers.flat()
  const pending = new Map<string, Capture>()
  const cookieStart = `${options.sessionCookie}=`

  const isVisitor = (asked: Asked) => !asked.cookie.includes(cookieStart)
  const isHere = (req: IncomingMessage, asked: Asked) => (host === null || asked.host === host) && (!options.onlyHttps || cameByHttps(req))

  /** One render per missing page: the first request makes it, the others wait for what it made. */
  const renderOnce = async (key: string, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const running = pending.get(key)
    // What was begun before the last change is not good enough for whoever comes after it.
    if (running === undefined || running.since !== cache.generation()) return begin(key, req, res)
    const outcome = await running.outcome
    if (res.destroyed) return
    if (outcome === 'left') return renderOnce(key, req, res)
    if (outcome === 'made nothing') return application(req, res)
    sendEntry(req, res, outcome, security)
  }

  const begin = (key: string, req: IncomingMessage, res: ServerResponse) => {
    const capture = newCapture(key, cache)
    pending.set(key, capture)
    void capture.outcome.then(() => pending.get(key) === capture && pending.delete(key))
    captures.set(res, capture)
    const patience = setTimeout(() => sendStale(req, res, cache), PATIENCE)
    res.once('close', () => {
      clearTimeout(patience)
      if (res.writableEnded && NO_PAGE.has(res.statusCode)) cache.drop(key)
      capture.settle(res.writableEnded ? 'made nothing' : 'left')
    })
    application(req, res)
  }

  return (req, res) => {
    const url = req.url ?? '/'
    if (req.method !== 'GET' && req.method !== 'HEAD') return application(req, res)
    if (url.startsWith('/assets/')) {
      const asset = assets.find(url)
      if (asset !== undefined) return sendAsset(req, res, asset, security)
    }
    const asked = glance(req)
    if (!isVisitor(asked) || !isHere(req, asked)) return application(req, res)
    // Most ask by the very address under which a page is kept.
    const known = cache.get(url)
    if (known !== undefined && cache.isGood(known)) return sendEntry(req, res, known, security, asked)
    const key = cacheKey(url)
    if (key === null) return application(req, res)
    const entry = key === url ? known : cache.get(key)
    if (entry !== undefined && cache.isGood(entry)) return sendEntry(req, res, entry, security, asked)
    void renderOnce(key, req, res)
  }
}

/** The headers that count here. */
interface Asked {
  cookie: string
  host: string
  acceptEncoding: string
  ifNoneMatch: string
}

/** Reads them from the raw list: building `req.headers` for every header a browser sends would cost as much as the rest. */
function glance(req: IncomingMessage): Asked {
  const asked: Asked = { cookie: '', host: '', acceptEncoding: '', ifNoneMatch: '' }
  const raw = req.rawHeaders
  for (let index = 0; index < raw.length; index += 2) {
    const name = ASKED[raw[index]?.length ?? 0]
    if (name === undefined || raw[index]?.toLowerCase() !== name.header) continue
    const value = raw[index + 1] ?? ''
    asked[name.key] = asked[name.key] === '' ? value : `${asked[name.key]}, ${value}`
  }
  return asked
}

/** By the length of their names: each has its own. */
const ASKED: Partial<Record<number, { header: string; key: keyof Asked }>> = {
  4: { header: 'host', key: 'host' },
  6: { header: 'cookie', key: 'cookie' },
  13: { header: 'if-none-match', key: 'ifNoneMatch' },
  15: { header: 'accept-encoding', key: 'acceptEncoding' },
}

const cameByHttps = (req: IncomingMessage): boolean => /^https\s*(?:,|$)/i.test(String(req.headers['x-forwarded-proto'] ?? ''))

/** Longer than any page takes: Postgres hangs, and a copy that is out of date is better than waiting on. */
const PATIENCE = 2_000

/** Answers that say that a page kept under this address is not there any more. */
const NO_PAGE = new Set([301, 303, 404, 410])

/** What a page may depend on. Anything else in a query changes nothing and is left out of the key. */
const KNOWN_KEYS = ['page', 'topic', 'level', 'access', 'sort', 'author']

/** Areas that are never cached, so that their requests need not wait for each other. */
const NEVER = /^\/(?:account|admin|api|assets|cards|checkout|dev|links|livez|media|readyz|reset-password|search|sign-in|sign-out|sign-up|thank-you|webhooks)(?:[/?]|$)/

/** Path and known query keys in one order, or null for what is never cached. */
export function cacheKey(url: string): string | null {
  if (!url.startsWith('/') || NEVER.test(url)) return null
  const mark = url.indexOf('?')
  if (mark === -1) return url
  const query = new URLSearchParams(url.slice(mark + 1))
  const kept = KNOWN_KEYS.flatMap((name) => query.getAll(name).map((value) => `${name}=${encodeURIComponent(value)}`))
  const path = url.slice(0, mark)
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`
}

type Outcome = Entry | 'made nothing' | 'left'

/** A page that is being rendered for the first who asked, while others wait. */
interface Capture {
  key: string
  /** The cache's generation before the page was read. */
  since: number
  outcome: Promise<Outcome>
  settle(outcome: Outcome): void
}

const captures = new WeakMap<ServerResponse, Capture>()

function newCapture(key: string, cache: PageCache): Capture {
  let settle: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve
  })
  return { key, since: cache.generation(), outcome, settle }
}

export interface CachedAnswer {
  cache: PageCache
  body: string
  contentType: string
  tags: readonly string[]
  headers: HeaderList
  /** The one address under which the page is kept. */
  address: string
}

/** Stores the page and sends it, if this answer may be cached at all; says whether it did. */
export async function sendCached(req: IncomingMessage, res: ServerResponse, answer: CachedAnswer): Promise<boolean> {
  const capture = captures.get(res)
  if (capture === undefined || capture.key !== cacheKey(answer.address)) return false
  const entry = await answer.cache.store(capture.key, answer.body, { ...answer, since: capture.since })
  capture.settle(entry)
  // Its time ran out meanwhile, and that was said.
  if (!res.headersSent) sendEntry(req, res, entry, answer.headers.flat())
  return true
}

/** Sends a copy that is out of date but better than an error page, if there is one, to everybody who waits for it. */
export function sendStale(req: IncomingMessage, res: ServerResponse, cache: PageCache): boolean {
  if ((req.method !== 'GET' && req.method !== 'HEAD') || res.headersSent) return false
  const key = cacheKey((req as { originalUrl?: string }).originalUrl ?? req.url ?? '/')
  const entry = key === null ? undefined : cache.get(key)
  if (entry === undefined) return false
  entry.stale = true
  captures.get(res)?.settle(entry)
  sendEntry(req, res, entry, [])
  return true
}

/** Browsers ask again each time; a CDN may keep the page for five minutes, and longer while we are away. */
const FRESH = ['Cache-Control', 'public, max-age=0, s-maxage=300, stale-if-error=86400']
const STALE = ['Cache-Control', 'no-store', 'X-Served', 'stale']

function sendEntry(req: IncomingMessage, res: ServerResponse, entry: Entry, security: readonly string[], asked: Asked = glance(req)): void {
  if (matches(asked.ifNoneMatch, entry.etag)) {
    res.writeHead(304, [...cachingOf(entry), ...security])
    res.end()
    return
  }
  const encoding = chooseEncoding(asked.acceptEncoding)
  res.writeHead(200, headOf(entry, encoding, security))
  res.end(req.method === 'HEAD' ? undefined : entry.bodies[encoding])
}

const cachingOf = (entry: Entry): string[] => ['ETag', entry.etag, 'Vary', 'Accept-Encoding, Cookie', ...(entry.stale ? STALE : FRESH)]

/** The heads of fresh entries, written once: they are sent thousands of times. */
const heads = new WeakMap<Entry, Partial<Record<Encoding, string[]>>>()

function headOf(entry: Entry, encoding: Encoding, security: readonly string[]): string[] {
  const known = entry.stale ? undefined : heads.get(entry)?.[encoding]
  if (known !== undefined) return known
  const head = [...cachingOf(entry), ...security, 'Content-Type', entry.contentType, 'Content-Length', String(entry.bodies[encoding].length)]
  if (encoding !== 'identity') head.push('Content-Encoding', encoding)
  if (!entry.stale) heads.set(entry, { ...heads.get(entry), [encoding]: head })
  return head
}

function sendAsset(req: IncomingMessage, res: ServerResponse, asset: Asset, security: readonly string[]): void {
  const asked = glance(req)
  const wanted = chooseEncoding(asked.acceptEncoding)
  const encoding = asset.bodies[wanted] === undefined ? 'identity' : wanted
  const body = asset.bodies[encoding] ?? asset.bodies.identity
  // The address carries the content's hash, so the address is the tag.
  const etag = `W/"${(req.url ?? '').slice(-60)}"`
  const headers = ['Cache-Control', 'public, max-age=31536000, immutable', 'ETag', etag, ...security]
  if (asset.bodies.gzip !== undefined || asset.bodies.br !== undefined) headers.push('Vary', 'Accept-Encoding')
  if (matches(asked.ifNoneMatch, etag)) {
    res.writeHead(304, headers)
    res.end()
    return
  }
  if (encoding !== 'identity') headers.push('Content-Encoding', encoding)
  headers.push('Content-Type', asset.contentType, 'Content-Length', String(body.length))
  res.writeHead(200, headers)
  res.end(req.method === 'HEAD' ? undefined : body)
}

function matches(header: string, etag: string): boolean {
  if (header === '') return false
  // For reading, weak and strong tags are the same (RFC 9110, 13.1.2).
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return header === '*' || header.split(',').some((tag) => bare(tag) === bare(etag))
}
