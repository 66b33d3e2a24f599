/** What a tag in a text may ask about its surroundings. */
export interface Around {
  /** In Jekyll `{{ … }}` is a tag too; elsewhere it is what the author wrote. */
  isJekyll: boolean
  /** `site.title`, `page.author`: a word, or null. */
  value(name: string): string | null
  /** The file that `{% link %}`, `{% post_url %}` or `ref` means, from the folder's root. */
  find(kind: 'link' | 'post' | 'ref', written: string): string | null
  include(name: string, kind: 'include' | 'include_relative'): string | null
  /** `line` counts from 0. */
  say(line: number, what: string): void
}

const PICTURE = /\.(?:png|jpe?g|gif|webp|avif|svg)(?:[?#].*)?$/i
const BOXES: Record<string, string> = { note: 'note', info: 'note', tip: 'tip', hint: 'tip', success: 'tip', important: 'important', warning: 'warning', warn: 'warning', danger: 'caution', error: 'caution', caution: 'caution', details: 'details', expand: 'details', spoiler: 'details', collapse: 'details' }
const PAIRED = new Set(['notice', 'callout', 'admonition', 'alert', 'hint', 'box', ...Object.keys(BOXES)])

/** Turns Liquid and Hugo's shortcodes into Markdown, or takes them out and says so. Code stays to the letter. */
export function cleanTemplates(text: string, around: Around): string {
  const lines = text.split('\n')
  const result: string[] = []
  let index = 0
  while (index < lines.length) {
    const fence = fenceAt(lines, index)
    if (fence !== null) {
      result.push(...code(lines.slice(index, fence), around))
      index = fence
    } else if (isIndentedCode(lines, index)) result.push(lines[index++] ?? '')
    else {
      let end = index + 1
      while (end < lines.length && fenceAt(lines, end) === null && !isIndentedCode(lines, end)) end += 1
      // A block of code or raw text may hold what looks like a fence: it goes to its own end.
      const opened = unclosed(lines.slice(index, end).join('\n'))
      if (opened !== null) while (end < lines.length && !opened.test(lines[end - 1] ?? '')) end += 1
      result.push(cleanProse(lines.slice(index, end).join('\n'), { ...around, say: ((from) => (line, what) => around.say(from + line, what))(index) }))
      index = end
    }
  }
  return result.join('\n')
}

/** The line after a fenced block that begins here; null when none does. */
function fenceAt(lines: string[], index: number): number | null {
  const open = /^[ \t>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}|~{3,})([^`]*)$/.exec(lines[index] ?? '')
  if (open === null) return null
  const mark = open[1] ?? '```'
  const close = new RegExp(`^[ \\t>]*${mark[0] === '~' ? '~' : '`'}{${mark.length},}\\s*$`)
  for (let next = index + 1; next < lines.length; next++) if (close.test(lines[next] ?? '')) return next + 1
  return lines.length
}

function isIndentedCode(lines: string[], index: number): boolean {
  if (!/^(?: {4}|\t)\S|^(?: {4}|\t)\s+\S/.test(lines[index] ?? '')) return false
  let above = index - 1
  while (above >= 0 && (lines[above] ?? '').trim() === '') above -= 1
  if (above === index - 1 && above >= 0) return isIndentedCode(lines, above)
  // Below a list item it is the item's text.
  for (let line = above; line >= 0; line--) {
    if (/^\S/.test(lines[line] ?? '')) return !/^(?:[-*+]|\d+[.)])\s/.test(lines[line] ?? '')
    if (/^ {1,3}(?:[-*+]|\d+[.)])\s/.test(lines[line] ?? '')) return false
  }
  return true
}

/** Liquid ran in Jekyll's code too, so its authors fenced it off: these marks are not theirs to show. */
const code = (lines: string[], { isJekyll }: Around): string[] => {
  const whole = lines.join('\n')
  const isFenced = isJekyll && /\{%-?\s*raw\s*-?%\}/.test(whole) && /\{%-?\s*endraw\s*-?%\}/.test(whole)
  return isFenced ? whole.replace(/^[ \t]*\{%-?\s*(?:end)?raw\s*-?%\}[ \t]*\n/gm, '').replace(/\{%-?\s*(?:end)?raw\s*-?%\}/g, '').split('\n') : lines
}

const BLOCKS: [RegExp, RegExp][] = [
  [/\{%-?\s*highlight\b[^%]*%\}/g, /\{%-?\s*endhighlight\s*-?%\}/g],
  [/\{%-?\s*raw\s*-?%\}/g, /\{%-?\s*endraw\s*-?%\}/g],
  [/\{%-?\s*comment\s*-?%\}/g, /\{%-?\s*endcomment\s*-?%\}/g],
  [/\{\{[<%]\s*highlight\b[^}]*[>%]\}\}/g, /\{\{[<%]\s*\/\s*highlight\s*[>%]\}\}/g],
]

function unclosed(text: string): RegExp | null {
  for (const [open, close] of BLOCKS) if ((text.match(open)?.length ?? 0) > (text.match(close)?.length ?? 0)) return new RegExp(close.source)
  return null
}

const TOKEN = new RegExp(
  [
    '(?<!`)(`+)(?!`)(?:(?!\\n[ \\t]*\\n)[\\s\\S]){1,2000}?(?<!`)\\1(?!`)', // code in a line ends with its paragraph
    '\\{%-?\\s*raw\\s*-?%\\}([\\s\\S]*?)(?:\\{%-?\\s*endraw\\s*-?%\\}|$)',
    '\\{%-?\\s*comment\\s*-?%\\}[\\s\\S]*?(?:\\{%-?\\s*endcomment\\s*-?%\\}|$)',
    '\\{%-?\\s*highlight\\s+([^\\s%]+)[^%]*%\\}([\\s\\S]*?)(?:\\{%-?\\s*endhighlight\\s*-?%\\}|$)',
    '\\{\\{[<%]\\s*highlight\\s+"?([^\\s">%]+)[^}]*[>%]\\}\\}([\\s\\S]*?)(?:\\{\\{[<%]\\s*/\\s*highlight\\s*[>%]\\}\\}|$)',
    // Tags are short: what is never closed must not be looked for to the end of the text, again and again.
    '\\{%-?([^%]{0,1000}(?:%(?!\\})[^%]{0,200}){0,5})%\\}',
    '\\{\\{([<%])/\\*([\\s\\S]{0,1000}?)\\*/[>%]\\}\\}',
    '\\{\\{[<%]([\\s\\S]{0,1000}?)/?[>%]\\}\\}',
    '\\{\\{-?([^{}]{0,1000})\\}\\}',
    '\\{:[^{}\\n]*\\}', // kramdown's attributes
  ].join('|'),
  'g',
)

function cleanProse(text: string, around: Around): string {
  return text.replace(TOKEN, (whole: string, ticks: string | undefined, raw: string | undefined, lang: string | undefined, body: string | undefined, hugoLang: string | undefined, hugoBody: string | undefined, tag: string | undefined, escapedMark: string | undefined, escaped: string | undefined, shortcode: string | undefined, output: string | undefined, ...rest: unknown[]) => {
    const at = rest.find((value) => typeof value === 'number') ?? 0
    const drop = () => {
      around.say(text.slice(0, at).split('\n').length - 1, `“${short(whole)}” cannot be turned into Markdown and is left out`)
      return ''
    }
    if (ticks !== undefined) return around.isJekyll ? whole.replace(/\{%-?\s*(?:end)?raw\s*-?%\}/g, '') : whole
    if (raw !== undefined) return raw
    if (lang !== undefined) return fenced(lang, body ?? '', text, at)
    if (hugoLang !== undefined) return fenced(hugoLang, hugoBody ?? '', text, at)
    if (tag !== undefined) return liquidTag(tag.replace(/-$/, '').trim(), around, drop)
    if (escaped !== undefined) return `\`{{${escapedMark ?? '<'} ${escaped.trim()} ${escapedMark === '%' ? '%' : '>'}}}\``
    if (shortcode !== undefined) return hugoShortcode(shortcode.trim(), around, drop)
    if (output !== undefined) return around.isJekyll ? liquidOutput(output.replace(/-$/, '').trim(), around, drop) : whole
    if (whole.startsWith('{:')) return around.isJekyll ? '' : whole
    return ''
  }).replace(/^[ \t]*[*-][ \t]+(?:TOC|toc)[ \t]*$/gm, (line) => (around.isJekyll ? '' : line))
}

const short = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 80)

