import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  authorization: string | undefined
  body: Record<string, unknown> | null
}

/** What to do with the next message; afterwards it accepts again. */
export type Answer =
  | { status: number; headers?: Record<string, string>; errors?: { message: string; field: string | null; help: string | null }[] }
  | 'hang'
  | 'accept-then-drop'

/** A small SendGrid: POST /v3/mail/send and GET /v3/scopes, with its statuses, bodies and headers. */
export async function startSendgrid(key: string) {
  const received: Received[] = []
  const answers: Answer[] = []
  const server = createServer((req, res) => void handle(req, res))

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    received.push({ path: `${req.method} ${req.url}`, authorization: req.headers.authorization, body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>) })
    const answer = answers.shift()
    if (answer === 'hang') return
    if (answer === 'accept-then-drop') return void req.socket.destroy()
    if (answer) return json(res, answer.status, { errors: answer.errors ?? [] }, answer.headers)
    if (req.headers.authorization !== `Bearer ${key}`) return json(res, 401, { errors: [{ message: 'The provided authorization grant is invalid, expired, or revoked', field: null, help: null }] })
    if (req.url === '/v3/scopes') return json(res, 200, { scopes: ['mail.send'] })
    const problem = problemOf(JSON.parse(text) as Wire)
    if (problem) return json(res, 400, { errors: [problem] })
    res.writeHead(202, { 'X-Message-Id': `mid-${received.length}` }).end()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface Wire {
  personalizations?: { to?: { email?: string }[] }[]
  from?: { email?: string }
  subject?: string
  content?: { type: string; value: string }[]
}

/** The checks that SendGrid documents for this call. */
function problemOf(wire: Wire): { message: string; field: string; help: null } | null {
  const to = wire.personalizations?.[0]?.to?.[0]?.email
  if (!to?.includes('@')) return { message: 'Does not contain a valid address.', field: 'personalizations.0.to.0.email', help: null }
  if (!wire.from?.email) return { message: 'The from email does not contain a valid address.', field: 'from.email', help: null }
  if (!wire.subject) return { message: 'The subject is required.', field: 'subject', help: null }
  // "text/plain" has to come before "text/html".
  if (wire.content?.map(({ type }) => type).join() !== 'text/plain,text/html') return { message: 'The content must be text/plain, then text/html.', field: 'content', help: null }
  return null
}

function json(res: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body))
}
