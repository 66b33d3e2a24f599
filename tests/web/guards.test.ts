import type { Router } from 'express'
import { describe, expect, it } from 'vitest'
import { createSessions } from '../../src/accounts/keep-sessions.ts'
import { canonicalPath } from '../../src/platform/http/canonical.ts'
import { isGuard } from '../../src/platform/http/guards.ts'
import { postedByOthers, rawRoutes, routes } from '../../src/routes.ts'
import { lin, sam, signInAs } from '../support/people.ts'
import { useSite } from '../support/site.ts'
import { ask } from './ask.ts'

const site = useSite()

interface Layer {
  route?: { path: string; methods: Record<string, boolean>; stack: { handle: unknown }[] }
  handle: unknown
  slash?: boolean
  matchers?: unknown[]
}

interface Route {
  method: string
  path: string
  guarded: boolean
}

/** Every route of a router and of the routers in it, as Express 5 keeps them. */
function walk(router: Router): Route[] {
  return (router.stack as unknown as Layer[]).flatMap((layer) => {
    if (layer.route !== undefined) {
      const { path, methods, stack } = layer.route
      return Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path: String(path), guarded: isGuard(stack[0]?.handle) }))
    }
    return typeof layer.handle === 'function' && 'stack' in layer.handle ? walk(layer.handle as unknown as Router) : []
  })
}

const allRoutes = () => {
  const { services } = site
  const parts = { sessions: createSessions(services), limits: { take: () => Promise.resolve() } }
  return [...walk(rawRoutes(services, { paymentPages: null })), ...walk(routes(services, parts))]
}

/** Addresses that a POST to this route can have: below /admin where the admin mounted it. */
const concrete = (path: string): string[] => {
  const filled = path.replace(/:\w+/g, '01890000-0000-7000-8000-000000000000')
  return [filled, `/admin${filled === '/' ? '' : filled}`]
}

describe('every route', () => {
  it('begins with a guard that says who may come in', () => {
    const found = allRoutes()
    expect(found.length).toBeGreaterThan(60)
    expect(found.filter((route) => !route.guarded)).toEqual([])
  })

  it('that changes something refuses what another site sends, whoever is signed in', async () => {
    const posts = allRoutes().filter((route) => route.method !== 'GET' && route.method !== 'HEAD' && !postedByOthers.includes(route.path as '/webhooks/paddle'))
    expect(posts.length).toBeGreaterThan(20)
    const cookie = await signInAs(site.database.db, await sam(site.database.db))
    for (const { method, path } of posts) {
      for (const address of concrete(path)) {
        for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }, { Origin: 'https://evil.example' }, { Origin: 'null' }]) {
          const answer = await ask(site.url, address, { method, headers: { Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded', ...headers }, body: 'wanted=on' })
          expect([address, answer.status]).toEqual([address, 403])
        }
      }
    }
  })

  it('of the admin does not exist for a member, and asks a guest to sign in', async () => {
    const member = await signInAs(site.database.db, await lin(site.database.db))
    const paths = [...new Set(allRoutes().map((route) => canonicalPath(concrete(route.path)[1] ?? '')))]
    for (const path of ['/admin', ...paths]) {
      expect([path, (await ask(site.url, path, { headers: { Cookie: member } })).status]).toEqual([path, 404])
      expect([303, 404], path).toContain((await ask(site.url, path)).status)
    }
  })
})
