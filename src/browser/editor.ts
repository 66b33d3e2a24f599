import { dropDraft, findDraft, keepDraft, offerDraft } from './editor/drafts.ts'
import { takePictures } from './editor/pictures.ts'
import { livePreview } from './editor/preview.ts'
import { say, sendForm } from './editor/save.ts'
import { createSurface } from './editor/surface.ts'

const KEEP_AFTER = 1_000
const LABEL = 'Text, in Markdown. Escape, then Tab leaves this field.'

/** The editor's page is a plain form; here it gets colours, a live preview, pictures by dropping, and saving in place. */
function setUp(form: HTMLFormElement): void {
  const source = form.elements.namedItem('source') as HTMLTextAreaElement
  const title = form.elements.namedItem('title') as HTMLInputElement
  const summary = form.elements.namedItem('summary') as HTMLTextAreaElement
  const host = form.querySelector<HTMLElement>('[data-surface]')
  const plain = form.querySelector<HTMLElement>('[data-plain]')
  if (host === null || plain === null) return
  const id = form.dataset.key ?? ''
  let unsaved = form.querySelector('[data-conflict]:not([hidden])') !== null || document.querySelector('[data-error-summary]') !== null
  let edits = 0
  let leaving = false
  let sending = false
  let keeping = 0

  host.hidden = false
  plain.hidden = true
  const surface = createSurface(host, {
    text: source.value,
    label: LABEL,
    onChange: () => {
      preview.soon()
      changed()
    },
  })
  const preview = livePreview(form, surface.text)
  takePictures(form, host, surface)
  source.required = false

  const keep = () => keepDraft(id, { title: title.value, summary: summary.value, source: surface.text(), at: Date.now() })
  function changed(): void {
    edits++
    if (!unsaved) say(form, 'Not saved yet', true)
    unsaved = true
    clearTimeout(keeping)
    keeping = window.setTimeout(keep, KEEP_AFTER)
  }
  form.addEventListener('input', (event) => {
    if (event.target instanceof Element && event.target.getAttribute('name') !== 'pane' && !event.target.matches('[data-picture]')) changed()
  })

  async function save(action: string): Promise<void> {
    if (sending) return
    sending = true
    source.value = surface.text()
    const sent = edits
    say(form, 'Saving …', true)
    const kept = await sendForm(form, action)
    sending = false
    if (!kept) return keep()
    // What was typed meanwhile is not saved yet.
    unsaved = edits !== sent
    if (unsaved) return say(form, 'Not saved yet', true)
    clearTimeout(keeping)
    dropDraft(id)
  }

  form.addEventListener('submit', (event) => {
    const button = event.submitter instanceof HTMLButtonElement ? event.submitter : null
    source.value = surface.text()
    if (button?.formTarget === '_blank') return
    if (button?.name === 'overwrite') {
      leaving = true
      return
    }
    event.preventDefault()
    void save(button?.getAttribute('formaction') ?? form.action)
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
    event.preventDefault()
    form.requestSubmit()
  })
  addEventListener('beforeunload', (event) => {
    if (unsaved && !leaving) event.preventDefault()
  })

  const draft = findDraft(id)
  const place = form.querySelector<HTMLElement>('[data-restore]')
  const differs = draft !== null && (draft.source !== surface.text() || draft.title !== title.value || draft.summary !== summary.value)
  if (draft !== null && !differs) dropDraft(id)
  if (draft !== null && differs && place !== null) {
    offerDraft(place, draft, {
      restore: () => {
        title.value = draft.title
        summary.value = draft.summary
        surface.replaceAll(draft.source)
        changed()
        surface.focus()
      },
      discard: () => dropDraft(id),
    })
  }
}

const form = document.querySelector<HTMLFormElement>('[data-editor-form]')
if (form !== null) setUp(form)
