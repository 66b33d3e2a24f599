import type { Account } from './account.ts'
import { find } from './account.ts'
import { formatMoney } from './money.ts'
import type { Transaction } from './wire.ts'

/** A one-page PDF that says what was bought by whom, with which tax, and that it is not an invoice. */
export function invoicePdf(account: Account, id: string): Buffer {
  const transaction = find(account, 'transactions', id)
  const { totals, line_items: lines, tax_rates_used: rates } = transaction.details
  const money = moneyIn(transaction.currency_code)
  return pdf([
    'SANDBOX - this is not an invoice', '', `Number: ${transaction.invoice_number ?? ''}`, `Date: ${transaction.billed_at?.slice(0, 10) ?? ''}`,
    ...buyerLines(account, transaction), '',
    ...lines.map((line) => `${line.quantity} x ${line.product.name}${period(line.proration?.billing_period)}: ${money(line.totals.total)}`), '',
    `Net: ${money(totals.subtotal)}`, ...(totals.discount === '0' ? [] : [`Discount: -${money(totals.discount)}`]),
    ...rates.map((rate) => `Tax ${Number(rate.tax_rate) * 100} %: ${money(rate.totals.tax)}`),
    ...(totals.credit === '0' ? [] : [`Paid with credit: -${money(totals.credit)}`]), `Total: ${money(totals.grand_total)}`,
  ])
}

/** What went back for which invoice. */
export function creditNotePdf(account: Account, id: string): Buffer {
  const adjustment = find(account, 'adjustments', id)
  const transaction = find(account, 'transactions', adjustment.transaction_id)
  const money = moneyIn(adjustment.currency_code)
  const name = (lineId: string): string => transaction.details.line_items.find((line) => line.id === lineId)?.product.name ?? ''
  return pdf([
    'SANDBOX - this is not a credit note', '', `For invoice: ${transaction.invoice_number ?? ''}`, `Date: ${adjustment.updated_at.slice(0, 10)}`,
    ...buyerLines(account, transaction), '', ...adjustment.items.map((item) => `${name(item.item_id)}: ${money(item.totals.total)}`), '',
    `Tax: ${money(adjustment.totals.tax)}`, `Total: ${money(adjustment.totals.total)}`,
  ])
}

const moneyIn = (currency: string) => (amount: string): string => `${formatMoney(amount, currency)} (${currency})`

const period = (of: { starts_at: string; ends_at: string } | undefined): string =>
  (of ? ` (${of.starts_at.slice(0, 10)} to ${of.ends_at.slice(0, 10)})` : '')

function buyerLines({ store }: Account, { customer_id, address_id, business_id }: Transaction): string[] {
  const customer = customer_id === null ? undefined : store.get('customers', customer_id)
  const address = address_id === null ? undefined : store.get('addresses', address_id)
  const business = business_id === null ? undefined : store.get('businesses', business_id)
  return [
    `Customer: ${[customer?.name, customer?.email].filter(Boolean).join(', ')}`,
    ...(business ? [`Company: ${business.name}`] : []),
    ...(business?.tax_identifier ? [`Tax number: ${business.tax_identifier}`] : []),
    ...(address ? [`Address: ${[address.first_line, address.postal_code, address.city, address.country_code].filter(Boolean).join(', ')}`] : []),
  ]
}

function pdf(lines: string[]): Buffer {
  const text = lines.map((line) => `(${printable(line)}) Tj T*`).join('\n')
  const stream = `BT /F1 12 Tf 60 760 Td 18 TL\n${text}\nET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${Buffer.byteLength(stream, 'latin1')} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const trailer = `trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`
  return Buffer.from(`${body}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${trailer}`, 'latin1')
}

/** The standard fonts know Latin-1 only. */
const printable = (line: string): string => line.replace(/[^\x20-\x7e\xa1-\xff]/g, '?').replace(/[\\()]/g, '\\$&')
