import type { Pool } from 'pg'
import { vi } from 'vitest'
import type { PageCache } from '../../src/platform/page-cache.ts'
import { browser, type Site } from './site.ts'

const PROBE = '/probe-of-a-test'

/** Waits until this cache has heard of everything that was committed so far: notifications come in order. */
export async function settled(cache: PageCache, pool: Pool): Promise<void> {
  for (;;) {
    const entry = await cache.store(PROBE, 'probe', { contentType: 'text/plain', tags: [PROBE], since: cache.generation() })
    if (!entry.stale) break
  }
  await pool.query('SELECT pg_notify($1, $2)', ['page_cache', JSON.stringify([PROBE])])
  await vi.waitFor(() => {
    if (cache.get(PROBE)?.stale === false) throw new Error('The cache has not heard of it.')
  }, { timeout: 5_000, interval: 5 })
  cache.drop(PROBE)
}

/** A visitor's look at a page after everything that was changed so far. */
export async function visit(site: Site, path: string): ReturnType<ReturnType<typeof browser>['get']> {
  await settled(site.cache, site.database.pool)
  return browser(site).get(path)
}
