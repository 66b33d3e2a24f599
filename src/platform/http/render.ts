import type { NextFunction, Request, Response } from 'express'
import { chooseEncoding, compressOnce } from '../compression.ts'
import { initials } from '../names.ts'
import type { PageCache } from '../page-cache.ts'
import type { Templates, View } from '../view.ts'
import { isStaff, type Viewer } from '../viewer.ts'
import { sendCached } from './front.ts'
import type { HeaderList } from './headers.ts'

/** What the layout knows about the site; the same for everybody. */
export interface Site {
  name: string
  tagline: string
  url: string
  themeColor: string
  /** Payments are a sandbox here: every page says so. */
  sandbox: boolean
  hue: number
}

/** What answering needs; put on `app.locals` once. */
export interface Rendering {
  templates: Templates
  cache: PageCache
  site: Site
  headers: HeaderList
}

interface RenderOptions {
  status?: number
  /**
   * What the page depends on ("document:ID", "list:tutorials"). With tags, the page as a visitor sees it is kept and
   * served to all visitors; without, it is never kept.
   */
  tags?: readonly string[]
  /**
   * The page's one address, where that is more than its path: with the query keys that count. Whoever asks in other
   * words gets the same page, but it is not kept for them, so that nobody can fill the cache with made-up questions.
   */
  address?: string
  /** Say so where a page is not HTML: a feed, a sitemap. */
  contentType?: string
}

/** Prints a page model with its template and sends it. */
export async function render<Page extends object>(res: Response, view: View<Page>, page: Page, options: RenderOptions = {}): Promise<void> {
  const { templates } = rendering(res)
  const body = templates.render(view.template, context(res, page))
  await send(res, body, options)
}

/** Sends a ready body under the same caching rules as a page. */
export async function send(res: Response, body: string, options: RenderOptions = {}): Promise<void> {
  const { cache, headers } = rendering(res)
  const contentType = options.contentType ?? 'text/html; charset=utf-8'
  const status = options.status ?? 200
  const cacheable = options.tags !== undefined && status === 200 && res.locals.viewer === null
  if (cacheable && (await sendCached(res.req, res, { cache, body, contentType, tags: options.tags ?? [], headers, address: options.address ?? res.req.path }))) return
  // The time for this request ran out, and that was said.
  if (res.headersSent) return
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'private, no-store')
  const { encoding, bytes } = compressOnce(Buffer.from(body), chooseEncoding(res.req.get('accept-encoding')))
  if (encoding !== 'identity') res.setHeader('Content-Encoding', encoding)
  res.vary('Accept-Encoding')
  res.writeHead(status, { 'Content-Type': contentType, 'Content-Length': bytes.length })
  res.end(res.req.method === 'HEAD' ? undefined : bytes)
}

/** What templates may use: `page`, and for layouts `viewer`, `site` and `flash`. */
function context(res: Response, page: object): object {
  const viewer = (res.locals.viewer as Viewer | null | undefined) ?? null
  return { page, site: rendering(res).site, viewer: viewer && viewerShown(viewer), flash: res.locals.flash ?? null }
}

const viewerShown = (viewer: Viewer) => ({ name: viewer.name, email: viewer.email, staff: isStaff(viewer), initials: initials(viewer.name) })

export function rendering(res: Response): Rendering {
  return res.app.locals.rendering as Rendering
}

/** Gives checkout pages the headers that let Paddle's script and frames in. */
export function checkoutHeaders(list: HeaderList) {
  return (_req: Request, res: Response, next: NextFunction): void => {
    for (const [name, value] of list) res.setHeader(name, value)
    next()
  }
}
