/** The entities as they travel: Paddle's names, amounts as strings, times as RFC 3339. */
export interface WireMoney {
  amount: string
  currency_code: string
}
export interface WireCycle {
  interval: 'day' | 'week' | 'month' | 'year'
  frequency: number
}
export interface WirePeriod {
  starts_at: string
  ends_at: string
}
export type CustomData = Record<string, unknown> | null

interface Stamped {
  id: string
  created_at: string
  updated_at: string
}

export interface Product extends Stamped {
  name: string
  description: string | null
  type: 'standard' | 'custom'
  tax_category: string
  image_url: string | null
  custom_data: CustomData
  status: 'active' | 'archived'
  import_meta: null
}

export interface Price extends Stamped {
  product_id: string
  description: string
  type: 'standard' | 'custom'
  name: string | null
  billing_cycle: WireCycle | null
  trial_period: WireCycle | null
  tax_mode: 'account_setting' | 'external' | 'internal'
  unit_price: WireMoney
  unit_price_overrides: { country_codes: string[]; unit_price: WireMoney }[]
  quantity: { minimum: number; maximum: number }
  custom_data: CustomData
  status: 'active' | 'archived'
  import_meta: null
}

export interface Customer extends Stamped {
  name: string | null
  email: string
  marketing_consent: boolean
  status: 'active' | 'archived'
  custom_data: CustomData
  locale: string
  import_meta: null
}

export interface Address extends Stamped {
  customer_id: string
  description: string | null
  first_line: string | null
  second_line: string | null
  city: string | null
  postal_code: string | null
  region: string | null
  country_code: string
  custom_data: CustomData
  status: 'active' | 'archived'
  import_meta: null
}

export interface Business extends Stamped {
  customer_id: string
  name: string
  company_number: string | null
  tax_identifier: string | null
  status: 'active' | 'archived'
  contacts: { name: string; email: string }[]
  custom_data: CustomData
  import_meta: null
}

export interface Discount extends Stamped {
  status: 'active' | 'archived'
  description: string
  enabled_for_checkout: boolean
  code: string | null
  type: 'flat' | 'flat_per_seat' | 'percentage'
  mode: 'standard' | 'custom'
  /** Per cent with at most two decimals, or money in the lowest unit. */
  amount: string
  currency_code: string | null
  recur: boolean
  maximum_recurring_intervals: number | null
  usage_limit: number | null
  restrict_to: string[] | null
  expires_at: string | null
  custom_data: CustomData
  times_used: number
  import_meta: null
}

export interface LineTotals {
  subtotal: string
  discount: string
  tax: string
  total: string
}

/** Which part of a billing period a line stands for; `rate` is for people, the amounts are exact. */
export interface Proration {
  rate: string
  billing_period: WirePeriod
}

export interface LineItem {
  id: string
  price_id: string
  /** Below zero: given back. */
  quantity: number
  proration: Proration | null
  tax_rate: string
  unit_totals: LineTotals
  totals: LineTotals
  product: Product
}

export interface TransactionTotals extends LineTotals {
  credit: string
  credit_to_balance: string
  balance: string
  grand_total: string
  grand_total_tax: string
  fee: string | null
  earnings: string | null
  currency_code: string
}

export interface AdjustedTotals {
  subtotal: string
  tax: string
  total: string
  grand_total: string
  grand_total_tax: string
  fee: string | null
  retained_fee: string
  earnings: string | null
  currency_code: string
}

export interface TransactionDetails {
  tax_rates_used: { tax_rate: string; totals: LineTotals }[]
  totals: TransactionTotals
  adjusted_totals: AdjustedTotals
  payout_totals: (Omit<TransactionTotals, 'fee' | 'earnings'> & { fee: string; earnings: string; exchange_rate: string; fee_rate: string }) | null
  adjusted_payout_totals: AdjustedPayout | null
  line_items: LineItem[]
}

export interface AdjustedPayout {
  subtotal: string
  tax: string
  total: string
  fee: string
  retained_fee: string
  chargeback_fee: { amount: string; original: null }
  earnings: string
  currency_code: string
  exchange_rate: string
}

