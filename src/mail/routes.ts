import { Router } from 'express'
import { z } from 'zod'
import { siteInfo } from '../content/meta.ts'
import { NotFound } from '../platform/errors.ts'
import { open } from '../platform/http/guards.ts'
import { render } from '../platform/http/render.ts'
import type { Services } from '../services.ts'
import { mailPage, mailView, outboxPage, outboxView } from './pages.ts'
import { findMail, listMail } from './queries.ts'

/** A mail's HTML may style itself, and its links may leave the frame; nothing else. */
const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

/** The local outbox. In production there is no such address. */
export function mailRoutes({ config, db }: Services): Router {
  const router = Router()
  if (config.production) return router
  const site = siteInfo(config)

  router.get('/dev/mail', open, async (_req, res) => {
    await render(res, outboxView, outboxPage(await listMail(db, 100), site))
  })

  router.get('/dev/mail/:id', open, async (req, res) => {
    await render(res, mailView, mailPage(await findMail(db, mailId(req.params.id)), site))
  })

  router.get('/dev/mail/:id/html', open, async (req, res) => {
    const { html } = await findMail(db, mailId(req.params.id))
    // In its sandbox the mail has no origin that could be kept apart; browsers warn about the wish.
    res.set({ 'Content-Security-Policy': MAIL_POLICY, 'X-Frame-Options': 'SAMEORIGIN', 'Origin-Agent-Cluster': '?0', 'Cache-Control': 'private, no-store' })
    // A link in the frame would open in the frame, where this site's pages may not be shown.
    res.type('html').send(html.replace('<head>', '<head><base target="_blank">'))
  })

  return router
}

function mailId(value: unknown): string {
  const id = z.uuid().safeParse(value)
  if (!id.success) throw new NotFound()
  return id.data
}
