import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { hasChromium } from '../support/machine.ts'
import { lin, PASSWORD } from '../support/people.ts'
import { useSite } from '../support/site.ts'
import { useBrowsing } from './browsing.ts'

const site = useSite({ linked: true })
const { visit } = useBrowsing(site)

/** Opens the newest mail in the local outbox and follows its button, as from a mail program. */
async function followMail(page: Page, subject: RegExp): Promise<Page> {
  await site.work()
  await page.goto('/dev/mail')
  await page.getByRole('row').nth(1).getByRole('link', { name: subject }).click()
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    page.frameLocator('iframe').locator('a.button, a[href*="/links/"]').first().click(),
  ])
  await opened.waitForLoadState()
  return opened
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
}

const signOut = async (page: Page) => {
  await page.locator('summary', { hasText: 'Your account' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor()
}

describe.skipIf(!hasChromium).each([
  { how: 'with JavaScript', javaScriptEnabled: true },
  { how: 'without JavaScript', javaScriptEnabled: false },
])('joining, $how', { timeout: 120_000 }, ({ javaScriptEnabled }) => {
  it('leads from the form over the mail to a signed-in account, and out and in again', async () => {
    const page = await visit({ javaScriptEnabled })
    await page.goto('/')
    await page.getByRole('link', { name: 'Create account' }).click()
    await page.getByLabel('Name').fill('Nora Newcomer')
    await page.getByLabel('E-mail').fill('nora@example.org')
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    await page.getByText('nora@example.org').waitFor()

    const opened = await followMail(page, /confirm/i)
    await opened.getByRole('button', { name: 'Confirm and sign in' }).click()
    await opened.getByText('Welcome! Your address is confirmed.').waitFor()
    await opened.reload()
    expect(await opened.getByText('Welcome! Your address is confirmed.').count()).toBe(0)

    await signOut(opened)
    await opened.goto('/account')
    await opened.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(opened, 'nora@example.org', PASSWORD)
    await opened.locator('summary', { hasText: 'Your account' }).waitFor()
  })

  it('lets somebody who forgot the password choose another, which ends the old session', async () => {
    const person = await lin(site.database.db)
    const elsewhere = await visit({ as: person, javaScriptEnabled })
    await elsewhere.goto('/account')
    await elsewhere.locator('summary', { hasText: 'Your account' }).waitFor()

    const page = await visit({ javaScriptEnabled })
    await page.goto('/sign-in')
    await page.getByRole('link', { name: 'Forgotten your password?' }).click()
    await page.getByLabel('E-mail').fill(person.email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor()
    const opened = await followMail(page, /password/i)
    await opened.getByLabel('New password').fill('short')
    await opened.getByRole('button', { name: 'Save the password' }).click()
    await opened.getByRole('link', { name: /at least/i }).waitFor()
    await opened.getByLabel('New password').fill('seven lamps beside a harbour')
    await opened.getByRole('button', { name: 'Save the password' }).click()
    await opened.waitForURL('**/reset-password/done')

    await elsewhere.goto('/account')
    await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor()
    await signIn(opened, person.email, person.password)
    await opened.getByText('do not go together').first().waitFor()
    await signIn(opened, person.email, 'seven lamps beside a harbour')
    await opened.locator('summary', { hasText: 'Your account' }).waitFor()
  })

  it('keeps what was typed and says beside each field what is wrong', async () => {
    const page = await visit({ javaScriptEnabled })
    await page.goto('/sign-up')
    await page.getByLabel('Name').fill('Nora')
    await page.getByLabel('E-mail').fill('not an address')
    await page.getByRole('button', { name: 'Create account' }).click()
    const summary = page.locator('[data-error-summary]')
    await summary.waitFor()
    if (javaScriptEnabled) expect(await summary.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await page.getByLabel('Name').inputValue()).toBe('Nora')
    expect(await page.getByLabel('E-mail').inputValue()).toBe('not an address')
    expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true')
    await summary.getByRole('link').first().click()
    expect(await page.getByLabel('E-mail').evaluate((element) => element === document.activeElement)).toBe(true)
  })
})
