import { createHmac } from 'node:crypto'
import type { Log } from '../../platform/log.ts'
import type { Account } from './account.ts'
import { destinations, secretsFor } from './destinations.ts'
import type { Delivery } from './store.ts'
import type { Notification } from './wire.ts'

export const sign = (secret: string, seconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${seconds}:${body}`).digest('hex')

/** Sends what is due. The answers are awaited in the background, as are the retries that they cause. */
export function createDeliveries(account: Account, log: Log) {
  const busy = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  let queue: Promise<void> = Promise.resolve()

  function send(delivery: Delivery): Promise<void> {
    const work = deliver(account, delivery, stopping.signal, log).finally(() => busy.delete(delivery.id))
    busy.set(delivery.id, work)
    return work
  }

  return {
    /** Call often. Returns at once. */
    tick() {
      const due = account.store.all('deliveries')
        .filter((delivery) => delivery.due <= account.real() && !busy.has(delivery.id))
        .sort((a, b) => a.rank - b.rank)
      for (const delivery of due) {
        if (delivery.rank === 0) {
          if (busy.size < 20) void send(delivery)
        } else {
          busy.set(delivery.id, queue)
          queue = queue.then(() => send(delivery))
        }
      }
    },
    /** True while something is on its way or waits for its time. */
    pending: () => account.store.all('deliveries').length > 0,
    async stop() {
      stopping.abort()
      await Promise.allSettled([...busy.values(), queue])
    },
  }
}

async function deliver(account: Account, delivery: Delivery, stopping: AbortSignal, log: Log): Promise<void> {
  const notification = account.store.get('notifications', delivery.id)
  if (notification === undefined || stopping.aborted) return
  const answer = await post(account, notification, stopping)
  if (stopping.aborted) return
  account.store.change(() => settle(account, delivery, notification, answer))
  if (answer.status < 200 || answer.status > 299) {
    log.debug({ notification: notification.id, type: notification.type, status: answer.status }, 'sandbox: webhook not accepted')
  }
}

interface Answer {
  /** 0: no answer. */
  status: number
  type: string | null
  body: string
}

async function post(account: Account, notification: Notification, stopping: AbortSignal): Promise<Answer> {
  const { settings, faults, real } = account
  const destination = destinations(account).find(({ id }) => id === notification.notification_setting_id)
  if (destination === undefined) return { status: 0, type: null, body: 'the destination is gone' }
  const body = JSON.stringify(notification.payload)
  try {
    const response = await fetch(destination.destination, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([stopping, AbortSignal.timeout(settings.webhookTimeout)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Paddle (Lectern sandbox)',
        'paddle-signature': signature(secretsFor(account, destination), Math.floor(real() / 1000), body,
          faults.forWebhook(notification.type, ['two-signatures']).length > 0),
      },
      body,
    })
    const text = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), body: text.slice(0, 1000) }
  } catch (error) {
    return { status: 0, type: null, body: error instanceof Error ? error.message : 'failed' }
  }
}

function signature(secrets: string[], seconds: number, body: string, two: boolean): string {
  const signed = secrets.map((secret) => sign(secret, seconds, body))
  if (two) signed.push(sign('a secret that is on its way out', seconds, body))
  return [`ts=${seconds}`, ...signed.map((hex) => `h1=${hex}`)].join(';')
}

function settle(account: Account, delivery: Delivery, notification: Notification, answer: Answer): void {
  const { store, settings } = account
  const at = account.stamp()
  const accepted = answer.status >= 200 && answer.status <= 299
  const attempts = notification.times_attempted + 1
  const again = !accepted && attempts < settings.retry.attempts
  const wait = 60_000 * attempts ** 1.1 * settings.retry.scale

  store.put('logs', {
    id: account.ids.next('ntflog'), notification_id: notification.id, response_code: answer.status,
    response_content_type: answer.type, response_body: answer.body, attempted_at: at,
  })
  store.put('notifications', {
    ...notification,
    status: accepted ? 'delivered' : again ? 'needs_retry' : 'failed',
    delivered_at: accepted ? at : notification.delivered_at,
    last_attempt_at: at,
    retry_at: again ? new Date(account.now().getTime() + wait).toISOString() : null,
    times_attempted: attempts,
  })
  if (again) store.put('deliveries', { ...delivery, rank: 0, due: account.real() + wait })
  else if (accepted && delivery.copies > 1) store.put('deliveries', { ...delivery, rank: 0, copies: delivery.copies - 1, due: account.real() })
  else store.remove('deliveries', delivery.id)
}
