/* Menus are details elements and work alone; here they also close on Escape (the focus returns to the summary) and on a click elsewhere. */
export function setUpMenus() {
  const open = () => document.querySelectorAll('details[data-menu][open]')

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open()) {
      menu.open = false
      menu.querySelector('summary').focus()
    }
  })
  document.addEventListener('click', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false
  })
  document.addEventListener('focusin', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false
  })
}
