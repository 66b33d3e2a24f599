/*
 * "Mark as completed", "Save for later": the same post as without script, sent by fetch. The form says which state it wants, so sending
 * it twice is harmless; whatever goes wrong ends in the ordinary submit, whose answer the server words.
 */
export function setUpToggles() {
  document.addEventListener('submit', async (event) => {
    const form = event.target
    if (!form.matches('[data-toggle]') || form.dataset.plain) return
    event.preventDefault()
    const button = form.querySelector('button')
    if (button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    const done = await send(form)
    button.removeAttribute('aria-busy')
    if (done) return swap(form)
    form.dataset.plain = 'yes'
    form.submit()
  })
}

async function send(form) {
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      body: new URLSearchParams(new FormData(form)),
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(8000),
    })
    // 204, or a redirect that led back here. Anywhere else (sign in) is a page the reader must see.
    return response.ok && (!response.redirected || new URL(response.url).pathname === location.pathname)
  } catch {
    return false
  }
}

function swap(form) {
  const on = form.elements.wanted.value === 'on'
  const button = form.querySelector('button')
  const word = on ? button.dataset.wordOn : button.dataset.wordOff
  form.dataset.on = String(on)
  // The outline's mark of this lesson, in place of its number.
  if (form.action.endsWith('/completion')) for (const mark of document.querySelectorAll('[data-completed]')) mark.hidden = !mark.hidden
  form.elements.wanted.value = on ? 'off' : 'on'
  form.querySelector('[data-word]').textContent = word
  form.querySelector('[data-said]').textContent = word
}
