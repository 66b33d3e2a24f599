const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char)
}

/** ` name="value"` pairs; null leaves an attribute out, true writes it bare. */
export function attributes(values: Record<string, string | number | true | null>): string {
  let out = ''
  for (const [name, value] of Object.entries(values)) {
    if (value === true) out += ` ${name}`
    else if (value !== null) out += ` ${name}="${escapeHtml(String(value))}"`
  }
  return out
}

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'open'; name: string; raw: string; attributes: Map<string, string> }
  | { kind: 'close'; name: string; raw: string }

// What these hold is not prose: when they go, their content goes with them.
const OPAQUE = new Set(
  'script style template noscript iframe object svg math textarea title xmp noembed noframes plaintext select'.split(' '),
)

// Each attribute needs white space before it, so there is one way only to match: no backtracking beyond a single tag.
const TAG =
  /<(\/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/y
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g

/**
 * Cuts author's HTML into whole tags and text. Comments, declarations and opaque elements vanish; a `<` that starts no
 * whole tag is text. Text keeps its entities but never holds a `<`.
 */
export function pieces(html: string): Piece[] {
  const found: Piece[] = []
  let lower: string | null = null
  let at = 0
  while (at < html.length) {
    const next = html.indexOf('<', at)
    if (next < 0) {
      found.push({ kind: 'text', text: html.slice(at) })
      break
    }
    if (next > at) found.push({ kind: 'text', text: html.slice(at, next) })

    const hidden = endOfHidden(html, next)
    if (hidden > next) {
      at = hidden
      continue
    }

    TAG.lastIndex = next
    const tag = TAG.exec(html)
    if (!tag) {
      found.push({ kind: 'text', text: '&lt;' })
      at = next + 1
      continue
    }

    const [raw, slash, written = '', rest = ''] = tag
    const name = written.toLowerCase()
    at = next + raw.length
    if (slash) {
      found.push({ kind: 'close', name, raw })
    } else {
      found.push({ kind: 'open', name, raw, attributes: readAttributes(rest) })
      if (OPAQUE.has(name)) {
        lower ??= html.toLowerCase()
        const end = lower.indexOf(`</${name}`, at)
        at = end < 0 && html.length > raw.length ? html.length : Math.max(end, at)
      }
    }
  }
  return found
}

/** Where a comment, declaration or processing instruction that starts at `at` ends; `at` itself when none starts. */
function endOfHidden(html: string, at: number): number {
  const [start, end] = html.startsWith('<!--', at) ? ['<!--', '-->'] : html.startsWith('<?', at) ? ['<?', '>'] : ['<!', '>']
  if (!html.startsWith(start, at)) return at
  const close = html.indexOf(end, at + 2)
  return close < 0 ? html.length : close + end.length
}

function readAttributes(source: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', double, single, bare] of source.matchAll(ATTRIBUTE)) {
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, decodeEntities(double ?? single ?? bare ?? ''))
  }
  return found
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' }

/** The common entities; what it does not know stays as written, and is escaped again on the way out. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name) return NAMED[name.toLowerCase()] ?? whole
    const code = hex ? parseInt(hex, 16) : parseInt(decimal, 10)
    const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    return valid ? String.fromCodePoint(code) : '\uFFFD'
  })
}

/** The readable text of author's HTML. */
export function textOf(html: string): string {
  return pieces(html)
    .map((piece) => (piece.kind === 'text' ? decodeEntities(piece.text) : /^(?:td|th|tr|p|li|dt|dd|br|div|summary|h[1-6])$/.test(piece.name) ? ' ' : ''))
    .join('')
}
