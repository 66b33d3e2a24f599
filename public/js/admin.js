/* Everything in the admin works without this; it saves steps. */
const typing = (element) => element.closest('input, textarea, select, [contenteditable], [data-editor]') !== null

function setUpShortcuts() {
  const places = { t: '/admin/tutorials', c: '/admin/courses', p: '/admin/pictures', h: '/admin' }
  let going = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    if (event.key === '?') return document.getElementById('shortcuts')?.togglePopover()
    const search = document.querySelector('[data-search]')
    if (event.key === '/' && search !== null) {
      event.preventDefault()
      return search.focus()
    }
    if (event.key === 'g') going = event.timeStamp
    else if (event.timeStamp - going < 1500 && places[event.key] !== undefined) location.assign(places[event.key])
  })
}

/* A chosen filter answers at once, and empty fields stay out of the address. */
function setUpAsk() {
  const form = document.querySelector('[data-ask]')
  if (form === null) return
  form.addEventListener('submit', () => {
    for (const field of form.elements) if (field.name !== '' && field.value === '') field.disabled = true
  })
  addEventListener('pageshow', () => {
    for (const field of form.elements) field.disabled = false
  })
  for (const filter of form.querySelectorAll('[data-filter]')) filter.addEventListener('change', () => form.requestSubmit())
}

function setUpSelection() {
  const form = document.querySelector('[data-selection]')
  if (form === null) return
  const boxes = [...form.querySelectorAll('input[name="id"]')]
  const said = form.querySelector('[data-chosen]')
  const all = Object.assign(document.createElement('input'), { type: 'checkbox', ariaLabel: 'Choose all on this page' })
  form.querySelector('[data-choose-all]').append(all)
  const show = () => {
    const count = boxes.filter((box) => box.checked).length
    all.checked = count === boxes.length
    all.indeterminate = count > 0 && count < boxes.length
    said.textContent = count === 0 ? 'With the chosen ones:' : `With ${count} chosen:`
    for (const button of form.querySelectorAll('button[name="action"]')) button.disabled = count === 0
  }
  all.addEventListener('change', () => {
    for (const box of boxes) box.checked = all.checked
    show()
  })
  form.addEventListener('change', show)
  addEventListener('pageshow', show)
  show()
}

/* A picture dropped on the library's form is the one to upload. */
function setUpDrop() {
  const form = document.querySelector('[data-drop-upload]')
  if (form === null) return
  const over = (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    form.toggleAttribute('data-over', event.type === 'dragover')
  }
  form.addEventListener('dragover', over)
  form.addEventListener('dragleave', () => form.removeAttribute('data-over'))
  form.addEventListener('drop', (event) => {
    over(event)
    form.elements.file.files = event.dataTransfer.files
    form.elements.alt.focus()
  })
}

/*
 * The outline is a page of small forms. Here each is sent without leaving the page, and the focus stays on what was moved;
 * Alt with an arrow presses the button that moves.
 */
function setUpOutline() {
  const place = document.querySelector('[data-outline]')
  if (place === null) return
  const status = document.querySelector('[data-outline-said]')
  place.addEventListener('submit', async (event) => {
    const form = event.target
    if (!form.matches('[data-outline-form]')) return
    event.preventDefault()
    // The second of two clicks. The answer brings a new form.
    if (form.dataset.sending) return
    form.dataset.sending = 'yes'
    const body = new URLSearchParams(new FormData(form, event.submitter))
    const focus = event.submitter?.id
    try {
      const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'text/html' } })
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const fresh = page.querySelector('[data-outline]')
      if (fresh === null || !answer.ok) throw new Error('refused')
      place.replaceChildren(...document.importNode(fresh, true).childNodes)
      status.textContent = page.querySelector('.notice')?.textContent.trim() ?? 'Saved.'
      const button = focus ? document.getElementById(focus) : null
      if (button !== null && !button.disabled) button.focus()
      else button?.closest('[data-row]')?.querySelector('button:not(:disabled)')?.focus()
    } catch {
      // Sent the plain way, the page says what is wrong.
      form.append(...(event.submitter?.name ? [Object.assign(document.createElement('input'), { type: 'hidden', name: event.submitter.name, value: event.submitter.value })] : []))
      form.submit()
    }
  })
  place.addEventListener('keydown', (event) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    const button = event.target.closest('[data-row]')?.querySelector(`[data-move="${event.key === 'ArrowUp' ? 'up' : 'down'}"]`)
    if (!button || button.disabled) return
    event.preventDefault()
    button.click()
  })
}

/* The settings drawer closes on Escape and gives the focus back. */
function setUpDrawers() {
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    const drawer = document.querySelector('details[data-drawer][open]')
    if (drawer === null || document.querySelector('[popover]:popover-open') !== null) return
    drawer.open = false
    drawer.querySelector('summary').focus()
  })
}

setUpShortcuts()
setUpAsk()
setUpSelection()
setUpDrop()
setUpOutline()
setUpDrawers()
