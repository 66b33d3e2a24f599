import { showProblems } from './preview.ts'

interface SavedAnswer {
  basedOn: string
  saved: string
  state: { text: string; tone: string | null }
  problems: string[]
  /** Where readers find it; null for what they cannot open. */
  view: string | null
  text: string
}
interface Refusal {
  errors: Record<string, string>
  conflict: { text: string; href: string; number: number } | null
}

/** Sends the form without leaving the page. Answers true when everything was kept. */
export async function sendForm(form: HTMLFormElement, action: string): Promise<boolean> {
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
  try {
    const answer = await fetch(action, { method: 'POST', headers: { accept: 'application/json' }, body })
    if (!answer.headers.get('content-type')?.startsWith('application/json')) return fail(form, 'Nothing was saved: you seem to be signed out. Sign in in another tab, then save again. Your text is kept here.')
    if (answer.ok) return kept(form, (await answer.json()) as SavedAnswer)
    return refused(form, (await answer.json()) as Partial<Refusal> & { error?: { message: string } })
  } catch {
    return fail(form, 'Nothing was saved: the server did not answer. Your text is kept here; try again in a moment.')
  }
}

export function say(form: HTMLFormElement, text: string, unsaved: boolean): void {
  const place = form.querySelector<HTMLElement>('[data-saved]')
  if (place === null) return
  if (place.textContent !== text) place.textContent = text
  place.toggleAttribute('data-unsaved', unsaved)
}

function kept(form: HTMLFormElement, answer: SavedAnswer): true {
  setValue(form, 'basedOn', answer.basedOn)
  showErrors({})
  hideConflict(form)
  showProblems(form, answer.problems)
  const badge = document.querySelector('[data-state] .badge')
  if (badge !== null) {
    badge.textContent = answer.state.text
    badge.className = `badge${answer.state.tone === null ? '' : ` badge--${answer.state.tone}`}`
  }
  showPublished(answer.view)
  say(form, `${answer.text} ${answer.saved}`, false)
  return true
}

/** "View" and "Unpublish" come with the first publication, not with the next visit. */
function showPublished(address: string | null): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-when-published]')) {
    element.hidden = address === null
    if (address !== null && element instanceof HTMLAnchorElement) element.href = address
  }
}

function refused(form: HTMLFormElement, refusal: Partial<Refusal> & { error?: { message: string } }): false {
  if (refusal.conflict) showConflict(form, refusal.conflict)
  else if (refusal.errors && Object.keys(refusal.errors).length > 0) showErrors(refusal.errors)
  else return fail(form, `Nothing was saved: ${refusal.error?.message ?? 'the server refused.'}`)
  say(form, 'Not saved', true)
  return false
}

function fail(form: HTMLFormElement, message: string): false {
  showErrors({ '': message })
  say(form, 'Not saved', true)
  return false
}

function setValue(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name)
  if (field instanceof HTMLInputElement) field.value = value
}

function showErrors(errors: Record<string, string>): void {
  const place = document.querySelector<HTMLElement>('[data-errors]')
  if (place === null) return
  const entries = Object.entries(errors)
  if (entries.length === 0) return place.replaceChildren()
  const box = Object.assign(document.createElement('div'), { className: 'error-summary', tabIndex: -1 })
  box.setAttribute('role', 'alert')
  const list = Object.assign(document.createElement('ul'), { className: 'error-summary__list' })
  for (const [name, text] of entries) list.append(errorItem(name, text))
  box.append(Object.assign(document.createElement('h2'), { className: 'error-summary__title', textContent: 'Please look at this again' }), list)
  place.replaceChildren(box)
  box.focus()
  box.scrollIntoView({ block: 'center' })
}

function errorItem(name: string, text: string): HTMLLIElement {
  const item = document.createElement('li')
  const field = document.getElementById(`f-${name}`)
  if (field === null) item.textContent = text
  else {
    const link = Object.assign(document.createElement('a'), { href: `#f-${name}`, textContent: text })
    link.addEventListener('click', () => {
      const drawer = field.closest('details')
      if (drawer !== null) drawer.open = true
    })
    item.append(link)
  }
  return item
}

function showConflict(form: HTMLFormElement, conflict: NonNullable<Refusal['conflict']>): void {
  const place = form.querySelector<HTMLElement>('[data-conflict]')
  if (place === null) return
  const link = Object.assign(document.createElement('a'), { href: conflict.href, target: '_blank', textContent: 'See the other text' })
  const over = Object.assign(document.createElement('button'), { type: 'submit', className: 'button button--danger', textContent: 'Save mine over it' })
  over.addEventListener('click', () => setValue(form, 'basedOn', String(conflict.number)))
  const actions = Object.assign(document.createElement('p'), { className: 'actions' })
  actions.append(link, over)
  place.replaceChildren(Object.assign(document.createElement('p'), { textContent: conflict.text }), actions)
  place.hidden = false
  place.scrollIntoView({ block: 'center' })
  link.focus()
}

function hideConflict(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLElement>('[data-conflict]')
  if (place === null) return
  place.hidden = true
  place.replaceChildren()
}
