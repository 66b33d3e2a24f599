import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { DESTINATION, type Account } from './account.ts'
import { notFound } from './failure.ts'
import { given } from './given.ts'
import type { NotificationSetting } from './wire.ts'

export const EVENT_TYPES = [
  'address.created', 'address.updated', 'adjustment.created', 'adjustment.updated', 'business.created', 'business.updated', 'customer.created',
  'customer.updated', 'discount.created', 'discount.updated', 'price.created', 'price.updated', 'product.created', 'product.updated',
  'subscription.activated', 'subscription.canceled', 'subscription.created', 'subscription.past_due', 'subscription.paused', 'subscription.resumed',
  'subscription.trialing', 'subscription.updated', 'transaction.billed', 'transaction.canceled', 'transaction.completed', 'transaction.created',
  'transaction.paid', 'transaction.past_due', 'transaction.payment_failed', 'transaction.ready', 'transaction.updated',
]

const fields = {
  description: z.string().min(1).max(500),
  destination: z.url({ protocol: /^https?$/ }).max(2048),
  /** Types that the sandbox never sends may be ticked: Paddle has more. */
  subscribed_events: z.array(z.string().regex(/^[a-z_]+\.[a-z_]+$/)).min(1),
  include_sensitive_fields: z.boolean().nullable().optional(),
  api_version: z.int().min(1).nullable().optional(),
  traffic_source: z.enum(['platform', 'simulation', 'all']).nullable().optional(),
}
export const destinationCreate = z.object({ ...fields, type: z.literal('url', 'the sandbox sends to addresses on the web only') })
export const destinationUpdate = z.object({ ...fields, active: z.boolean() }).partial()

const described = (names: string[]): NotificationSetting['subscribed_events'] =>
  names.map((name) => ({ name, description: `Occurs on ${name}.`, group: name.split('.')[0] ?? '', available_versions: [1] }))

export const eventTypes = (): NotificationSetting['subscribed_events'] => described(EVENT_TYPES)

/** The one that the sandbox was started with, then those that were registered. */
export function destinations({ store, settings }: Account): NotificationSetting[] {
  const registered = store.all('destinations')
  if (settings.webhookUrl === null) return registered
  return [{
    id: DESTINATION, description: 'The shop that this sandbox was started for', type: 'url', destination: settings.webhookUrl, active: true,
    api_version: 1, include_sensitive_fields: false, subscribed_events: eventTypes(), endpoint_secret_key: settings.webhookSecrets[0] ?? '',
    traffic_source: 'all',
  }, ...registered]
}

export function findDestination(account: Account, id: string): NotificationSetting {
  const found = destinations(account).find((one) => one.id === id)
  if (found === undefined) throw notFound('notification setting', id)
  return found
}

/** Several while a secret is replaced: the first destination's come from the settings. */
export const secretsFor = ({ settings }: Account, { id, endpoint_secret_key }: NotificationSetting): string[] =>
  id === DESTINATION ? settings.webhookSecrets : [endpoint_secret_key]

export function createDestination(account: Account, input: z.infer<typeof destinationCreate>): NotificationSetting {
  const id = account.ids.next('ntfset')
  return account.store.put('destinations', {
    id, description: input.description, type: 'url', destination: input.destination, active: true, api_version: input.api_version ?? 1,
    include_sensitive_fields: input.include_sensitive_fields ?? false, subscribed_events: described(input.subscribed_events),
    endpoint_secret_key: `pdl_${id}_${randomBytes(16).toString('hex')}`, traffic_source: input.traffic_source ?? 'platform',
  })
}

export function updateDestination(account: Account, id: string, change: z.infer<typeof destinationUpdate>): NotificationSetting {
  const { subscribed_events: names, ...rest } = change
  return account.store.put('destinations', {
    ...registered(account, id), ...given(rest), ...(names && { subscribed_events: described(names) }),
  } as NotificationSetting)
}

export const removeDestination = (account: Account, id: string): void => account.store.remove('destinations', registered(account, id).id)

/** The first one belongs to the sandbox's settings, not to the API. */
function registered({ store }: Account, id: string): NotificationSetting {
  const found = store.get('destinations', id)
  if (found === undefined) throw notFound('notification setting', id)
  return found
}
