import { z } from 'zod'
import { find, type Account } from './account.ts'
import { customData } from './catalogue.ts'
import { emit } from './events.ts'
import { notFound } from './failure.ts'
import { given } from './given.ts'
import type { Business } from './wire.ts'

const fields = {
  name: z.string().min(1).max(1024),
  company_number: z.string().max(1024).nullable().optional(),
  tax_identifier: z.string().max(1024).nullable().optional(),
  contacts: z.array(z.object({ name: z.string(), email: z.email() })).max(200).nullable().optional(),
  custom_data: customData.optional(),
}
export const businessCreate = z.object(fields)
export const businessUpdate = z.object({ ...fields, status: z.enum(['active', 'archived']) }).partial()

export function createBusiness(account: Account, customerId: string, input: z.infer<typeof businessCreate>): Business {
  find(account, 'customers', customerId)
  const at = account.stamp()
  const business = account.store.put('businesses', {
    id: account.ids.next('biz'), customer_id: customerId, name: input.name, company_number: input.company_number ?? null,
    tax_identifier: input.tax_identifier ?? null, status: 'active', contacts: input.contacts ?? [], custom_data: input.custom_data ?? null,
    import_meta: null, created_at: at, updated_at: at,
  })
  emit(account, 'business.created', business)
  return business
}

export function findBusiness(account: Account, customerId: string, id: string): Business {
  const business = account.store.get('businesses', id)
  if (business?.customer_id !== customerId) throw notFound('business', id)
  return business
}

export function updateBusiness(account: Account, customerId: string, id: string, change: z.infer<typeof businessUpdate>): Business {
  const before = findBusiness(account, customerId, id)
  const business = account.store.put('businesses', {
    ...before, ...given(change), contacts: change.contacts ?? before.contacts, updated_at: account.stamp(),
  } as Business)
  emit(account, 'business.updated', business)
  return business
}

/** The customer's company of this name and number, made when it is new. */
export const sameBusiness = (account: Account, customerId: string, name: string, taxIdentifier: string | null): Business =>
  account.store.where('businesses', 'customer_id', customerId).find((one) => one.name === name && one.tax_identifier === taxIdentifier)
  ?? createBusiness(account, customerId, { name, tax_identifier: taxIdentifier })
