import type { CountryCode, CurrencyCode } from '@paddle/paddle-node-sdk'
import type { Payments } from '../../ports/payments.ts'
import { readPreview } from './answers.ts'
import { createApi } from './call.ts'
import { catalogue } from './catalogue.ts'
import { changes } from './changes.ts'
import { checkouts } from './checkouts.ts'
import { checkConfig, type PaddleConfig } from './config.ts'
import { customers } from './customers.ts'
import { discounts } from './discounts.ts'
import { parseEvent, readSignedEvent } from './events.ts'
import { refunds } from './refunds.ts'
import { subscriptions } from './subscriptions.ts'
import { understood } from './understood.ts'
import { webhooks } from './webhooks.ts'

/** Payments through Paddle Billing. Throws at once when a key, secret or token is missing. */
export function paddle(config: PaddleConfig): Payments {
  checkConfig(config)
  const api = createApi({ apiKey: config.apiKey, environment: config.environment, timeoutMs: config.fetchTimeoutMs ?? 10_000, ...(config.fetch && { fetch: config.fetch }) })
  return {
    ...catalogue(api),
    ...discounts(api),
    ...customers(api),
    ...checkouts(api, config),
    ...subscriptions(api),
    ...changes(api),
    ...refunds(api),
    ...webhooks(api),

    async listEvents({ after, limit = 200 }) {
      const wanted = Math.min(Math.max(limit, 1), 200)
      const { rows, more } = await api.list(
        (sdk) => sdk.events.list({ orderBy: 'id[ASC]', perPage: wanted, ...(after !== null && { after }) }), wanted)
      const events = rows.map(parseEvent)
      return { events, last: events.at(-1)?.eventId ?? after, more }
    },

    async previewPrices({ items, countryCode, ipAddress, currency }) {
      const { data } = await api.read((sdk) => sdk.pricingPreview.preview({
        items,
        ...(countryCode !== null && { address: { countryCode: countryCode as CountryCode } }),
        ...(countryCode === null && ipAddress !== null && { customerIpAddress: ipAddress }),
        ...(currency !== null && { currencyCode: currency as CurrencyCode }),
      }))
      return understood(readPreview, data)
    },

    readEvent: (rawBody, header) => readSignedEvent(rawBody, header, config.webhookSecrets, config.clock.now()),
    parseEvent,
  }
}
