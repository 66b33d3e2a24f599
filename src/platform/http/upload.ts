import type { Request } from 'express'
import busboy from 'busboy'
import { Invalid } from '../errors.ts'

export interface UploadLimits {
  /** Of the file, in bytes. */
  mostBytes: number
  /** For the whole body, in milliseconds. */
  timeLimit: number
}

export interface ReadUpload {
  /** Null when the form came without a file. */
  file: { name: string; body: Buffer } | null
  /** The form's other fields; of equal names the first counts. */
  fields: Record<string, string>
}

const FIELD_LIMITS = { fields: 20, fieldSize: 10_000, fieldNameSize: 100, parts: 22, headerPairs: 20 }

/**
 * Reads a form with at most one file, in memory: whatever breaks off leaves nothing behind. The rest of a refused body is
 * read and thrown away, so that the browser hears the answer; the server's own time limit ends that.
 * Throws `Invalid` with a sentence for the form.
 */
export function readUpload(req: Request, { mostBytes, timeLimit }: UploadLimits): Promise<ReadUpload> {
  return new Promise((resolve, reject) => {
    const form = parser(req, mostBytes)
    const chunks: Buffer[] = []
    const fields: Record<string, string> = Object.create(null) as Record<string, string>
    let name: string | null = null
    let settled = false

    const settle = (outcome: () => void) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      req.off('aborted', aborted).off('error', aborted)
      outcome()
    }
    const fail = (sentence: string, cause?: unknown) =>
      settle(() => {
        req.unpipe(form)
        form.removeAllListeners()
        form.on('error', () => undefined)
        chunks.length = 0
        req.resume()
        reject(new Invalid(sentence, { cause }))
      })
    const aborted = () => fail('The upload broke off.')
    const timer = setTimeout(() => {
      fail('The upload took too long.')
      req.pause()
    }, timeLimit)

    form.on('file', (_field, stream, { filename }) => {
      // An empty file field is how a browser says "no file chosen".
      name = filename === undefined || filename === '' ? null : filename
      stream.on('data', (chunk: Buffer) => !settled && chunks.push(chunk))
      stream.on('limit', () => fail(`The file is too large: at most ${Math.floor(mostBytes / 1024 / 1024)} MB.`))
      stream.on('error', () => undefined)
    })
    form.on('field', (field, value, { valueTruncated, nameTruncated }) => {
      if (valueTruncated || nameTruncated) fail('A field of the form is too long.')
      else fields[field] ??= value.replaceAll('\u0000', '').toWellFormed()
    })
    form.on('filesLimit', () => fail('Please upload one file at a time.'))
    form.on('fieldsLimit', () => fail('The form has too many fields.'))
    form.on('partsLimit', () => fail('The form has too many fields.'))
    form.on('error', (error) => fail('The form could not be read.', error))
    form.on('close', () => settle(() => resolve({ file: name === null ? null : { name, body: Buffer.concat(chunks) }, fields: { ...fields } })))
    req.on('aborted', aborted).on('error', aborted)
    req.pipe(form)
  })
}

function parser(req: Request, mostBytes: number): busboy.Busboy {
  try {
    return busboy({ headers: req.headers, defParamCharset: 'utf8', limits: { ...FIELD_LIMITS, files: 1, fileSize: mostBytes } })
  } catch (error) {
    throw new Invalid('The form could not be read.', { cause: error })
  }
}
