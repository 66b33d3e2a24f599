import type { LanguageRegistration } from 'shiki/core'

type Grammar = () => Promise<{ default: LanguageRegistration[] }>

export interface Language {
  id: string
  /** As readers know it. */
  label: string
  /** The name its grammar registers itself under; null for plain text. */
  grammar: string | null
  /** Does it show a session: prompts, commands and what they printed? */
  session: 'shell' | 'python' | 'windows' | null
}

const GRAMMARS: Record<string, Grammar> = {
  python: () => import('shiki/langs/python.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  jsx: () => import('shiki/langs/jsx.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  shellscript: () => import('shiki/langs/shellscript.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  cpp: () => import('shiki/langs/cpp.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  ruby: () => import('shiki/langs/ruby.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  xml: () => import('shiki/langs/xml.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  docker: () => import('shiki/langs/docker.mjs'),
  ini: () => import('shiki/langs/ini.mjs'),
  make: () => import('shiki/langs/make.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  kotlin: () => import('shiki/langs/kotlin.mjs'),
  swift: () => import('shiki/langs/swift.mjs'),
  powershell: () => import('shiki/langs/powershell.mjs'),
}

export const loadGrammar = (name: string): Promise<{ default: LanguageRegistration[] }> | null =>
  GRAMMARS[name]?.() ?? null

// label, grammar, the names authors write (the first is the id), what kind of session it shows
const LIST: [label: string, grammar: string | null, names: string, session?: Language['session']][] = [
  ['Python', 'python', 'python py python3'],
  ['Python session', 'python', 'pycon python-repl', 'python'],
  ['TypeScript', 'typescript', 'ts typescript mts cts'],
  ['JavaScript', 'javascript', 'js javascript mjs cjs node'],
  ['TSX', 'tsx', 'tsx'],
  ['JSX', 'jsx', 'jsx'],
  ['JSON', 'json', 'json jsonc json5'],
  ['HTML', 'html', 'html htm'],
  ['CSS', 'css', 'css'],
  ['Shell', 'shellscript', 'bash sh shell zsh shellscript'],
  ['Terminal', 'shellscript', 'console shell-session shellsession sh-session bash-session terminal', 'shell'],
  ['Command Prompt', null, 'cmd bat batch', 'windows'],
  ['PowerShell', 'powershell', 'powershell ps1 pwsh', 'windows'],
  ['SQL', 'sql', 'sql postgresql psql mysql sqlite'],
  ['Rust', 'rust', 'rust rs'],
  ['Go', 'go', 'go golang'],
  ['Java', 'java', 'java'],
  ['C', 'c', 'c h'],
  ['C++', 'cpp', 'cpp c++ cxx hpp cc'],
  ['C#', 'csharp', 'csharp cs c#'],
  ['Ruby', 'ruby', 'ruby rb'],
  ['PHP', 'php', 'php'],
  ['YAML', 'yaml', 'yaml yml'],
  ['TOML', 'toml', 'toml'],
  ['XML', 'xml', 'xml svg xsl'],
  ['Diff', 'diff', 'diff patch'],
  ['Dockerfile', 'docker', 'dockerfile docker'],
  ['INI', 'ini', 'ini cfg conf properties'],
  ['Makefile', 'make', 'makefile make'],
  ['Markdown', 'markdown', 'markdown md'],
  ['Kotlin', 'kotlin', 'kotlin kt kts'],
  ['Swift', 'swift', 'swift'],
  ['Text', null, 'text txt plain plaintext none'],
]

const BY_NAME = new Map<string, Language>(
  LIST.flatMap(([label, grammar, names, session = null]) => {
    const all = names.split(' ')
    const language: Language = { id: all[0] ?? '', label, grammar, session }
    return all.map((name): [string, Language] => [name, language])
  }),
)

export const languageOf = (name: string): Language | null => BY_NAME.get(name) ?? null

export const languages = (): Language[] => [...new Set(BY_NAME.values())]
