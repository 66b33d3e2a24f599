import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { markdown, markdownLanguage } from '@codemirror/lang-markdown'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** What the rest of the editor needs of the field that holds the text. */
export interface Surface {
  text(): string
  /** Replaces everything, as one step that can be undone. */
  replaceAll(text: string): void
  /** Puts a block between blank lines: at a point of the window (where something was dropped), else at the cursor. */
  insertBlock(text: string, point: { x: number; y: number } | null): void
  /** Replaces the first occurrence; false when the writer has removed it. */
  replace(found: string, text: string): boolean
  focus(): void
}

const look = EditorView.theme({
  '&': { height: '100%', minHeight: '24rem', color: 'var(--text)', fontSize: '0.9375rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-code)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { padding: 'var(--space-4)', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'color-mix(in oklch, var(--accent) 26%, transparent)' },
  '.cm-searchMatch': { backgroundColor: 'var(--mark)' },
  '.cm-panels': { backgroundColor: 'var(--surface-sunken)', color: 'var(--text)' },
  '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--line)' },
  '.cm-textfield': { backgroundColor: 'var(--surface-raised)', border: '1px solid var(--line-strong)', color: 'var(--text)' },
  '.cm-button': { backgroundColor: 'transparent', backgroundImage: 'none', border: '1px solid var(--line-strong)', color: 'var(--text)' },
})

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.heading, fontWeight: '700', color: 'var(--accent-strong)' },
    { tag: tags.strong, fontWeight: '700' },
    { tag: tags.emphasis, fontStyle: 'italic' },
    { tag: tags.strikethrough, textDecoration: 'line-through' },
    { tag: [tags.link, tags.url], color: 'var(--accent)' },
    { tag: tags.monospace, color: 'var(--warn)' },
    { tag: [tags.quote, tags.processingInstruction, tags.contentSeparator, tags.labelName], color: 'var(--muted)' },
  ]),
)

/**
 * The field in colours. It lives in a shadow tree: there CodeMirror adopts its style sheets, while in the page itself it
 * would write a style element, which our policy refuses.
 */
export function createSurface(host: HTMLElement, options: { text: string; label: string; onChange(): void }): Surface {
  const root = host.attachShadow({ mode: 'open' })
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(), drawSelection(), highlightActiveLine(), highlightSelectionMatches(), search(),
        markdown({ base: markdownLanguage }), colours, look, EditorView.lineWrapping,
        // Escape, then Tab leaves the field: CodeMirror lets the next Tab through.
        keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ 'aria-label': options.label, tabindex: '0', spellcheck: 'true', autocorrect: 'on', autocapitalize: 'sentences' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange()
        }),
      ],
    }),
  })
  return {
    text: () => view.state.doc.toString(),
    replaceAll: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    insertBlock(text, point) {
      const { doc, selection } = view.state
      const { to } = doc.lineAt((point && view.posAtCoords(point)) ?? selection.main.head)
      // After the line, never in its middle: in front of "# Title" a picture would make text of the heading.
      const before = doc.sliceString(0, to)
      const gap = before.trim() === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
      const after = /^\n\s*(\n|$)|^$/.test(doc.sliceString(to)) ? '' : '\n'
      const insert = `${gap}${text}${after}`
      view.dispatch({ changes: { from: to, insert }, selection: { anchor: to + insert.length - after.length }, scrollIntoView: true })
    },
    replace(found, text) {
      const from = view.state.doc.toString().indexOf(found)
      if (from === -1) return false
      view.dispatch({ changes: { from, to: from + found.length, insert: text } })
      return true
    },
    focus: () => view.focus(),
  }
}
