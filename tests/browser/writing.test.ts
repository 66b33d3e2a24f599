import { beforeEach, describe, expect, it } from 'vitest'
import { photo } from '../media/pictures.ts'
import { writeTutorial } from '../support/content.ts'
import { hasChromium } from '../support/machine.ts'
import { sam, type Person } from '../support/people.ts'
import { useSite } from '../support/site.ts'
import { useBrowsing } from './browsing.ts'

const site = useSite({ linked: true })
const { visit, forgive } = useBrowsing(site)
let owner: Person

beforeEach(async () => {
  owner = await sam(site.database.db)
})

describe.skipIf(!hasChromium)('an author', { timeout: 120_000 }, () => {
  it('writes a tutorial with a picture, publishes it, changes it and takes it back', async () => {
    const reader = await visit()
    await reader.goto('/tutorials/')
    expect(await reader.getByText('How to fold a map').count()).toBe(0)

    const page = await visit({ as: owner })
    await page.goto('/')
    await page.locator('summary', { hasText: 'Your account' }).click()
    await page.getByRole('link', { name: 'Admin' }).click()
    await page.getByRole('navigation', { name: 'Admin' }).getByRole('link', { name: 'Tutorials' }).click()
    await page.getByRole('link', { name: 'New tutorial' }).first().click()
    await page.getByLabel('Title').fill('How to fold a map')
    await page.getByRole('main').getByRole('button').click()

    await page.getByLabel('Summary').fill('Never again a paper ball.')
    const text = page.locator('.cm-content')
    await text.click()
    await page.keyboard.insertText('## The first crease\n\nFold it **once**.\n\n')
    const preview = page.getByRole('region', { name: 'Preview' })
    await preview.getByRole('heading', { name: 'The first crease' }).waitFor()
    await preview.locator('strong', { hasText: 'once' }).waitFor()

    const bytes = [...(await photo(900, 500))]
    const dropped = await page.evaluateHandle((content) => {
      const data = new DataTransfer()
      data.items.add(new File([new Uint8Array(content)], 'crease.jpg', { type: 'image/jpeg' }))
      return data
    }, bytes)
    // The cursor stands before a heading, which a picture must not push into a paragraph.
    await page.keyboard.press('Control+Home')
    await text.dispatchEvent('drop', { dataTransfer: dropped })
    await text.filter({ hasText: '/media/' }).waitFor()
    await site.work()

    await page.getByRole('button', { name: 'Save draft' }).first().click()
    await page.getByRole('status').filter({ hasText: /Revision \d+, saved/ }).waitFor()
    await reader.goto('/tutorials/how-to-fold-a-map')
    await reader.getByRole('heading', { level: 1 }).waitFor()
    expect(await reader.getByText('How to fold a map').count()).toBe(0)

    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.locator('[data-state]', { hasText: 'Published' }).waitFor()
    expect(await page.getByRole('link', { name: 'View', exact: true }).getAttribute('href')).toBe('/tutorials/how-to-fold-a-map')
    expect(await page.getByRole('button', { name: 'Unpublish' }).first().isVisible()).toBe(true)
    await site.work()
    await reader.goto('/tutorials/')
    await reader.getByRole('link', { name: 'How to fold a map' }).click()
    await reader.getByRole('heading', { name: 'The first crease' }).waitFor()
    const picture = reader.locator('.prose img')
    await picture.scrollIntoViewIfNeeded()
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth), { timeout: 20_000 }).toBeGreaterThan(0)

    await text.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.insertText('\n\nFold it twice.\n')
    await page.keyboard.press('Control+s')
    await page.locator('[data-state]', { hasText: 'newer draft' }).waitFor()
    await reader.reload()
    expect(await reader.getByText('Fold it twice.').count()).toBe(0)
    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.locator('[data-state]', { hasText: /^\s*Published\s*$/ }).waitFor()
    await site.work()
    await reader.reload()
    await reader.getByText('Fold it twice.').waitFor()

    await page.reload()
    await page.getByRole('button', { name: 'Unpublish' }).first().click()
    await page.locator('#unpublish').getByRole('button', { name: 'Unpublish' }).click()
    await page.getByText('Unpublished: readers can no longer open it.').waitFor()
    const [answer] = await Promise.all([reader.waitForResponse((response) => response.request().isNavigationRequest()), reader.reload()])
    expect([404, 410]).toContain(answer.status())
    await reader.goto('/tutorials/')
    expect(await reader.getByText('How to fold a map').count()).toBe(0)
  })

  it('adds one section to an outline by two quick clicks', async () => {
    const page = await visit({ as: owner })
    await page.goto('/admin/courses/new')
    await page.getByLabel('Title').fill('Maps')
    await page.getByRole('main').getByRole('button').click()
    await page.getByRole('link', { name: 'Outline' }).click()
    await page.getByLabel('Name of a new section').fill('Folding')
    await page.getByRole('button', { name: 'Add section' }).dblclick()
    await page.getByLabel('Name of section 1').waitFor()
    await page.waitForLoadState('networkidle')
    expect(await page.getByLabel('Name of section 2').count()).toBe(0)
  })

  it('writes and publishes without JavaScript too', async () => {
    const page = await visit({ as: owner, javaScriptEnabled: false })
    await page.goto('/admin/tutorials/new')
    await page.getByLabel('Title').fill('Plain paper')
    await page.getByRole('main').getByRole('button').click()
    await page.getByLabel('Text', { exact: true }).fill('## A corner\n\nNothing moves.')
    await page.getByRole('button', { name: 'Publish', exact: true }).click()
    await page.locator('[data-state]', { hasText: 'Published' }).waitFor()
    await page.goto('/tutorials/plain-paper')
    await page.getByText('Nothing moves.').waitFor()
  })

  it('is told when somebody else has saved meanwhile, and loses nothing', async () => {
    forgive(/status of 409/)
    const { id } = await writeTutorial(site.services, { slug: 'shared', title: 'Shared', source: 'As it was.' })
    const [mine, theirs] = [await visit({ as: owner }), await visit({ as: owner })]
    await mine.goto(`/admin/tutorials/${id}`)
    await theirs.goto(`/admin/tutorials/${id}`)
    for (const [page, words] of [[theirs, 'Their words.'], [mine, 'My words.']] as const) {
      await page.locator('.cm-content').click()
      await page.keyboard.insertText(words)
      await page.getByRole('button', { name: 'Save draft' }).first().click()
      if (page === theirs) await page.getByRole('status').filter({ hasText: /Revision 2, saved/ }).waitFor()
    }
    await mine.getByRole('alert').filter({ hasText: 'nothing was overwritten' }).waitFor()
    await mine.locator('.cm-content', { hasText: 'My words.' }).waitFor()
  })
})
