import type { CountryCode } from '@paddle/paddle-node-sdk'
import { readAddress } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

/** The customer's address in this country, made when there is none. */
export async function addressIn(api: Api, customerId: string, country: string): Promise<string> {
  const find = async (): Promise<string | null> => {
    const { rows } = await api.list((sdk) => sdk.addresses.list(customerId, { perPage: 200 }), 200)
    return rows.map((row) => understood(readAddress, row)).find((one) => one.country === country)?.id ?? null
  }
  const known = await find()
  if (known !== null) return known
  try {
    const { data } = await api.write((sdk) => sdk.addresses.create(customerId, { countryCode: country as CountryCode }))
    return understood(readAddress, data).id
  } catch (error) {
    return lookAfterUnknown(error, find)
  }
}
