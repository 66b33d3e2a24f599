import { describe, expect, it } from 'vitest'
import { hasChromium } from '../support/machine.ts'
import { useSite } from '../support/site.ts'
import { useBrowsing } from './browsing.ts'
import { problemsOfAll } from './check-page.ts'
import { everyPage } from './every-page.ts'

const site = useSite({ payments: true, linked: true })
const { visit } = useBrowsing(site)

describe.skipIf(!hasChromium)('every page can be used by everybody (WCAG 2.2 AA), in light and dark, and is never wider than a phone', { timeout: 240_000 }, () => {
  it('for readers, for members and for buyers', async () => {
    const { reading, accounts } = await everyPage(site)
    expect(await problemsOfAll([...reading, ...accounts], visit)).toEqual({})
  })
})
