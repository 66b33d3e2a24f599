import type { CodeBlock } from './fence.ts'
import type { CodeLine } from './highlight.ts'
import { attributes, escapeHtml } from './html.ts'

/** A code block: a quiet header, then code that scrolls inside itself. `number` tells blocks of a page apart by ear. */
export function codeHtml(block: CodeBlock, number: number): string {
  const language = block.language?.label ?? null
  const name = [`Code ${number}`, [block.file, language].filter(Boolean).join(', ')].filter(Boolean).join(': ')
  const classes = ['code__body', block.numbered && 'code__body--numbered'].filter(Boolean).join(' ')
  const id = block.language?.id
  return (
    `<div class="code" data-code>${headerHtml(block, language)}` +
    `<pre${attributes({ class: classes, tabindex: 0, role: 'region', 'aria-label': name })}>` +
    `<code${attributes({ class: id ? `language-${id.replace(/[^a-z-]/g, '')}` : null })}>${linesHtml(block)}</code></pre></div>\n`
  )
}

function headerHtml(block: CodeBlock, language: string | null): string {
  const file = block.file ? `<span class="code__file">${escapeHtml(block.file)}</span>` : ''
  const label = block.label ? `<span class="code__note">${block.label}</span>` : ''
  const name = language && block.language?.id !== 'text' ? `<span class="code__language">${escapeHtml(language)}</span>` : ''
  return `<div class="code__head">${file}${label}${name}</div>`
}

function linesHtml(block: CodeBlock): string {
  const wrapped = block.numbered || block.marked.length > 0 || block.lines.some((line) => line.output || line.prompt)
  return block.lines
    .map((line, index) => (wrapped ? lineHtml(line, isMarked(block, index + 1)) : runsHtml(line)))
    .join('\n')
}

const isMarked = (block: CodeBlock, line: number): boolean =>
  block.marked.some(([first, last]) => line >= first && line <= last)

function lineHtml(line: CodeLine, marked: boolean): string {
  const classes = ['line', marked && 'line--marked', line.output && 'output'].filter(Boolean).join(' ')
  const prompt = line.prompt ? `<span class="prompt">${escapeHtml(line.prompt)}</span>` : ''
  return `<span class="${classes}">${prompt}${runsHtml(line)}</span>`
}

const runsHtml = (line: CodeLine): string =>
  line.runs
    .map(({ text, kind }) => (kind ? `<span class="tok-${kind}">${escapeHtml(text)}</span>` : escapeHtml(text)))
    .join('')
