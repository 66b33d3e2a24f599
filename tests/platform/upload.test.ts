import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import express from 'express'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../src/platform/errors.ts'
import { readUpload, type ReadUpload } from '../../src/platform/http/upload.ts'

const MB = 1024 * 1024

describe('a form with a file', () => {
  let server: Server
  const ended: (ReadUpload | Error)[] = []

  beforeAll(async () => {
    const app = express()
    app.post('/', async (req, res) => {
      try {
        const read = await readUpload(req, { mostBytes: MB, timeLimit: 1_500 })
        ended.push(read)
        res.json({ fields: read.fields, name: read.file?.name ?? null, bytes: read.file?.body.length ?? null })
      } catch (error) {
        ended.push(error as Error)
        res.status(error instanceof AppError ? error.status : 500).json({ problem: (error as Error).message })
      }
    })
    server = createServer(app)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise<void>((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  }))
  const post = () => request(server).post('/')

  it('is read: file, name and fields', async () => {
    const { body } = await post().field('alt', 'Ein Bild: größer').attach('file', Buffer.alloc(500_000, 7), 'größe.png').expect(200)
    expect(body).toEqual({ fields: { alt: 'Ein Bild: größer' }, name: 'größe.png', bytes: 500_000 })
  })

  it('may come without a file', async () => {
    expect((await post().field('alt', 'x').expect(200)).body).toEqual({ fields: { alt: 'x' }, name: null, bytes: null })
  })

  it('takes a file of exactly the limit, and not a byte more', async () => {
    expect((await post().attach('file', Buffer.alloc(MB - 1), 'a.png').expect(200)).body).toMatchObject({ bytes: MB - 1 })
    expect((await post().attach('file', Buffer.alloc(MB + 1), 'a.png').expect(422)).body).toEqual({ problem: 'The file is too large: at most 1 MB.' })
  })

  it('answers a far too large file with the sentence, not with a broken connection', async () => {
    expect((await post().attach('file', Buffer.alloc(8 * MB), 'a.png').expect(422)).body).toEqual({ problem: 'The file is too large: at most 1 MB.' })
  })

  it.each([
    ['two files', (form: request.Test) => form.attach('a', Buffer.from('1'), '1.png').attach('b', Buffer.from('2'), '2.png'), 'Please upload one file at a time.'],
    ['a field that is a book', (form: request.Test) => form.field('alt', 'x'.repeat(20_000)), 'A field of the form is too long.'],
    ['too many fields', (form: request.Test) => Array.from({ length: 40 }).reduce<request.Test>((all, _, i) => all.field(`f${i}`, 'x'), form), 'The form has too many fields.'],
    ['another type', (form: request.Test) => form.type('json').send('{}'), 'The form could not be read.'],
    ['no boundary', (form: request.Test) => form.set('Content-Type', 'multipart/form-data').send('x'), 'The form could not be read.'],
    ['nonsense', (form: request.Test) => form.set('Content-Type', 'multipart/form-data; boundary=x').send('nothing like it'), 'The form could not be read.'],
  ])('refuses %s', async (_name, build, problem) => {
    expect((await build(post()).expect(422)).body).toEqual({ problem })
  })

  it('keeps names that mean something to JavaScript as plain fields', async () => {
    const { body } = await post().field('__proto__', 'x').field('constructor', 'y').expect(200)
    expect(body).toMatchObject({ fields: { constructor: 'y' } })
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('notices an upload that breaks off', async () => {
    ended.length = 0
    const socket = await startUpload()
    socket.destroy()
    await until(() => ended.length === 1)
    expect((ended[0] as Error).message).toBe('The upload broke off.')
  })

  it('does not wait for ever', async () => {
    ended.length = 0
    const socket = await startUpload()
    await until(() => ended.length === 1)
    expect((ended[0] as Error).message).toBe('The upload took too long.')
    socket.destroy()
  })

  async function startUpload() {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\nabc')
    await new Promise((resolve) => setTimeout(resolve, 100))
    return socket
  }
})

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(condition()).toBe(true)
}
