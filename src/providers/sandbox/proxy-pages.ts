import { request, type IncomingMessage, type ServerResponse } from 'node:http'

const HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/**
 * Shows the sandbox's pages under `prefix` of another server: any process may, the sandbox stays where it is.
 * Credentials are not passed on, so the API and its switches cannot be reached this way. Use it before anything reads the body;
 * `req.url` is the path below the prefix.
 */
export function sandboxPages(sandboxUrl: string, prefix: string) {
  const { hostname, port } = new URL(sandboxUrl)
  return (req: IncomingMessage, res: ServerResponse): void => {
    const { authorization: _, cookie: __, host, ...headers } = req.headers
    const onward = request({
      hostname, port, path: req.url ?? '/', method: req.method, timeout: 10_000,
      headers: { ...headers, 'x-forwarded-prefix': prefix, 'x-forwarded-host': host ?? '' },
    }, (answer) => {
      const kept = Object.entries(answer.headers).filter(([name]) => !HOP.includes(name))
      res.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept))
      answer.pipe(res)
    })
    onward.on('timeout', () => onward.destroy(new Error('timeout')))
    onward.on('error', () => {
      if (res.headersSent) res.destroy()
      else res.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end('The payments sandbox does not answer.\n')
    })
    req.pipe(onward)
  }
}
