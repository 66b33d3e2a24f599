import type { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client, S3ServiceException, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { Invalid, Unavailable } from '../../platform/errors.ts'
import type { Storage } from '../../ports/storage.ts'

export interface S3Options {
  bucket: string
  /** Null: Amazon's own. */
  endpoint: string | null
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Milliseconds for one call, tries included. */
  timeLimit?: number
}

const CONNECT_LIMIT = 5_000
const TIME_LIMIT = 30_000

/** Files in an S3 bucket. The bucket stays private: the site serves what is public. */
export function s3(options: S3Options): Storage & { close(): void } {
  const client = connect(options)
  const bucket = { Bucket: options.bucket }

  /** The SDK tries three times by itself; the whole must not take longer than this. */
  const limit = () => ({ abortSignal: AbortSignal.timeout(options.timeLimit ?? TIME_LIMIT) })

  async function find(key: string, options: { abortSignal?: AbortSignal; range?: string } = {}): Promise<GetObjectCommandOutput | null> {
    const { abortSignal, range } = options
    try {
      return await client.send(new GetObjectCommand({ ...bucket, Key: key, ...(range && { Range: range }) }), { ...(abortSignal && { abortSignal }) })
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return null
      throw translate(error)
    }
  }

  return {
    async put(key, body, { contentType, public: isPublic }) {
      const CacheControl = isPublic ? 'public, max-age=31536000, immutable' : 'private'
      await client.send(new PutObjectCommand({ ...bucket, Key: key, Body: body, ContentType: contentType, CacheControl }), limit()).catch(fail)
    },

    async read(key) {
      const object = await find(key, limit())
      if (object === null || object.Body === undefined) return null
      return Buffer.from(await object.Body.transformToByteArray().catch(fail))
    },

    async stream(key, range) {
      if (range && (range.start < 0 || range.start > range.end)) throw new Invalid('This range lies outside the file.')
      // No limit over the whole: the body may go to a slow reader. A silent socket is still cut.
      const object = await find(key, range && { range: `bytes=${range.start}-${range.end}` })
      if (object === null || object.Body === undefined) return null
      return { body: object.Body as Readable, bytes: object.ContentLength ?? 0, contentType: object.ContentType ?? 'application/octet-stream' }
    },

    async remove(key) {
      await client.send(new DeleteObjectCommand({ ...bucket, Key: key }), limit()).catch(fail)
    },

    async check() {
      await client.send(new HeadBucketCommand(bucket), limit()).catch(fail)
    },

    close: () => client.destroy(),
  }
}

function connect({ endpoint, region, accessKeyId, secretAccessKey }: S3Options): S3Client {
  return new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 3,
    requestHandler: { connectionTimeout: CONNECT_LIMIT, requestTimeout: TIME_LIMIT, throwOnRequestTimeout: true },
    // Other servers than Amazon's may not know the newer checksums; one stored their framing inside the file.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' }),
  })
}

function fail(error: unknown): never {
  throw translate(error)
}

/** A missing bucket, a wrong key or a refused signature is the site's fault and may be mended: the work stays owed. */
function translate(error: unknown): Error {
  if (!(error instanceof Error)) return new Unavailable('The file store failed.')
  if (error.name === 'InvalidRange') return new Invalid('This range lies outside the file.', { cause: error })
  if (error.name === 'EntityTooLarge' || error.name === 'KeyTooLongError') return new Invalid(`The file store refused it: ${error.name}.`, { cause: error })
  return new Unavailable(`The file store failed: ${error.name}.`, { cause: error })
}
