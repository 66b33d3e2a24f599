import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface S3Server {
  url: string
  objects: Map<string, { body: Buffer; type: string; cacheControl: string }>
  /** What to do with the next requests instead of answering. */
  faults: ('hang' | 'drop' | 'truncate' | number)[]
  requests: number
  stop(): Promise<void>
}

interface Account {
  bucket: string
  accessKeyId: string
  secretAccessKey: string
}

/** A small S3: objects with ranges in one bucket, path style. Every request's Signature Version 4 is verified, body included. */
export async function startS3(account: Account): Promise<S3Server> {
  const state: S3Server = { url: '', objects: new Map(), faults: [], requests: 0, stop: async () => undefined }
  const server = createServer((req, res) => void handle(req, res))

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    state.requests += 1
    const fault = state.faults.shift()
    if (fault === 'hang') return
    if (fault === 'drop') return void req.socket.destroy()
    if (typeof fault === 'number') return refuse(res, fault, fault === 503 ? 'SlowDown' : 'InternalError')
    const problem = verify(req, body, account)
    if (problem) return refuse(res, 403, problem)
    const [, bucket, ...rest] = new URL(req.url ?? '/', 'http://s3').pathname.split('/').map(decodeURIComponent)
    if (bucket !== account.bucket) return refuse(res, 404, 'NoSuchBucket')
    answer(req, res, rest.join('/'), body, fault === 'truncate')
  }

  function answer(req: IncomingMessage, res: ServerResponse, key: string, body: Buffer, truncate: boolean): void {
    const object = state.objects.get(key)
    if (req.method === 'HEAD' && key === '') return void res.writeHead(200).end()
    if (req.method === 'PUT') {
      state.objects.set(key, { body, type: req.headers['content-type'] ?? 'binary/octet-stream', cacheControl: req.headers['cache-control'] ?? '' })
      return void res.writeHead(200, { ETag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
    }
    if (req.method === 'DELETE') {
      state.objects.delete(key)
      return void res.writeHead(204).end()
    }
    if (req.method !== 'GET') return refuse(res, 405, 'MethodNotAllowed')
    if (!object) return refuse(res, 404, 'NoSuchKey')
    const range = /^bytes=(\d+)-(\d+)$/.exec(req.headers.range ?? '')
    const [start, end] = range ? [Number(range[1]), Math.min(Number(range[2]), object.body.length - 1)] : [0, object.body.length - 1]
    if (range && start >= object.body.length) return refuse(res, 416, 'InvalidRange')
    const part = object.body.subarray(start, end + 1)
    res.writeHead(range ? 206 : 200, { 'Content-Type': object.type, 'Content-Length': part.length, ...(range ? { 'Content-Range': `bytes ${start}-${end}/${object.body.length}` } : {}) })
    if (truncate) res.write(part.subarray(0, part.length >> 1), () => req.socket.destroy())
    else res.end(part)
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  state.stop = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return state
}

function refuse(res: ServerResponse, status: number, code: string): void {
  res.writeHead(status, { 'Content-Type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`)
}

/** Signature Version 4, as Amazon describes it. Answers S3's error code, or null. */
function verify(req: IncomingMessage, body: Buffer, { accessKeyId, secretAccessKey }: Account): string | null {
  const header = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(req.headers.authorization ?? '')
  if (!header) return 'AccessDenied'
  const [, keyId, day = '', region = '', signedHeaders = '', signature = ''] = header
  if (keyId !== accessKeyId) return 'InvalidAccessKeyId'
  const time = String(req.headers['x-amz-date'])
  const bodyHash = String(req.headers['x-amz-content-sha256'])
  if (bodyHash !== 'UNSIGNED-PAYLOAD' && bodyHash !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const url = new URL(req.url ?? '/', 'http://s3')
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&')
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(req.headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join('')
  const canonical = [req.method, url.pathname, query, headers, signedHeaders, bodyHash].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', time, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n')
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>((secret, part) => createHmac('sha256', secret).update(part).digest(), Buffer.from(`AWS4${secretAccessKey}`))
  const expected = createHmac('sha256', key).update(toSign).digest()
  if (!timingSafeEqual(expected, Buffer.from(signature, 'hex'))) return 'SignatureDoesNotMatch'
  const sent = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  return Math.abs(Date.now() - sent) > 15 * 60_000 ? 'RequestTimeTooSkewed' : null
}

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex')
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
