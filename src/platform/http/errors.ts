import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { ZodError } from 'zod'
import { isDatabaseDown } from '../db.ts'
import { AppError, NotFound, Unavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Link } from '../shapes.ts'
import { view, type Meta } from '../view.ts'
import { counted } from '../words.ts'
import { sendStale } from './front.ts'
import { render, rendering } from './render.ts'

export interface ErrorPage {
  meta: Meta
  code: string
  title: string
  text: string
  requestId: string | null
  links: Link[]
  retryAfter: string | null
}

const POPULAR: Link[] = [
  { text: 'All tutorials', href: '/tutorials/' },
  { text: 'All courses', href: '/courses/' },
  { text: 'Search', href: '/search' },
]

const TITLES: Record<number, string> = {
  400: 'That request makes no sense',
  403: 'You may not do this',
  404: 'There is nothing here',
  409: 'Somebody was first',
  410: 'This is gone',
  413: 'That is too large',
  415: 'That is in a form we cannot read',
  421: 'Wrong host',
  422: 'Something is not right yet',
  429: 'Too many requests',
  500: 'Something broke on our side',
  503: 'We will be right back',
}

/** Statuses with a page of their own; others use the page of their kind. */
const PAGES = new Set([403, 404, 410, 422, 429, 500, 503])

export const nothingHere: RequestHandler = () => {
  throw new NotFound()
}

/** Thrown for an address whose page was taken away for good. */
export class Gone extends AppError {
  constructor() {
    super(410, 'This page was taken away.')
  }
}

/** Every failure ends here, as one of a few calm pages with a request id; the details go to the log. */
export function showErrors(log: Log): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const failure = classify(error)
    const { cache } = rendering(res)
    if (isDatabaseDown(error)) cache.noteDatabaseLost()
    if (failure.status >= 500) {
      const stale = sendStale(req, res, cache)
      log[failure.status === 503 ? 'warn' : 'error']({ err: error, requestId: res.locals.requestId, path: withoutSecrets(req.path), stale }, 'request failed')
      if (stale) return
    }
    if (res.headersSent) {
      res.destroy()
      return
    }
    if (failure.retryAfter !== null) res.setHeader('Retry-After', failure.retryAfter)
    res.setHeader('Cache-Control', 'no-store')
    try {
      await showError(res, failure)
    } catch (second) {
      log.error({ err: second, requestId: res.locals.requestId }, 'the error page itself failed')
      if (res.headersSent) res.destroy()
      else res.status(500).type('text').send(`${TITLES[500]}\n`)
    }
  }
}

/** A link from a mail opens an account: its token stays out of the log. */
export const withoutSecrets = (path: string): string => path.replace(/^(\/links\/).+/i, '$1…')

interface Failure {
  status: number
  message: string
  retryAfter: number | null
}

function classify(error: unknown): Failure {
  if (error instanceof AppError) {
    const retryAfter = 'retryAfter' in error && typeof error.retryAfter === 'number' ? error.retryAfter : null
    return { status: error.status, message: error.message, retryAfter }
  }
  if (isDatabaseDown(error)) return classify(new Unavailable('A part of the site is not answering. Nothing was saved; please try again in a moment.', { retryAfter: 5 }))
  if (error instanceof ZodError) return { status: 422, message: 'The form or address held something unexpected.', retryAfter: null }
  const status = httpStatus(error)
  if (status !== null) return { status, message: TITLES[status] ?? 'The request could not be read.', retryAfter: null }
  return { status: 500, message: 'It has been noted. If it stays, tell us the number below.', retryAfter: null }
}

/** What Express's own parsers throw carries a status of the 4xx family. */
function httpStatus(error: unknown): number | null {
  const status = error instanceof Error && 'status' in error ? error.status : null
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null
}

async function showError(res: Response, failure: Failure): Promise<void> {
  const { status, message, retryAfter } = failure
  const { site } = rendering(res)
  const requestId = String(res.locals.requestId ?? '')
  if (prefersJson(res)) {
    res.status(status).json({ error: { status, message, requestId } })
    return
  }
  const title = TITLES[status] ?? TITLES[status >= 500 ? 500 : 400] ?? ''
  const meta: Meta = { title: `${title} · ${site.name}`, description: message, canonical: site.url, image: null, robots: 'noindex', feed: null, jsonLd: null, type: 'website' }
  const template = PAGES.has(status) ? status : status >= 500 ? 500 : 422
  const page: ErrorPage = {
    meta,
    code: String(status),
    title,
    text: message,
    requestId: requestId === '' ? null : requestId,
    links: POPULAR,
    retryAfter: retryAfter === null ? null : `Try again in ${counted(retryAfter, 'second')}.`,
  }
  await render(res, view<ErrorPage>(`errors/${template}.njk`), page, { status })
}

const prefersJson = (res: Response): boolean => res.req.headers.accept?.startsWith('application/json') ?? false
