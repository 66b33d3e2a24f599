import type { CodeLine, Colour } from './highlight.ts'
import type { Language } from './languages.ts'

const PROMPTS: Record<NonNullable<Language['session']>, RegExp> = {
  shell: /^(?:\([\w.-]{1,40}\) )?(?:[\w.-]{1,40}@[\w.-]{1,60}(?::[^\s$#]{0,80})?)?[$%](?: |$)/,
  python: /^(?:>>>|\.\.\.)(?: |$)/,
  windows: /^(?:PS |(?=[A-Za-z]:\\))?[^>\s]{0,120}> /,
}
const ROOT_PROMPT = /^# /
const CONTINUED = /^> /

/** A terminal session: prompts and printed lines are told apart from the commands, which alone are coloured. */
export function sessionLines(source: string, language: Language, colour: Colour): CodeLine[] {
  const lines = source.split('\n')
  const split = splitter(lines, language.session ?? 'shell')
  const parts = lines.map(split)

  const commands = parts.filter((part) => part.prompt !== null)
  // No prompt at all: the author wrote commands only.
  if (commands.length === 0) return colour(source, language.grammar)

  const coloured = colour(commands.map((part) => part.text).join('\n'), language.grammar)
  let next = 0
  return parts.map(({ prompt, text }) => {
    if (prompt === null) return { runs: text ? [{ text, kind: null }] : [], output: true }
    const line = coloured[next++]
    return { runs: line?.runs ?? [], prompt }
  })
}

type Split = (line: string) => { prompt: string | null; text: string }

function splitter(lines: string[], kind: NonNullable<Language['session']>): Split {
  const usual = PROMPTS[kind]
  // `# ` opens a comment as often as a root prompt: it is a prompt only where no other is in use.
  const pattern = kind === 'shell' && !lines.some((line) => usual.test(line)) ? ROOT_PROMPT : usual
  let continues = false
  return (line) => {
    const found = pattern.exec(line)?.[0] ?? (continues ? (CONTINUED.exec(line)?.[0] ?? '') : null)
    const text = line.slice(found?.length ?? 0)
    continues = kind === 'shell' && found !== null && /(?:^|[^\\])\\$/.test(line)
    return { prompt: found, text }
  }
}
