/* A page that came back with errors begins at its summary; a button cannot send its form twice by a double click. */
export function setUpForms() {
  document.querySelector('[data-error-summary]')?.focus()

  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return
    if (event.target.dataset.sent) return event.preventDefault()
    event.target.dataset.sent = 'yes'
    // An answer that is a download leaves the page where it is.
    setTimeout(() => delete event.target.dataset.sent, 3000)
  })
}
