import { Flaw, type Folder } from './manuscript.ts'
import { folderOf, resolvePath } from './naming.ts'

const DIRECTIVE = /(\\?)\{\{\s*#(include|rustdoc_include|playground|playpen|title)\s+([^{}\n]*?)\s*\}\}/g
const DEEPEST = 5

/** mdBook's `{{#include file:lines}}`: the file's words in its place, also in code. What cannot be found is left out and said. */
export function includeFiles(folder: Folder, file: string, body: string, say: (line: number, what: string) => void, depth = 0): string {
  return body.replace(DIRECTIVE, (directive: string, escaped: string, kind: string, rest: string, at: number) => {
    if (escaped !== '' || kind === 'title') return escaped === '' ? '' : directive
    const line = body.slice(0, at).split('\n').length - 1
    const target = rest.split(/\s+/)[0] ?? ''
    const [name = '', ...range] = target.split(':')
    const path = resolvePath(folderOf(file), name)
    if (path === null || !folder.has(path)) {
      say(line, `“${directive}” names a file that is not in the folder and is left out`)
      return ''
    }
    try {
      const text = linesOf(folder.text(path), range)
      const whole = depth < DEEPEST ? includeFiles(folder, path, text, (_line, what) => say(line, what), depth + 1) : text
      return kind === 'playground' || kind === 'playpen' ? `\`\`\`rust\n${whole.trimEnd()}\n\`\`\`` : whole.replace(/\n$/, '')
    } catch (error) {
      if (!(error instanceof Flaw)) throw error
      say(line, `“${directive}” is left out: ${error.message}`)
      return ''
    }
  })
}

const ANCHOR = /ANCHOR(?:_END)?:\s*[\w-]+/

/** `:2`, `:2:10`, `::10`, `:name` */
function linesOf(text: string, [first, last]: string[]): string {
  const lines = text.split('\n')
  if (first !== undefined && /[A-Za-z_]/.test(first)) {
    const start = lines.findIndex((line) => new RegExp(`ANCHOR:\\s*${first.replace(/[^\w-]/g, '')}\\b`).test(line))
    const end = lines.findIndex((line) => new RegExp(`ANCHOR_END:\\s*${first.replace(/[^\w-]/g, '')}\\b`).test(line))
    if (start === -1) throw new Flaw(`it has no part “${first}”`)
    return lines.slice(start + 1, end === -1 ? undefined : end).filter((line) => !ANCHOR.test(line)).join('\n')
  }
  const from = first === undefined || first === '' ? 1 : Number(first)
  const to = last === undefined ? (first === undefined || first === '' ? lines.length : from) : last === '' ? lines.length : Number(last)
  return lines.slice(from - 1, to).filter((line) => !ANCHOR.test(line)).join('\n')
}
