import type { Account } from './account.ts'
import { find } from './account.ts'
import { formatMoney } from './money.ts'

/** A one-page PDF that says what was bought and that it is not an invoice. */
export function invoicePdf(account: Account, id: string): Buffer {
  const transaction = find(account, 'transactions', id)
  const customer = transaction.customer_id === null ? null : account.store.get('customers', transaction.customer_id)
  const { totals, line_items: lines } = transaction.details
  const money = (amount: string): string => `${formatMoney(amount, transaction.currency_code)} (${transaction.currency_code})`
  return pdf([
    'SANDBOX - this is not an invoice', '', `Number: ${transaction.invoice_number ?? ''}`, `Date: ${transaction.billed_at?.slice(0, 10) ?? ''}`,
    `Customer: ${customer?.email ?? ''}`, '', ...lines.map((line) => `${line.quantity} x ${line.product.name}: ${money(line.totals.total)}`), '',
    `Tax: ${money(totals.tax)}`, `Total: ${money(totals.grand_total)}`,
  ])
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
