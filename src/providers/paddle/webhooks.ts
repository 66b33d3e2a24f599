import type { IEventName } from '@paddle/paddle-node-sdk'
import type { Payments } from '../../ports/payments.ts'
import { readDestination, readDestinations } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

/** Only events of the platform itself: one made by the provider's simulator must never reach a shop. */
const trafficSource = 'platform' as const

export function webhooks(api: Api): Pick<Payments, 'saveWebhook'> {
  async function find(url: string) {
    const { data } = await api.read((sdk) => sdk.notificationSettings.list({ perPage: 200 }))
    return understood(readDestinations, data).find(({ destination }) => destination === url) ?? null
  }

  return {
    async saveWebhook({ url, description, events }) {
      const subscribedEvents = events as IEventName[]
      const known = await find(url)
      if (known !== null) {
        const { data } = await api.read((sdk) => sdk.notificationSettings.update(known.id, { description, subscribedEvents, active: true, trafficSource }))
        return answerOf(understood(readDestination, data))
      }
      try {
        const { data } = await api.write((sdk) => sdk.notificationSettings.create({ type: 'url', destination: url, description, subscribedEvents, trafficSource }))
        return answerOf(understood(readDestination, data))
      } catch (error) {
        return answerOf(await lookAfterUnknown(error, () => find(url)))
      }
    },
  }
}

const answerOf = ({ id, endpoint_secret_key: secret }: ReturnType<typeof readDestination>) => ({ webhookId: id, secret })
