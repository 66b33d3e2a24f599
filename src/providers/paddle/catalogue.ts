import type { CurrencyCode, CountryCode } from '@paddle/paddle-node-sdk'
import type { Cycle, Money, Payments, PriceInput, ProductInput } from '../../ports/payments.ts'
import { identified } from './answers.ts'
import type { Api } from './call.ts'
import { lookAfterUnknown } from './look-after-unknown.ts'
import { understood } from './understood.ts'

/** Online courses. A category cannot be changed after a sale and must be approved by Paddle. */
const TAX_CATEGORY = 'training-services'
const MOST = 5000
const everyState = { status: ['active' as const, 'archived' as const], perPage: 200 }

export function catalogue(api: Api): Pick<Payments, 'saveProduct' | 'savePrice'> {
  return {
    async saveProduct(product) {
      const known = product.productId
        ?? await findByReference(api, product.reference, (sdk) => sdk.products.list(everyState))
      const fields = productFields(product)
      const id = known === null
        ? await create(api, product.reference, (sdk) => sdk.products.create({ ...fields, taxCategory: TAX_CATEGORY }), (sdk) => sdk.products.list(everyState))
        : known
      if (known !== null || !product.active) {
        await setTwice(api, (sdk) => sdk.products.update(id, { ...fields, status: product.active ? 'active' : 'archived' }))
      }
      return { productId: id }
    },

    async savePrice(price) {
      const list = (sdk: Sdk) => sdk.prices.list({ ...everyState, productId: [price.productId] })
      const known = price.priceId ?? await findByReference(api, price.reference, list)
      const fields = priceFields(price)
      const id = known === null
        ? await create(api, price.reference, (sdk) => sdk.prices.create({ ...fields, productId: price.productId }), list)
        : known
      if (known !== null || !price.active) {
        await setTwice(api, (sdk) => sdk.prices.update(id, { ...fields, status: price.active ? 'active' : 'archived' }))
      }
      return { priceId: id }
    },
  }
}

type Sdk = Parameters<Parameters<Api['read']>[0]>[0]
type List = Parameters<Api['list']>[0]

async function findByReference(api: Api, reference: string, list: List): Promise<string | null> {
  const { rows } = await api.list(list, MOST)
  return rows.map((row) => understood((raw) => identified.parse(raw), row)).find((row) => row.reference === reference)?.id ?? null
}

/** Nobody knows whether a lost create happened: look once, and leave a second try to the caller. */
async function create(api: Api, reference: string, request: Parameters<Api['write']>[0], list: List): Promise<string> {
  try {
    const { data } = await api.write(request)
    return understood((raw) => identified.parse(raw), data).id
  } catch (error) {
    return lookAfterUnknown(error, () => findByReference(api, reference, list))
  }
}

/** Setting the same values twice is harmless. */
const setTwice = (api: Api, request: Parameters<Api['read']>[0]) => api.read(request)

function productFields(product: ProductInput) {
  return {
    name: product.name, description: product.description, imageUrl: product.imageUrl, customData: { reference: product.reference },
  }
}

const money = ({ amount, currency }: Money) => ({ amount: String(amount), currencyCode: currency as CurrencyCode })
const cycle = (value: Cycle | null) => value && { interval: value.interval, frequency: value.every }

function priceFields(price: PriceInput) {
  return {
    description: price.description, name: price.name, unitPrice: money(price.price),
    unitPriceOverrides: price.countryPrices.map((one) => ({ countryCodes: one.countries as CountryCode[], unitPrice: money(one.price) })),
    billingCycle: cycle(price.cycle), trialPeriod: price.trial && { ...cycle(price.trial) as { interval: Cycle['interval']; frequency: number } },
    taxMode: price.taxIncluded === 'account-default' ? 'account_setting' as const : price.taxIncluded ? 'internal' as const : 'external' as const,
    quantity: price.quantity, customData: { reference: price.reference },
  }
}
