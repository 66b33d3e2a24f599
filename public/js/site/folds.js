/* Browsers that cannot hold a fold open by CSS (no ::details-content) get it opened once where there is room beside the text. */
export function setUpFolds() {
  if (CSS.supports('selector(::details-content)') || !matchMedia('(width >= 60rem)').matches) return
  for (const fold of document.querySelectorAll('details.fold')) fold.open = true
}
