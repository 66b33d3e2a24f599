import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from '../../src/platform/db.ts'
import { followInvalidations } from '../../src/platform/invalidation.ts'
import type { PageCache } from '../../src/platform/page-cache.ts'
import { createServer } from '../../src/server.ts'
import type { Services } from '../../src/services.ts'
import type { Site } from '../support/site.ts'

export interface Instance {
  url: string
  cache: PageCache
  services: Services
  stop(): Promise<void>
}

/** A second web process in all but name: its own server, pool, cache and listener, on a database of its choice. */
export async function startInstance(site: Site, databaseUrl: string): Promise<Instance> {
  const database = connect(databaseUrl, { max: 4, use: 'web', onError: () => undefined })
  const services: Services = { ...site.services, db: database.db, sql: database.sql }
  const { server, cache } = createServer(services, { pool: database.pool, paymentPages: null })
  const follower = followInvalidations({ databaseUrl, cache, log: site.services.log, beat: 150, retry: 50 })
  await follower.listening
  await listen(server)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cache,
    services,
    async stop() {
      await follower.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await database.close()
    },
  }
}

const listen = (server: Server): Promise<void> => new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
