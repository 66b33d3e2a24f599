/* Browsers that cannot hold a drawer open by CSS (no ::details-content) get it opened once where there is room beside the text. */
export function setUpDrawers() {
  if (CSS.supports('selector(::details-content)') || !matchMedia('(width >= 60rem)').matches) return
  for (const drawer of document.querySelectorAll('details.drawer')) drawer.open = true
}
