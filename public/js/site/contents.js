/*
 * Marks the section being read in every list that carries data-contents. A section counts once its heading has passed the upper
 * fifth of the window; before the first heading nothing is marked.
 */
export function setUpContents() {
  const links = new Map()
  for (const link of document.querySelectorAll('[data-contents] a[href^="#"]')) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)))
    if (heading) links.set(heading, [...(links.get(heading) ?? []), link])
  }
  if (links.size === 0) return
  const headings = [...links.keys()]
  let marked = null

  const mark = () => {
    const line = innerHeight / 5
    const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2
    const current = atEnd ? headings.at(-1) : headings.findLast((heading) => heading.getBoundingClientRect().top <= line)
    if (current === marked) return
    for (const link of links.get(marked) ?? []) link.removeAttribute('aria-current')
    for (const link of links.get(current) ?? []) {
      link.setAttribute('aria-current', 'true')
      keepInView(link)
    }
    marked = current
  }

  let waiting = false
  addEventListener(
    'scroll',
    () => {
      if (waiting) return
      waiting = true
      requestAnimationFrame(() => {
        waiting = false
        mark()
      })
    },
    { passive: true },
  )
  mark()

  // A folded list closes once it has led somewhere.
  for (const drawer of document.querySelectorAll('details[data-contents]')) {
    drawer.addEventListener('click', (event) => {
      if (event.target.closest('a')) drawer.open = false
    })
  }
}

/* Scrolls the side column alone: scrollIntoView would move the page as well. */
function keepInView(link) {
  const column = link.closest('.reading__side, .learning__side')
  if (!column || column.scrollHeight <= column.clientHeight) return
  const box = column.getBoundingClientRect()
  const place = link.getBoundingClientRect()
  if (place.top < box.top || place.bottom > box.bottom) column.scrollTop += place.top - box.top - box.height / 2
}
