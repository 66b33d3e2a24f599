import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'

/** A line to another server that a test can cut, hold and mend. */
export interface Wire {
  port: number
  /** The same address, through the line. */
  through(url: string): string
  /** Everybody who is connected is cut off, and nobody comes through. */
  cut(): void
  /** Connections stay, and nothing moves any more. */
  hold(): void
  /** As before. What was held goes on. */
  mend(): void
  connections(): number
  stop(): Promise<void>
}

export async function startWire(target: { host: string; port: number }): Promise<Wire> {
  let state: 'whole' | 'cut' | 'held' = 'whole'
  const pairs = new Set<[Socket, Socket]>()
  const server: Server = createServer((near) => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(target)
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    near.pipe(far)
    far.pipe(near)
    if (state === 'held') for (const socket of pair) socket.pause()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const each = (act: (socket: Socket) => void) => {
    for (const pair of pairs) pair.forEach(act)
  }
  return {
    port,
    through(url) {
      const changed = new URL(url)
      changed.hostname = '127.0.0.1'
      changed.port = String(port)
      return changed.href
    },
    cut() {
      state = 'cut'
      each((socket) => socket.destroy())
    },
    hold() {
      state = 'held'
      each((socket) => socket.pause())
    },
    mend() {
      state = 'whole'
      each((socket) => socket.resume())
    },
    connections: () => pairs.size,
    stop() {
      each((socket) => socket.destroy())
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}

/** A line to the server at this address. */
export function startWireTo(url: string): Promise<Wire> {
  const { hostname, port } = new URL(url)
  return startWire({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port: Number(port || 5432) })
}
