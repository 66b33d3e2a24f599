import type { Router } from 'express'
import { beforeEach, describe, expect, it } from 'vitest'
import { adminRoutes } from '../../src/admin/routes.ts'
import { editingRoutes } from '../../src/editing/routes.ts'
import { isGuard, onlyOwner } from '../../src/platform/http/guards.ts'
import type { Sessions } from '../../src/platform/http/viewer.ts'
import { ada, createPerson, mallory, sam } from '../support/people.ts'
import { browser, browserOf, useSite } from '../support/site.ts'

const site = useSite()

interface Walked {
  method: 'get' | 'post'
  path: string
  guarded: boolean
  owners: boolean
}

const OWNERS_ONLY = /^\/(accounts|orders|events|mails)\b/
const NOBODY = '00000000-0000-7000-8000-000000000000'

function walk(): Walked[] {
  const sessions: Sessions = { find: () => Promise.resolve(null), flash: () => Promise.resolve() }
  return [adminRoutes(site.services, { sessions }), editingRoutes(site.services, { sessions })].flatMap((router: Router) =>
    router.stack.map(({ route }) => {
      if (route === undefined) throw new Error('The admin has a handler without a route.')
      const first = route.stack[0]?.handle
      const method = (route as unknown as { methods: Record<string, boolean> }).methods.post ? 'post' : 'get'
      return { method, path: route.path, guarded: isGuard(first), owners: first === onlyOwner } as const
    }),
  )
}

const addressOf = (path: string) => `/admin${path === '/' ? '' : path}`.replace(':number', '1').replace(/:id/g, /\/events\//.test(path) ? 'evt_nobody' : NOBODY)

describe('every route of the admin', () => {
  it('names its guard, and money and people are the owner’s', () => {
    const routes = walk()
    expect(routes.length).toBeGreaterThan(60)
    expect(routes.filter((route) => !route.guarded)).toEqual([])
    expect(routes.filter((route) => route.owners !== OWNERS_ONLY.test(route.path))).toEqual([])
  })

  it('sends a guest to sign in', async () => {
    const guest = browser(site)
    for (const { method, path } of walk()) {
      const answer = method === 'get' ? await guest.get(addressOf(path)) : await guest.post(addressOf(path), {})
      expect([method, path, answer.status, String(answer.headers.location).split('?')[0]]).toEqual([method, path, 303, '/sign-in'])
    }
  })

  it('is not there for somebody signed in who does not work here', async () => {
    const stranger = await browserOf(site, await mallory(site.services.db))
    for (const { method, path } of walk()) {
      const answer = method === 'get' ? await stranger.get(addressOf(path)) : await stranger.post(addressOf(path), {})
      expect([method, path, answer.status]).toEqual([method, path, 404])
    }
  })

  it.each(['author', 'editor'] as const)('keeps money and people from an %s', async (role) => {
    const writer = await browserOf(site, await createPerson(site.services.db, { email: `${role}@example.org`, name: role, role }))
    for (const { method, path } of walk().filter((route) => route.owners)) {
      const answer = method === 'get' ? await writer.get(addressOf(path)) : await writer.post(addressOf(path), {})
      expect([method, path, answer.status]).toEqual([method, path, 403])
    }
  })

  it('answers calmly for an id that is no id or nobody’s', async () => {
    const owner = await browserOf(site, await sam(site.services.db))
    for (const { method, path } of walk().filter((route) => /:id/.test(route.path))) {
      for (const address of [addressOf(path), addressOf(path).replace(NOBODY, '1%20or%201=1').replace('evt_nobody', '..%2F')]) {
        const answer = method === 'get' ? await owner.get(address) : await owner.post(address, {})
        // Deleting what is gone already is done.
        expect([method, address, answer.status]).toEqual([method, address, /^\/(topics|authors)\/:id\/removal$/.test(path) && address === addressOf(path) ? 303 : 404])
      }
    }
  })
})

describe('the menu', () => {
  let ownersPage: string
  let authorsPage: string
  beforeEach(async () => {
    ownersPage = (await (await browserOf(site, await sam(site.services.db))).get('/admin')).text
    authorsPage = (await (await browserOf(site, await ada(site.services.db))).get('/admin')).text
  })

  it('shows each person what they may open', () => {
    expect(ownersPage).toContain('href="/admin/orders"')
    expect(authorsPage).toContain('href="/admin/tutorials"')
    expect(authorsPage).not.toContain('/admin/orders')
    expect(authorsPage).not.toContain('mails failed')
  })
})
