import { Conflict, Unavailable } from '../../platform/errors.ts'
import type { Customer, Payments } from '../../ports/payments.ts'
import { readCredits, readCustomer, readPortalUrl } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

export function customers(api: Api): Pick<Payments, 'saveCustomer' | 'updateCustomer' | 'findCustomer' | 'listCredits' | 'createPortalLink'> {
  async function byEmail(email: string): Promise<Customer | null> {
    const { rows } = await api.list((sdk) => sdk.customers.list({ email: [email], status: ['active', 'archived'] }), 50)
    return rows.map((row) => understood(readCustomer, row)).find((one) => one.email.toLowerCase() === email.toLowerCase()) ?? null
  }

  return {
    async saveCustomer({ email, name, locale }) {
      try {
        const { data } = await api.write((sdk) => sdk.customers.create({ email, name, ...(locale !== undefined && { locale }) }))
        return understood(readCustomer, data)
      } catch (error) {
        if (!(error instanceof Conflict)) return lookAfterUnknown(error, () => byEmail(email))
        const known = await byEmail(email)
        if (known === null) throw new Unavailable('The payment provider knows this customer but does not find it.', { cause: error })
        return known
      }
    },

    async updateCustomer(customerId, change) {
      const { data } = await api.read((sdk) => sdk.customers.update(customerId, change))
      return understood(readCustomer, data)
    },

    async findCustomer(customerId) {
      const { data } = await api.read((sdk) => sdk.customers.get(customerId))
      return understood(readCustomer, data)
    },

    async listCredits(customerId) {
      const { data } = await api.read((sdk) => sdk.customers.getCreditBalance(customerId))
      return understood(readCredits, data)
    },

    async createPortalLink(customerId, subscriptionIds = []) {
      const { data } = await api.read((sdk) => sdk.customerPortalSessions.create(customerId, subscriptionIds))
      return understood(readPortalUrl, data)
    },
  }
}
