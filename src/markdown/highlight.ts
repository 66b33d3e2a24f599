import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from 'shiki/core'
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'
import { loadGrammar } from './languages.ts'

/** One run of equal colour. `kind` becomes the class `tok-kind`; null is plain text. */
export interface Run {
  text: string
  kind: string | null
}
export interface CodeLine {
  runs: Run[]
  /** In a session: what precedes the command, or that the line was printed by it. */
  prompt?: string
  output?: boolean
}

// A minified line or a machine-made file is shown without colours: nobody reads it, and it would cost seconds.
const LONGEST_LINE = 1_000
const LONGEST_BLOCK = 60_000
const PREFIX = '--tok-'

let highlighter: Promise<HighlighterCore> | null = null
const loading = new Map<string, Promise<void>>()

// Measured on 150 blocks of Rust, warm: JavaScript's own regular expressions 30 ms, Oniguruma in WebAssembly 60 ms;
// cold 190 ms against 470 ms.
function start(): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({
    engine: createJavaScriptRegexEngine({ forgiving: true }),
    themes: [createCssVariablesTheme({ name: 'classes', variablePrefix: PREFIX, fontStyle: false })],
    langs: [],
  })
  return highlighter
}

async function load(grammar: string): Promise<void> {
  const core = await start()
  const registrations = await loadGrammar(grammar)
  if (registrations) await core.loadLanguage(registrations.default)
}

/** Makes ready what `colour` will need. Each grammar is read once in the life of the process. */
export async function prepare(grammars: Iterable<string>): Promise<Colour> {
  for (const grammar of grammars) {
    const ready = loading.get(grammar) ?? load(grammar)
    loading.set(grammar, ready)
    await ready.catch((reason: unknown) => {
      loading.delete(grammar)
      throw reason
    })
  }
  const core = loading.size > 0 ? await start() : null
  return (code, grammar) => (core && grammar && code.length <= LONGEST_BLOCK ? coloured(core, code, grammar) : plain(code))
}

export type Colour = (code: string, grammar: string | null) => CodeLine[]

export function plain(code: string): CodeLine[] {
  return code.split('\n').map((text) => ({ runs: text ? [{ text, kind: null }] : [] }))
}

function coloured(core: HighlighterCore, code: string, grammar: string): CodeLine[] {
  const lines = core.codeToTokensBase(code, {
    lang: grammar,
    theme: 'classes',
    tokenizeMaxLineLength: LONGEST_LINE,
    tokenizeTimeLimit: 200,
  })
  return lines.map((tokens) => {
    const runs: Run[] = []
    for (const { content, color } of tokens) {
      const kind = kindOf(color)
      const last = runs.at(-1)
      // White space has no colour of its own; fewer, longer runs make a smaller page.
      if (last && (last.kind === kind || content.trim() === '')) last.text += content
      else if (content) runs.push({ text: content, kind })
    }
    return { runs }
  })
}

const KINDS = new Map<string, string>()

function kindOf(colour: string | undefined): string | null {
  if (!colour?.startsWith(`var(${PREFIX}token-`)) return null
  let kind = KINDS.get(colour)
  if (kind === undefined) {
    kind = colour.slice(`var(${PREFIX}token-`.length, -1).replace(/[^a-z-]/g, '')
    KINDS.set(colour, kind)
  }
  return kind
}
