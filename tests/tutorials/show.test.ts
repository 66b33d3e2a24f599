import { describe, expect, it } from 'vitest'
import { lin } from '../support/people.ts'
import { browser, browserOf, useSite } from '../support/site.ts'
import { writeTutorial } from '../support/content.ts'

const site = useSite()

describe('a tutorial', () => {
  it('is read by anybody, with its title, text, author, topics and level', async () => {
    await writeTutorial(site.services, { slug: 'decorators', title: 'Decorators', summary: 'What @ means.', source: '## Why\n\nBecause they wrap.', level: 'intermediate', topics: ['python'], authors: ['ada'] })
    const page = await browser(site).get('/tutorials/decorators')
    expect(page.status).toBe(200)
    for (const text of ['<h1 class="title">Decorators</h1>', 'What @ means.', 'Because they wrap.', 'href="/topics/python"', 'href="/authors/ada"', 'Intermediate', 'href="#s-why"']) expect(page.text).toContain(text)
  })

  it('is not found while it is a draft, and gone from everywhere after it was taken back', async () => {
    await writeTutorial(site.services, { slug: 'secret', title: 'Not yet', publish: false })
    expect((await browser(site).get('/tutorials/secret')).status).toBe(404)
    for (const path of ['/', '/tutorials/', '/sitemap.xml', '/feed.xml', '/search?q=secret']) expect((await browser(site).get(path)).text).not.toContain('Not yet')
  })

  it('can be marked as completed and unmarked, as often as somebody likes', async () => {
    const tutorial = await writeTutorial(site.services, { slug: 'loops' })
    const person = await lin(site.database.db)
    const reader = await browserOf(site, person)
    const toggle = `/documents/${tutorial.id}/completion`
    expect((await reader.get(tutorial.path)).text).toContain(toggle)
    for (const wanted of ['on', 'on']) expect((await reader.post(toggle, { wanted })).headers.location).toBe(tutorial.path)
    expect(await site.database.db.completion.count()).toBe(1)
    expect((await reader.get('/tutorials/')).text).toContain('Completed')
    for (const wanted of ['off', 'off']) expect((await reader.post(toggle, { wanted })).status).toBe(303)
    expect(await site.database.db.completion.count()).toBe(0)
  })

  it('asks a guest to sign in before anything is marked, and refuses nonsense', async () => {
    const tutorial = await writeTutorial(site.services, { slug: 'loops' })
    const guest = await browser(site).post(`/documents/${tutorial.id}/completion`, { wanted: 'on' })
    expect([guest.status, guest.headers.location]).toEqual([303, '/sign-in?next=%2F'])
    const reader = await browserOf(site, await lin(site.database.db))
    expect((await reader.post(`/documents/${tutorial.id}/completion`, { wanted: 'maybe' })).status).toBe(422)
    expect((await reader.post('/documents/nonsense/completion', { wanted: 'on' })).status).toBe(404)
  })
})
