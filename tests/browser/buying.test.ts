import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sell, writeCourse } from '../support/content.ts'
import { hasChromium } from '../support/machine.ts'
import { lin, sam, type Person } from '../support/people.ts'
import { useSite } from '../support/site.ts'
import { PHONE, useBrowsing } from './browsing.ts'
import { PARAGRAPHS } from './texts.ts'

const site = useSite({ payments: true, linked: true })
const { visit } = useBrowsing(site)
let person: Person
let buttons: { lessons: { id: string; path: string }[]; path: string }

beforeEach(async () => {
  person = await lin(site.database.db)
  buttons = await writeCourse(site.services, {
    slug: 'buttons', title: 'Buttons that work', summary: 'From a click to a promise.', access: 'paid', source: 'All about buttons.',
    sections: [{ title: 'Begin', lessons: [{ slug: 'a-button', title: 'A button', preview: true, source: PARAGRAPHS }, { slug: 'its-label', title: 'Its label', source: `The secret of labels.\n\n${PARAGRAPHS}` }, { slug: 'its-state', title: 'Its state', source: PARAGRAPHS }] }],
  })
  await sell(site.services, buttons.path === '' ? null : await idOf(buttons.path))
})

afterEach(() => site.sandbox.clearFaults())

const idOf = async (path: string): Promise<string> => (await site.database.db.document.findUniqueOrThrow({ where: { path }, select: { id: true } })).id

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })

/** Webhooks arrive, and the worker does what they ask for. */
async function everythingArrives(): Promise<void> {
  await site.sandbox.settled()
  await site.work()
}

/** From the course's page over the locked lesson, signing in on the way, to the checkout; answers at the sandbox. */
async function goToCheckout(page: Page): Promise<void> {
  await page.goto(buttons.path)
  await page.getByRole('link', { name: 'Its label' }).click()
  await heading(page, 'Its label').waitFor()
  expect(await page.content()).not.toContain('The secret of labels')
  await page.getByRole('link', { name: 'Sign in if it is yours already' }).click()
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await heading(page, 'Its label').waitFor()
  await page.getByRole('link', { name: 'Buy this course' }).or(page.getByRole('button', { name: 'Buy this course' })).click()
  await heading(page, 'Your order').waitFor()
  await page.getByText('$49').first().waitFor()
  await page.getByRole('button', { name: 'Go to payment' }).click()
  await heading(page, 'Checkout').waitFor()
  expect(new URL(page.url()).pathname).toMatch(/^\/dev\/payments\/checkout\/txn_/)
}

async function pay(page: Page): Promise<void> {
  await page.getByLabel('Country').selectOption('DE')
  await page.getByRole('button', { name: 'Pay (test)' }).click()
}

describe.skipIf(!hasChromium)('buying a course', { timeout: 120_000 }, () => {
  it('leads from a locked lesson over the payment to the lesson, the progress and the invoice, and a refund locks it again', async () => {
    const page = await visit()
    await goToCheckout(page)
    // Paddle cannot be asked for a while, so that the thank-you page has to wait.
    site.sandbox.fault({ on: 'api', kind: 'error', match: '/transactions', times: 50 })
    await pay(page)
    await heading(page, 'We are confirming your payment').waitFor()
    site.sandbox.clearFaults()
    await everythingArrives()
    await heading(page, 'Thank you. It is yours.').waitFor()

    await page.getByRole('link', { name: 'Open Buttons that work' }).click()
    await page.getByRole('link', { name: 'Begin the course' }).click()
    await heading(page, 'A button').waitFor()
    await page.getByRole('link', { name: /Its label/ }).first().click()
    await page.getByText('The secret of labels').waitFor()
    await page.getByRole('button', { name: 'Mark as completed' }).click()
    await page.getByRole('button', { name: 'Completed', exact: true }).waitFor()
    await page.getByRole('main').getByRole('status').filter({ hasText: 'Completed' }).waitFor({ state: 'attached' })
    await page.reload()
    await page.getByRole('button', { name: 'Completed', exact: true }).waitFor()

    await page.goto(buttons.path)
    await page.getByText('1 of 3').first().waitFor()
    await page.goto('/')
    await page.getByText('1 of 3').first().waitFor()
    await page.goto('/account')
    await page.getByText('1 of 3').first().waitFor()

    await page.goto('/account/purchases')
    await page.getByText('$49', { exact: true }).waitFor()
    const invoice = await page.getByRole('link', { name: 'Invoice (PDF)' }).getAttribute('href')
    const answer = await page.request.get(invoice ?? '')
    expect(answer.headers()['content-type']).toBe('application/pdf')
    expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-')
    await page.goto('/dev/mail')
    await page.getByRole('row').filter({ hasText: person.email }).first().waitFor()

    const order = await site.database.db.order.findFirstOrThrow()
    await site.services.payments.refund({ reference: order.id, transactionId: order.providerTransactionId ?? '', reason: 'asked', lines: 'all' })
    await page.goto('/dev/payments/')
    await page.getByRole('button', { name: 'Approve refund' }).click()
    await page.getByRole('row').filter({ hasText: 'approved' }).first().waitFor()
    await everythingArrives()
    await page.goto(`${buttons.path}/its-label`)
    await page.getByText('This lesson belongs to the course').waitFor()
    expect(await page.content()).not.toContain('The secret of labels')
    await page.goto('/account/purchases')
    await page.getByText('Refunded').waitFor()
    expect(await site.database.db.completion.count({ where: { accountId: person.id } })).toBe(1)

    const office = await visit({ as: await sam(site.database.db) })
    await office.goto('/admin/orders')
    await office.getByRole('row').filter({ hasText: person.email }).waitFor()
    await office.goto('/admin/events')
    await office.getByRole('row').filter({ hasText: 'transaction.completed' }).first().waitFor()
    await office.getByRole('row').filter({ hasText: 'adjustment.updated' }).first().waitFor()
  })

  it('works without JavaScript', async () => {
    const page = await visit({ javaScriptEnabled: false, viewport: PHONE })
    await goToCheckout(page)
    site.sandbox.fault({ on: 'api', kind: 'error', match: '/transactions', times: 50 })
    await pay(page)
    await heading(page, 'We are confirming your payment').waitFor()
    site.sandbox.clearFaults()
    await everythingArrives()
    await page.getByRole('link', { name: 'Look again' }).click()
    await heading(page, 'Thank you. It is yours.').waitFor()
    await page.goto(`${buttons.path}/its-label`)
    await page.getByText('The secret of labels').waitFor()
    await page.getByRole('button', { name: 'Mark as completed' }).click()
    await page.getByRole('button', { name: 'Completed', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Completed', exact: true }).click()
    await page.getByRole('button', { name: 'Mark as completed' }).waitFor()
  })

  it('ends at the order again when the card is declined or the window is closed', async () => {
    const page = await visit()
    await goToCheckout(page)
    await page.getByLabel('Country').selectOption('DE')
    await page.getByRole('button', { name: 'Decline' }).click()
    await page.getByRole('alert').filter({ hasText: 'The card was declined' }).waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await heading(page, 'Your order').waitFor()
    await page.goto(`${buttons.path}/its-label`)
    await page.getByText('This lesson belongs to the course').waitFor()
  })
})
