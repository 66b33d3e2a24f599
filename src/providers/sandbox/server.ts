import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { ZodError } from 'zod'
import type { Log } from '../../platform/log.ts'
import type { Account } from './account.ts'
import { answer, type Call, type Reply } from './api.ts'
import { control } from './control.ts'
import { Failure } from './failure.ts'
import type { ApiFault } from './faults.ts'
import { problemPage, visit, type ScreenReply } from './screens.ts'

const LARGEST_BODY = 1024 * 1024

/** One server for the API, the switches and the pages. */
export function createSandboxServer(account: Account, apiKey: string, log: Log): Server {
  return createServer((req, res) => {
    respond(account, apiKey, req, res).catch((error: unknown) => {
      log.error({ err: error }, 'sandbox: request failed')
      if (res.headersSent) res.destroy()
      else sendError(res, new Failure(500, 'internal_error', 'The sandbox has a bug.'))
    })
  })
}

async function respond(account: Account, apiKey: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://sandbox.invalid')
  const method = req.method ?? 'GET'
  const bytes = await readBody(req)
  if (bytes === null) return sendError(res, new Failure(413, 'request_too_large', 'The body is larger than 1 MB.'))
  if (isForPeople(req, url.pathname)) return servePage(account, req, res, { method, url, bytes })

  try {
    authenticate(req, apiKey)
    const call = { method, path: url.pathname, query: url.searchParams, body: parseJson(bytes) }
    if (call.path.startsWith('/sandbox/')) {
      if (method !== 'POST') throw new Failure(405, 'method_not_allowed', 'Switches are set with POST.')
      return send(res, 200, { data: control(account, call.path, call.body), meta: meta() })
    }
    await serveCall(account, call, req, res)
  } catch (error) {
    const failure = asFailure(error)
    if (failure === null) throw error
    sendError(res, failure)
  }
}

async function readBody(req: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LARGEST_BODY) chunks.push(chunk)
  }
  return size > LARGEST_BODY ? null : Buffer.concat(chunks)
}

/** Paddle's clients always name themselves; a browser never does. */
function isForPeople(req: IncomingMessage, path: string): boolean {
  return req.headers.authorization === undefined
    && (path === '/' || path === '/sandbox.css' || /^\/(checkout|actions|portal|invoices|credit-notes)(\/|$)/.test(path))
}

function authenticate(req: IncomingMessage, apiKey: string): void {
  const [, key] = /^bearer (.+)$/i.exec(req.headers.authorization ?? '') ?? []
  if (key === undefined) throw new Failure(401, 'authentication_missing', 'Authentication header included, but incorrectly formatted, or missing.')
  const hash = (text: string) => createHash('sha256').update(text).digest()
  if (!timingSafeEqual(hash(key), hash(apiKey))) throw new Failure(401, 'invalid_token', 'The API key is not one of this sandbox.')
}

/** An empty body is allowed: Paddle's client sends one with a JSON content type. */
function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new Failure(400, 'invalid_json', 'The body is not JSON.')
  }
}

async function serveCall(account: Account, call: Call, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const faults = account.faults.forCall(call.method, call.path)
  for (const fault of faults) if (await misbehave(fault, req, res)) return
  const reply = answer(account, call, Math.max(0, ...faults.map((fault) => (fault.kind === 'stale' ? fault.ms : 0))))
  if (faults.some(({ kind }) => kind === 'lost')) return void res.destroy()
  if (reply.status === 204) return void res.writeHead(204).end()
  send(res, reply.status, envelope(reply, call, req.headers.host ?? ''))
}

