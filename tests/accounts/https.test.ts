import { expect, it } from 'vitest'
import { lin, PASSWORD } from '../support/people.ts'
import { browser, useSite } from './site.ts'

const site = useSite({ env: { BASE_URL: 'https://lectern.test' } })

it('ties the cookies to this host and to https', async () => {
  await lin(site.database.db)
  const visitor = browser(site)
  const signIn = await visitor.post('/sign-in', { email: 'lin@example.org', password: PASSWORD })
  expect(String(signIn.headers['set-cookie'])).toMatch(/^__Host-session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
  expect((await visitor.get('/account')).status).toBe(200)
  const asked = await visitor.post('/reset-password', { email: 'lin@example.org' })
  expect(String(asked.headers['set-cookie'])).toMatch(/^__Host-asked=[\w.-]+; Max-Age=86400; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/)
  const out = await visitor.post('/sign-out', {})
  expect(String(out.headers['set-cookie'])).toMatch(/^__Host-session=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax$/)
})

it('does not take the cookie of plain http', async () => {
  await lin(site.database.db)
  const visitor = browser(site)
  await visitor.post('/sign-in', { email: 'lin@example.org', password: PASSWORD })
  expect((await browser(site, `session=${visitor.jar.get('__Host-session')}`).get('/account')).status).toBe(303)
})
