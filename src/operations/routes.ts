import { Router } from 'express'
import { open } from '../platform/http/guards.ts'
import type { Services } from '../services.ts'
import { isShuttingDown } from './shutdown.ts'

const DATABASE_LIMIT = 2_000

/** For supervisors and balancers: does the process live, and may it have requests? */
export function operationRoutes({ sql }: Services): Router {
  const router = Router({ strict: true })

  router.get('/livez', open, (_req, res) => {
    res.set('Cache-Control', 'no-store').type('text').send('ok\n')
  })

  router.get('/readyz', open, async (_req, res) => {
    const database = await withLimit(sql.rows('ready', 'SELECT 1 AS one', []), DATABASE_LIMIT)
    const ready = database && !isShuttingDown()
    res.set('Cache-Control', 'no-store').status(ready ? 200 : 503)
    if (!ready) res.set('Retry-After', '5')
    res.json({ status: ready ? 'ready' : 'not ready', database: database ? 'ok' : 'away' })
  })

  return router
}

async function withLimit(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const answered = work.then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([answered, limit])
  } finally {
    clearTimeout(timer)
  }
}