/** True when the fault has answered, or will never. */
async function misbehave(fault: ApiFault, req: IncomingMessage, res: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case 'delay':
      await sleep(fault.ms)
      return false
    case 'rate-limit':
      res.setHeader('Retry-After', fault.seconds)
      sendError(res, new Failure(429, 'too_many_requests', 'IP address exceeded the allowed rate limit. Retry after the number of seconds in the Retry-After header.'))
      return true
    case 'error':
      sendError(res, new Failure(500, 'internal_error', 'Something went wrong.'))
      return true
    case 'html':
      res.writeHead(502, { 'content-type': 'text/html' }).end('<html><head><title>502 Bad Gateway</title></head></html>')
      return true
    case 'hang':
      await new Promise((gone) => req.socket.once('close', gone))
      return true
    case 'lost':
    case 'stale':
      return false
  }
}

const meta = () => ({ request_id: crypto.randomUUID() })

/** `next` is absolute, on the host that was called, and always there. */
export function envelope(reply: Reply, { path, query }: Call, host: string): object {
  if (!('page' in reply)) return { data: reply.data, meta: meta() }
  const { page } = reply
  const next = new URLSearchParams(query)
  if (page.last !== null) next.set('after', page.last)
  return {
    data: page.data,
    meta: {
      ...meta(),
      pagination: { per_page: page.perPage, next: `http://${host}${path}?${next}`, has_more: page.hasMore, estimated_total: page.total },
    },
  }
}

export function asFailure(error: unknown): Failure | null {
  if (error instanceof Failure) return error
  if (!(error instanceof ZodError)) return null
  return new Failure(400, 'bad_request', 'Invalid request.', error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message })))
}

function sendError(res: ServerResponse, failure: Failure): void {
  send(res, failure.status, errorBody(failure))
}

export const errorBody = ({ status, code, message, fields }: Failure): object => ({
  error: {
    type: status >= 500 ? 'api_error' : 'request_error', code, detail: message,
    documentation_url: `https://developer.paddle.com/v1/errors/shared/${code}`, ...(fields.length > 0 && { errors: fields }),
  },
  meta: meta(),
})

function send(res: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body))
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, 'cache-control': 'no-store' }).end(bytes)
}

function servePage(account: Account, req: IncomingMessage, res: ServerResponse, { method, url, bytes }: { method: string; url: URL; bytes: Buffer }): void {
  const prefix = prefixOf(req)
  if (method !== 'GET' && !fromHere(req)) return sendPage(res, problemPage(prefix, 403, 'This form was sent by another site.'))
  try {
    const form = new URLSearchParams(bytes.toString('utf8'))
    const reply = visit(account, { method, path: url.pathname, query: url.searchParams, form, prefix })
    sendPage(res, reply ?? problemPage(prefix, 404, 'There is no such page.'))
  } catch (error) {
    const failure = asFailure(error)
    if (failure === null) throw error
    sendPage(res, problemPage(prefix, failure.status, failure.message))
  }
}

/** Where a proxy mounted the pages. Anything but a plain path is ignored. */
function prefixOf(req: IncomingMessage): string {
  const prefix = req.headers['x-forwarded-prefix']
  return typeof prefix === 'string' && /^(\/[a-z0-9-]+)+$/.test(prefix) ? prefix : ''
}

/** Browsers say where a form comes from. */
function fromHere(req: IncomingMessage): boolean {
  const site = req.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin, host } = req.headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === (req.headers['x-forwarded-host'] ?? host))
}

/** A form's redirect counts as its target, so the shop's own origin is named. */
const contentPolicy = (formTarget: string | null): string =>
  `default-src 'none'; style-src 'self'; form-action 'self'${formTarget === null ? '' : ` ${formTarget}`}; frame-ancestors 'none'; base-uri 'none'`

function sendPage(res: ServerResponse, reply: ScreenReply): void {
  if ('redirect' in reply) return void res.writeHead(303, { location: reply.redirect, 'cache-control': 'no-store' }).end()
  res.writeHead(reply.status, {
    'content-type': reply.type,
    'content-length': Buffer.byteLength(reply.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    ...(reply.type.startsWith('text/html') && { 'content-security-policy': contentPolicy(reply.formTarget ?? null) }),
  }).end(reply.body)
}
