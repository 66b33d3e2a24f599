import { z } from 'zod'
import { find, type Account } from './account.ts'
import { country, customData } from './catalogue.ts'
import { emit } from './events.ts'
import { Failure } from './failure.ts'
import { given } from './given.ts'
import type { Address, Customer } from './wire.ts'

const status = z.enum(['active', 'archived'])
const customerFields = {
  email: z.email().max(320),
  name: z.string().max(1024).nullable().optional(),
  custom_data: customData.optional(),
  locale: z.string().max(35).optional(),
}
export const customerCreate = z.object(customerFields)
export const customerUpdate = z.object({ ...customerFields, status }).partial()

const text = (most: number) => z.string().max(most).nullable().optional()
const addressFields = {
  country_code: country,
  description: text(1024), first_line: text(1024), second_line: text(1024), city: text(200), postal_code: text(200), region: text(200),
  custom_data: customData.optional(),
}
export const addressCreate = z.object(addressFields)
export const addressUpdate = z.object({ ...addressFields, status }).partial()

export const customerByEmail = (account: Account, email: string): Customer | undefined =>
  account.store.where('customers', 'email', email.toLowerCase())[0]

function refuseTaken(account: Account, email: string, except?: string): void {
  const taken = customerByEmail(account, email)
  if (taken === undefined || taken.id === except) return
  throw new Failure(409, 'customer_already_exists', `customer email conflicts with customer of id ${taken.id}`)
}

export function createCustomer(account: Account, input: z.infer<typeof customerCreate>): Customer {
  refuseTaken(account, input.email)
  const at = account.stamp()
  const customer: Customer = {
    id: account.ids.next('ctm'), name: input.name ?? null, email: input.email, marketing_consent: false, status: 'active',
    custom_data: input.custom_data ?? null, locale: input.locale ?? 'en', import_meta: null, created_at: at, updated_at: at,
  }
  account.store.put('customers', customer)
  emit(account, 'customer.created', customer)
  return customer
}

export function updateCustomer(account: Account, id: string, change: z.infer<typeof customerUpdate>): Customer {
  const before = find(account, 'customers', id)
  if (change.email !== undefined) refuseTaken(account, change.email, id)
  const customer = { ...before, ...given(change), updated_at: account.stamp() } as Customer
  account.store.put('customers', customer)
  emit(account, 'customer.updated', customer)
  return customer
}

export function createAddress(account: Account, customerId: string, input: z.infer<typeof addressCreate>): Address {
  find(account, 'customers', customerId)
  const at = account.stamp()
  const address: Address = {
    id: account.ids.next('add'), customer_id: customerId, description: input.description ?? null, first_line: input.first_line ?? null,
    second_line: input.second_line ?? null, city: input.city ?? null, postal_code: input.postal_code ?? null, region: input.region ?? null,
    country_code: input.country_code, custom_data: input.custom_data ?? null, status: 'active', import_meta: null, created_at: at, updated_at: at,
  }
  account.store.put('addresses', address)
  emit(account, 'address.created', address)
  return address
}

export function findAddress(account: Account, customerId: string, id: string): Address {
  const address = find(account, 'addresses', id)
  if (address.customer_id !== customerId) throw new Failure(404, 'not_found', `Unable to find address with an id of ${id}.`)
  return address
}

export function updateAddress(account: Account, customerId: string, id: string, change: z.infer<typeof addressUpdate>): Address {
  const address = { ...findAddress(account, customerId, id), ...given(change), updated_at: account.stamp() } as Address
  account.store.put('addresses', address)
  emit(account, 'address.updated', address)
  return address
}