/** Fenced so long that nothing inside can close it, on lines of its own. */
function fenced(language: string, body: string, text: string, at: number): string {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const before = at === 0 || text[at - 1] === '\n' ? '' : '\n\n'
  return `${before}${fence}${language.toLowerCase()}\n${body.replace(/^[ \t]*\n/, '').replace(/\s+$/, '')}\n${fence}\n`
}

function liquidTag(tag: string, around: Around, drop: () => string): string {
  const [name = '', ...words] = tag.split(/\s+/)
  const rest = words.join(' ')
  switch (name) {
    case 'link':
    case 'post_url': {
      const path = around.find(name === 'link' ? 'link' : 'post', rest.replace(/^['"]|['"]$/g, ''))
      return path === null ? drop() : `/${encodeURI(path)}`
    }
    case 'include':
    case 'include_relative': {
      const picture = pictureOf(parameters(rest))
      const file = words[0] ?? ''
      return picture ?? around.include(file, name) ?? drop()
    }
    case 'youtube':
    case 'vimeo':
    case 'gist':
      return video(name, words[0] ?? '') ?? drop()
    default:
      // What ends a block says nothing that its beginning has not said.
      return /^(?:end\w+|else|elsif|when)$/.test(name) ? '' : drop()
  }
}

function liquidOutput(output: string, around: Around, drop: () => string): string {
  const [subject = '', ...filters] = output.split('|').map((part) => part.trim())
  const literal = /^(["'])(.*)\1$/.exec(subject)?.[2]
  if (literal !== undefined) return filters.some((filter) => !/^(?:relative_url|absolute_url|prepend|escape|strip)/.test(filter)) ? drop() : literal
  if (/^site\.(?:baseurl|url)$/.test(subject)) return ''
  return around.value(subject) ?? drop()
}

function hugoShortcode(written: string, around: Around, drop: () => string): string {
  const close = /^\/\s*(\S+)/.exec(written)?.[1]
  if (close !== undefined) return PAIRED.has(close) ? '\n:::\n' : ''
  const [name = ''] = written.split(/\s+/)
  const given = parameters(written.slice(name.length))
  const first = given.get('0') ?? ''
  switch (name) {
    case 'ref':
    case 'relref': {
      const [path = '', fragment] = (given.get('path') ?? first).split('#')
      const found = path === '' ? '' : around.find('ref', path)
      return found === null ? drop() : `${found === '' ? '' : `/${encodeURI(found)}`}${fragment === undefined ? '' : `#${fragment}`}`
    }
    case 'figure':
    case 'img':
    case 'image':
      return pictureOf(given.has('src') ? given : new Map([...given, ['src', first]])) ?? drop()
    case 'youtube':
    case 'vimeo':
    case 'gist':
      return video(name, name === 'gist' ? `${first}/${given.get('1') ?? ''}` : (given.get('id') ?? first)) ?? drop()
    default: {
      if (!PAIRED.has(name)) return drop()
      const kind = BOXES[(given.get('type') ?? given.get('kind') ?? first).toLowerCase()] ?? BOXES[name] ?? 'note'
      const title = given.get('title') ?? given.get('summary') ?? given.get('1') ?? (BOXES[name] === 'details' ? first : '')
      return `\n:::${kind}${title === '' ? '' : ` ${title}`}\n`
    }
  }
}

/** `src="x" caption='y' z`: names, and places from 0. */
function parameters(text: string): Map<string, string> {
  const found = new Map<string, string>()
  let place = 0
  for (const [, name, double, single, tick, bare] of text.matchAll(/(?:([\w-]+)\s*=\s*)?(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"'=]+))/g)) {
    found.set(name ?? String(place++), double ?? single ?? tick ?? bare ?? '')
  }
  return found
}

function pictureOf(given: Map<string, string>): string | null {
  const src = ['src', 'url', 'image', 'image_path', 'file', 'path'].map((name) => given.get(name)).find((value) => value !== undefined && PICTURE.test(value))
  if (src === undefined) return null
  const title = [given.get('caption') ?? given.get('title') ?? '', given.get('attr') ?? ''].filter((part) => part !== '').join(' | ').replace(/"/g, '”')
  const alt = (given.get('alt') ?? given.get('caption') ?? given.get('title') ?? '').replace(/[[\]]/g, '')
  const address = src.replace(/^\{\{.*?\}\}/, '')
  return `![${alt}](${/\s/.test(address) ? `<${address}>` : address}${title === '' ? '' : ` "${title}"`})`
}

function video(kind: string, id: string): string | null {
  if (!/^[\w./-]+$/.test(id)) return null
  if (kind === 'youtube') return `[Video on YouTube](https://www.youtube.com/watch?v=${id})`
  if (kind === 'vimeo') return `[Video on Vimeo](https://vimeo.com/${id})`
  return `[Code on GitHub](https://gist.github.com/${id.replace(/\/$/, '')})`
}
