/*
 * The reader's choice of colours. It lives in this browser only, so that pages stay the same for everybody and may be cached; system is the
 * absence of a choice. applyTheme runs before anything else in site.js: see docs/decisions/0004-css.md.
 */
const KEY = 'theme'

function chosen() {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system'
  }
}

export function applyTheme() {
  const theme = chosen()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function setUpThemeSwitch() {
  const fieldset = document.querySelector('[data-theme-switch]')
  if (!fieldset) return
  const show = () => {
    for (const input of fieldset.querySelectorAll('input')) input.checked = input.value === chosen()
  }
  show()
  fieldset.hidden = false
  fieldset.addEventListener('change', (event) => {
    try {
      if (event.target.value === 'system') localStorage.removeItem(KEY)
      else localStorage.setItem(KEY, event.target.value)
    } catch {
      // Storage is off: the choice holds for this page only.
      document.documentElement.dataset.theme = event.target.value
      return
    }
    applyTheme()
  })
  // Another tab has chosen.
  addEventListener('storage', (event) => {
    if (event.key !== KEY && event.key !== null) return
    applyTheme()
    show()
  })
}
