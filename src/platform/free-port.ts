import { createServer } from 'node:net'

/** The port when it could be opened (the one the system offers for 0), null when another program has it. */
export function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(null))
    server.listen({ port, host, exclusive: true }, () => {
      const found = server.address()
      server.close(() => done(typeof found === 'object' && found ? found.port : null))
    })
  })
}
