import { find, type Account } from './account.ts'
import { destinations } from './destinations.ts'
import { invalid } from './failure.ts'
import type { Tables } from './store.ts'
import type { Notification, WireEvent } from './wire.ts'

/** Records an event and asks for its delivery. `at` gives two events the same moment, as Paddle does at times. */
export function emit(account: Account, type: string, data: object, at = account.stamp()): void {
  const id = account.ids.next('evt')
  const event: WireEvent = { event_id: id, event_type: type, occurred_at: at, data }
  account.store.put('events', { id, ...event })
  const wanted = destinations(account).filter((one) => one.active && one.subscribed_events.some(({ name }) => name === type))
  if (wanted.length === 0 || account.faults.forWebhook(type, ['drop'], account.now()).length > 0) return
  for (const destination of wanted) if (destination.traffic_source !== 'simulation') notify(account, event, 'event', destination.id)
}

const DAYS_KEPT = 90 * 24 * 3600_000

/** What happened within the last ninety days: older ones are gone. */
export function keptEvents(account: Account): Tables['events'][] {
  const oldest = new Date(account.now().getTime() - DAYS_KEPT).toISOString()
  return account.store.all('events').filter(({ occurred_at }) => occurred_at >= oldest)
}

export function keptNotifications(account: Account, from: string | null, to: string | null): Notification[] {
  const oldest = account.now().getTime() - DAYS_KEPT
  const first = Math.max(oldest, moment('from', from) ?? oldest)
  const last = moment('to', to) ?? Infinity
  return account.store.all('notifications').filter(({ occurred_at }) => Date.parse(occurred_at) >= first && Date.parse(occurred_at) <= last)
}

function moment(field: string, text: string | null): number | null {
  if (text === null) return null
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw invalid(field, 'is no RFC 3339 moment')
  return at
}

function notify(account: Account, event: WireEvent, origin: Notification['origin'], destination: string): string {
  const id = account.ids.next('ntf')
  account.store.put('notifications', {
    id,
    type: event.event_type,
    status: 'not_attempted',
    payload: { ...event, notification_id: id },
    occurred_at: event.occurred_at,
    delivered_at: null,
    replayed_at: null,
    origin,
    last_attempt_at: null,
    retry_at: null,
    times_attempted: 0,
    notification_setting_id: destination,
  })
  account.store.put('deliveries', { id, ...plan(account, event.event_type) })
  return id
}

/** When and how often to send, after the faults have had their say. */
function plan(account: Account, type: string): { due: number; rank: number; copies: number } {
  const planned = { due: account.real(), rank: 0, copies: 1 }
  for (const fault of account.faults.forWebhook(type, ['duplicate', 'reorder', 'delay'])) {
    if (fault.kind === 'duplicate') planned.copies = fault.copies
    if (fault.kind === 'delay') planned.due += fault.ms
    if (fault.kind === 'reorder') {
      const held = account.store.all('deliveries').filter((delivery) => delivery.rank < 0)
      planned.rank = Math.min(0, ...held.map((delivery) => delivery.rank)) - 1
      planned.due = held[0]?.due ?? planned.due + fault.ms
    }
  }
  return planned
}

/** A new notification for the same event. Only what came from an event can be replayed. */
export function replay(account: Account, id: string): string {
  const old = find(account, 'notifications', id)
  const { notification_id: _, ...event } = old.payload
  account.store.put('notifications', { ...old, replayed_at: account.stamp() })
  return notify(account, event, 'replay', old.notification_setting_id)
}
