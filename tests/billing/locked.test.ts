import { expect, it, describe } from 'vitest'
import { mallory } from '../support/people.ts'
import { browser, browserOf, useSite } from '../support/site.ts'
import { writePage, writeTutorial } from '../support/content.ts'
import { buy, CANARY, canOpen, learner, openShop, type Shop } from './shop.ts'

const site = useSite({ payments: true })

/** Every page that could give a paid lesson's text away. */
const places = (shop: Shop): string[] => [
  '/', '/tutorials/', '/courses/', '/pricing', '/topics/', '/topics/data', shop.course.path, shop.lesson.path, `${shop.lesson.path}?preview=1`, shop.preview.path,
  '/search?q=quokka', '/search?q=zibeline+quokka', '/search?q=joins&kind=lesson', '/search?q=%22unlocks+everything%22&sort=newest',
  '/feed.xml', '/atom.xml', '/sitemap.xml', '/account', '/account/purchases', `/checkout?price=${shop.price}`, '/nothing-here',
]

describe('a paid lesson', () => {
  it('is told to nobody who has not paid: no page, snippet, feed or description holds a word of it', async () => {
    const shop = await openShop(site)
    await writeTutorial(site.services, { slug: 'free', source: 'Anybody may read this.' })
    await writePage(site.services, { slug: 'about', source: 'About us.' })
    const readers = { guest: browser(site), member: await browserOf(site, await mallory(site.database.db)) }
    for (const [who, reader] of Object.entries(readers)) {
      for (const path of places(shop)) {
        const page = await reader.get(path)
        // What somebody searched for stands on the page of results; the rest of the sentence must not.
        for (const word of ['zibeline', 'quokka', 'unlocks', 's-inner'].filter((one) => !path.includes(one))) expect(page.text, `${who} ${path}`).not.toContain(word)
      }
    }
  })

  it('shows its title, teaser, place, outline, price and the way in', async () => {
    const shop = await openShop(site)
    const guest = await browser(site).get(shop.lesson.path)
    expect(guest.status).toBe(200)
    for (const text of ['Joins</h1>', 'How tables meet.', 'Lesson 2 of 2', 'This lesson belongs to the course', 'Hello', '$49', `href="/checkout?price=${shop.price}"`, 'Sign in if it is yours already', `href="${shop.preview.path}"`]) expect(guest.text).toContain(text)
    expect(guest.text).toContain('<meta name="description" content="How tables meet.">')
    const member = await browserOf(site, await mallory(site.database.db))
    const locked = await member.get(shop.lesson.path)
    expect(locked.text).toContain(`href="/checkout?price=${shop.price}"`)
    expect(locked.text).not.toContain('Sign in if it is yours already')
    expect((await member.get(shop.preview.path)).text).toContain('Free to read.')
  })

  it('cannot be marked as completed before it is bought', async () => {
    const shop = await openShop(site)
    const member = await browserOf(site, await mallory(site.database.db))
    expect((await member.post(`/documents/${shop.lesson.id}/completion`, { wanted: 'on' })).status).toBe(404)
    expect((await member.post(`/documents/${shop.preview.id}/completion`, { wanted: 'on' })).status).toBe(303)
  })

  it('is found and read in full by whoever bought it, and its page is kept for nobody else', async () => {
    const shop = await openShop(site)
    const buyer = await learner(site)
    await browser(site).get(shop.lesson.path)
    await buy(site, buyer, shop.price)
    expect(await canOpen(buyer, shop)).toBe(true)
    const found = await buyer.browser.get('/search?q=quokka')
    expect(found.text).toContain(`href="${shop.lesson.path}#`)
    const mine = await buyer.browser.get(shop.lesson.path)
    expect(mine.headers['cache-control']).toContain('private')
    expect((await browser(site).get(shop.lesson.path)).text).not.toContain(CANARY)
    expect(await canOpen({ browser: await browserOf(site, await mallory(site.database.db)) }, shop)).toBe(false)
    for (const mail of await site.database.db.mail.findMany()) expect(mail.html + mail.text).not.toContain(CANARY)
  })
})