export interface Payment {
  payment_attempt_id: string
  stored_payment_method_id: string
  payment_method_id: string | null
  amount: string
  status: 'captured' | 'error'
  error_code: string | null
  method_details: {
    type: 'card'
    underlying_details: null
    card: { type: 'visa'; last4: string; expiry_month: number; expiry_year: number; cardholder_name: string }
  }
  created_at: string
  captured_at: string | null
}

export type TransactionStatus = 'draft' | 'ready' | 'billed' | 'paid' | 'completed' | 'canceled' | 'past_due'

export interface Transaction extends Stamped {
  status: TransactionStatus
  customer_id: string | null
  address_id: string | null
  business_id: string | null
  custom_data: CustomData
  currency_code: string
  origin: 'api' | 'web' | 'subscription_recurring' | 'subscription_update' | 'subscription_charge' | 'subscription_payment_method_change'
  subscription_id: string | null
  invoice_id: string | null
  invoice_number: string | null
  collection_mode: 'automatic' | 'manual'
  discount_id: string | null
  billing_details: null
  billing_period: WirePeriod | null
  items: { price_id: string; price: Price; quantity: number; proration: Proration | null }[]
  details: TransactionDetails
  payments: Payment[]
  checkout: { url: string | null } | null
  billed_at: string | null
  revised_at: null
}

export interface SubscriptionItem {
  status: 'active' | 'inactive' | 'trialing'
  quantity: number
  recurring: boolean
  created_at: string
  updated_at: string
  previously_billed_at: string | null
  next_billed_at: string | null
  trial_dates: WirePeriod | null
  price: Price
  product: Product
}

export interface Subscription extends Stamped {
  status: 'active' | 'canceled' | 'past_due' | 'paused' | 'trialing'
  customer_id: string
  address_id: string
  business_id: string | null
  currency_code: string
  started_at: string | null
  first_billed_at: string | null
  next_billed_at: string | null
  paused_at: string | null
  canceled_at: string | null
  discount: { id: string; starts_at: string; ends_at: string | null } | null
  collection_mode: 'automatic' | 'manual'
  billing_details: null
  current_billing_period: WirePeriod | null
  billing_cycle: WireCycle
  scheduled_change: { action: 'cancel' | 'pause' | 'resume'; effective_at: string; resume_at: string | null } | null
  items: SubscriptionItem[]
  custom_data: CustomData
  import_meta: null
}

export type AdjustmentAction =
  | 'credit' | 'refund' | 'chargeback' | 'chargeback_reverse' | 'chargeback_warning' | 'chargeback_warning_reverse' | 'credit_reverse'

export interface AdjustmentItem {
  id: string
  item_id: string
  type: 'full' | 'partial' | 'tax' | 'proration'
  amount: string | null
  proration: null
  totals: { subtotal: string; tax: string; total: string }
}

export interface Adjustment extends Stamped {
  action: AdjustmentAction
  type: 'full' | 'partial'
  transaction_id: string
  subscription_id: string | null
  customer_id: string
  reason: string
  credit_applied_to_balance: boolean | null
  currency_code: string
  status: 'pending_approval' | 'approved' | 'rejected' | 'reversed'
  items: AdjustmentItem[]
  totals: { subtotal: string; tax: string; total: string; fee: string; retained_fee: string; earnings: string; currency_code: string }
  payout_totals: AdjustedPayout | null
  tax_rates_used: { tax_rate: string; totals: { subtotal: string; tax: string; total: string } }[]
}

export interface WireEvent {
  event_id: string
  event_type: string
  occurred_at: string
  data: unknown
}

export interface Notification {
  id: string
  type: string
  status: 'not_attempted' | 'needs_retry' | 'delivered' | 'failed'
  payload: WireEvent & { notification_id: string }
  occurred_at: string
  delivered_at: string | null
  replayed_at: string | null
  origin: 'event' | 'replay'
  last_attempt_at: string | null
  retry_at: string | null
  times_attempted: number
  notification_setting_id: string
}

export interface NotificationSetting {
  id: string
  description: string
  type: 'url'
  destination: string
  active: boolean
  api_version: number
  include_sensitive_fields: boolean
  subscribed_events: { name: string; description: string; group: string; available_versions: number[] }[]
  endpoint_secret_key: string
  traffic_source: 'platform' | 'simulation' | 'all'
}

export interface NotificationLog {
  id: string
  notification_id: string
  response_code: number
  response_content_type: string | null
  response_body: string
  attempted_at: string
}
