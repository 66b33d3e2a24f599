import express, { Router, type Response } from 'express'
import { z } from 'zod'
import { idField, tagsOf } from '../content/document.ts'
import { siteInfo } from '../content/meta.ts'
import { listQuery as courseQuery } from '../courses/course.ts'
import { listCourses } from '../courses/queries.ts'
import { NotFound, Unavailable } from '../platform/errors.ts'
import { open, signedByProvider, signedIn } from '../platform/http/guards.ts'
import { checkoutHeaders, render } from '../platform/http/render.ts'
import { flash, knownViewer, viewer, type Sessions } from '../platform/http/viewer.ts'
import { securityHeaders } from '../platform/http/headers.ts'
import { address, pageField } from '../platform/paging.ts'
import type { CheckoutDoor } from '../ports/payments.ts'
import type { Services } from '../services.ts'
import { checkoutPage, checkoutView, paymentFailedPage, paymentFailedView, paymentPage, paymentView, pricingPage, pricingView, purchasesPage, purchasesView, thankYouPage, thankYouView } from './pages.ts'
import { findOrder, findSale, isMember, listMemberships, listOrders, type PlacedOrder } from './queries.ts'
import { recordEvent } from './record-event.ts'
import { orderRefresher } from './refresh-order.ts'
import { startCheckout } from './start-checkout.ts'

/** Paddle gives up after five seconds; a webhook that cannot be kept must say so well before. */
const WEBHOOK_LIMIT = 2_000

/** Paddle's webhook: kept before it is answered, worked on afterwards. */
export function webhookRoutes(services: Services): Router {
  const router = Router({ strict: true })
  const bytes = express.raw({ type: () => true, limit: '1mb', inflate: false })

  router.post('/webhooks/paddle', signedByProvider, bytes, async (req, res) => {
    const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0)
    try {
      await withLimit(recordEvent(services, body, req.get('Paddle-Signature')), WEBHOOK_LIMIT)
    } catch (error) {
      // Paddle tries again for three days; somebody should know why meanwhile.
      services.log.warn({ err: error }, 'a webhook was not kept')
      throw error
    }
    res.set('Cache-Control', 'no-store').status(200).type('text').send('kept\n')
  })

  return router
}

async function withLimit<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unavailable('The event could not be kept in time; send it again.')), ms)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}

const checkoutInput = z.object({ price: idField })

export function billingRoutes(services: Services, { sessions }: { sessions: Sessions }): Router {
  const { sql, db, config, payments } = services
  const router = Router({ strict: true })
  const site = siteInfo(config)
  const refresh = orderRefresher(services)

  router.get('/pricing', open, async (_req, res) => {
    const accountId = viewer(res)?.id ?? null
    const [memberships, { courses }, member] = await Promise.all([
      listMemberships(sql),
      listCourses(sql, courseQuery.parse({}), accountId),
      accountId === null ? false : isMember(sql, accountId),
    ])
    await render(res, pricingView, pricingPage({ memberships, courses, member }, site), { tags: [tagsOf.list('course'), tagsOf.offers, tagsOf.authors, tagsOf.topics] })
  })

  router.get('/checkout', signedIn, async (req, res) => {
    const input = checkoutInput.safeParse(req.query)
    if (!input.success) return res.redirect(303, '/pricing')
    const sale = await findSale(sql, input.data.price, knownViewer(res).id)
    if (sale === null) return sendToPricing(res)
    if (sale.owned) return sendToOwned(res, sale.documents)
    await render(res, checkoutView, checkoutPage(sale, knownViewer(res), site))
  })

  router.post('/checkout', signedIn, async (req, res) => {
    const { price } = checkoutInput.parse(req.body)
    const sale = await findSale(sql, price, knownViewer(res).id)
    if (sale === null) return sendToPricing(res)
    if (sale.owned) return sendToOwned(res, sale.documents)
    const { orderId, door, isNew } = await startCheckout(services, sale, knownViewer(res))
    // Whoever comes back to an old checkout may have paid on it, and the webhook may be late.
    const order = isNew ? null : await upToDate(await orderOf(orderId, res), res)
    if (door === null || (order !== null && order.state !== 'open')) return res.redirect(303, `/thank-you/${orderId}`)
    res.redirect(303, door.kind === 'page' ? door.url : `/checkout/${orderId}`)
  })

  router.get('/checkout/:order', signedIn, checkoutHeaders(securityHeaders({ secure: config.secure, checkout: true })), async (req, res) => {
    const order = await orderOf(req.params.order, res)
    if (order.state !== 'open') return res.redirect(303, `/thank-you/${order.id}`)
    if (order.providerTransactionId === null) return res.redirect(303, orderAddress(order))
    const door = doorOf(order, order.providerTransactionId)
    if (door.kind === 'page') return res.redirect(303, door.url)
    await render(res, paymentView, paymentPage(order, door, site))
  })

  router.get('/thank-you/:order', signedIn, async (req, res) => {
    const order = await upToDate(await orderOf(req.params.order, res), res)
    if (order.state === 'open' && order.providerTransactionId === null) return res.redirect(303, orderAddress(order))
    if (isGivenBack(order)) return res.redirect(303, '/account/purchases')
    if (order.state === 'canceled') await render(res, paymentFailedView, paymentFailedPage(order, site))
    else await render(res, thankYouView, thankYouPage(order, site))
  })

  router.get('/thank-you/:order/status', signedIn, async (req, res) => {
    const order = await upToDate(await orderOf(req.params.order, res), res)
    const waits = order.state === 'open' || order.state === 'paid'
    res.set('Cache-Control', 'no-store').json({ state: waits ? 'confirming' : 'done' })
  })

  router.get('/account/purchases', signedIn, async (req, res) => {
    const page = pageField.parse(req.query.page)
    const list = await listOrders(db, knownViewer(res).id, page)
    await render(res, purchasesView, purchasesPage({ ...list, page }, site))
  })

  router.get('/account/purchases/:order/invoice', signedIn, async (req, res) => {
    const order = await orderOf(req.params.order, res)
    const link = order.providerTransactionId === null || order.state !== 'completed' ? null : await payments.findInvoiceLink(order.providerTransactionId)
    if (link === null) throw new NotFound('There is no invoice for this order yet.')
    res.set('Cache-Control', 'no-store').redirect(303, link)
  })

  const orderOf = (id: unknown, res: Response) => findOrder(db, idField.safeParse(id).data ?? missing(), knownViewer(res).id)

  const upToDate = async (order: PlacedOrder, res: Response): Promise<PlacedOrder> => ((await refresh(order)) ? orderOf(order.id, res) : order)

  const doorOf = (order: PlacedOrder, transactionId: string): CheckoutDoor =>
    payments.openCheckout(transactionId, { successUrl: `${site.url}/thank-you/${order.id}`, closeUrl: site.url + orderAddress(order) })

  const sendToOwned = async (res: Response, documents: { path: string }[]) => {
    await flash(sessions, res, { kind: 'info', text: 'This is yours already.' })
    res.redirect(303, documents[0]?.path ?? '/account')
  }

  const sendToPricing = async (res: Response) => {
    await flash(sessions, res, { kind: 'info', text: 'That offer is not there any more. This is what you can have today.' })
    res.redirect(303, '/pricing')
  }

  return router
}

/** Where an order is looked at before it is paid. */
const orderAddress = (order: PlacedOrder): string => address('/checkout', { price: order.items[0]?.price.id })

const isGivenBack = ({ refunded, total }: PlacedOrder): boolean => total !== null && refunded > 0n && refunded >= total

function missing(): never {
  throw new NotFound()
}
