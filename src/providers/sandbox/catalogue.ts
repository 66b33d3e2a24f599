import { z } from 'zod'
import { find, type Account } from './account.ts'
import { emit } from './events.ts'
import { Failure } from './failure.ts'
import { given } from './given.ts'
import type { Price, Product } from './wire.ts'

export const customData = z.record(z.string(), z.unknown()).refine((data) => Object.keys(data).length > 0, 'must have a key').nullable()
const status = z.enum(['active', 'archived'])
const kind = z.enum(['standard', 'custom']).nullable()
export const country = z.string().regex(/^[A-Z]{2}$/)
export const currency = z.enum([
  'USD', 'EUR', 'GBP', 'JPY', 'AUD', 'CAD', 'CHF', 'HKD', 'SGD', 'SEK', 'ARS', 'BRL', 'CNY', 'COP', 'CZK', 'DKK', 'HUF', 'ILS', 'INR',
  'KRW', 'MXN', 'NOK', 'NZD', 'PLN', 'RUB', 'THB', 'TRY', 'TWD', 'UAH', 'VND', 'ZAR', 'CLP', 'PEN',
])
const money = z.object({ amount: z.string().regex(/^\d{1,18}$/), currency_code: currency })
const cycle = z.object({ interval: z.enum(['day', 'week', 'month', 'year']), frequency: z.int().min(1).max(365) }).nullable()

const productFields = {
  name: z.string().min(1).max(200),
  tax_category: z.enum([
    'digital-goods', 'ebooks', 'implementation-services', 'professional-services', 'saas', 'software-programming-services', 'standard',
    'training-services', 'website-hosting',
  ]),
  description: z.string().max(2048).nullable().optional(),
  type: kind.optional(),
  image_url: z.union([z.url({ protocol: /^https$/ }), z.literal('')]).nullable().optional(),
  custom_data: customData.optional(),
}
export const productCreate = z.object(productFields)
export const productUpdate = z.object({ ...productFields, status }).partial()

const priceFields = {
  description: z.string().min(1).max(500),
  unit_price: money,
  name: z.string().max(150).nullable().optional(),
  type: kind.optional(),
  billing_cycle: cycle.optional(),
  trial_period: cycle.optional(),
  tax_mode: z.enum(['account_setting', 'external', 'internal']).optional(),
  unit_price_overrides: z.array(z.object({ country_codes: z.array(country).min(1), unit_price: money })).max(250).optional(),
  quantity: z.object({ minimum: z.int().min(1), maximum: z.int().min(1) }).refine((q) => q.maximum >= q.minimum, 'maximum is below minimum').optional(),
  custom_data: customData.optional(),
}
export const priceCreate = z.object({ ...priceFields, product_id: z.string() })
export const priceUpdate = z.object({ ...priceFields, status }).partial()

export function createProduct(account: Account, input: z.infer<typeof productCreate>): Product {
  const at = account.stamp()
  const product: Product = {
    id: account.ids.next('pro'), name: input.name, description: input.description ?? null, type: input.type ?? 'standard',
    tax_category: input.tax_category, image_url: input.image_url ?? null, custom_data: input.custom_data ?? null, status: 'active',
    import_meta: null, created_at: at, updated_at: at,
  }
  account.store.put('products', product)
  emit(account, 'product.created', product)
  return product
}

export function updateProduct(account: Account, id: string, change: z.infer<typeof productUpdate>): Product {
  const product = { ...find(account, 'products', id), ...given(change), updated_at: account.stamp() } as Product
  account.store.put('products', product)
  emit(account, 'product.updated', product)
  return product
}

export function createPrice(account: Account, input: z.infer<typeof priceCreate>): Price {
  find(account, 'products', input.product_id)
  if (input.trial_period && !input.billing_cycle) {
    throw new Failure(400, 'price_trial_period_requires_billing_cycle', 'A trial period needs a billing cycle.')
  }
  noCountryTwice(input.unit_price_overrides)
  const at = account.stamp()
  const price: Price = {
    id: account.ids.next('pri'), product_id: input.product_id, description: input.description, type: input.type ?? 'standard',
    name: input.name ?? null, billing_cycle: input.billing_cycle ?? null, trial_period: input.trial_period ?? null,
    tax_mode: input.tax_mode ?? 'account_setting', unit_price: input.unit_price, unit_price_overrides: input.unit_price_overrides ?? [],
    quantity: input.quantity ?? { minimum: 1, maximum: 100 }, custom_data: input.custom_data ?? null, status: 'active',
    import_meta: null, created_at: at, updated_at: at,
  }
  account.store.put('prices', price)
  emit(account, 'price.created', price)
  return price
}

export function updatePrice(account: Account, id: string, change: z.infer<typeof priceUpdate>): Price {
  noCountryTwice(change.unit_price_overrides)
  const price = { ...find(account, 'prices', id), ...given(change), updated_at: account.stamp() } as Price
  account.store.put('prices', price)
  emit(account, 'price.updated', price)
  return price
}

function noCountryTwice(overrides: { country_codes: string[] }[] = []): void {
  const countries = overrides.flatMap((override) => override.country_codes)
  if (new Set(countries).size !== countries.length) {
    throw new Failure(400, 'price_duplicate_currency_override_for_country', 'A country may have one price only.')
  }
}
