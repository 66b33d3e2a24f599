// A copy button for every code block. Blocks that arrive later (a preview, a page swapped in) get theirs as well.

const DONE = 2000

// The page's script is async: it may run before there is a body to add to.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', setUp, { once: true })
else setUp()

function setUp() {
  // Without https there is no clipboard, so no button either.
  if (!navigator.clipboard) return
  const live = document.createElement('div')
  live.setAttribute('role', 'status')
  live.className = 'hidden'
  document.body.append(live)

  addButtons(document)
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element) addButtons(node)
    }
  }).observe(document.body, { childList: true, subtree: true })

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null
    if (button) copy(button, live)
  })
}

function addButtons(root) {
  const heads = root.querySelectorAll('[data-code] > .code__head')
  const own = root.matches?.('[data-code] > .code__head') ? [root] : []
  for (const head of [...own, ...heads]) {
    if (head.querySelector('[data-copy]')) continue
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'code__copy'
    button.dataset.copy = ''
    button.textContent = 'Copy'
    const name = head.parentElement.querySelector('pre')?.getAttribute('aria-label')
    if (name) button.setAttribute('aria-label', `Copy ${name}`)
    head.append(button)
  }
}

async function copy(button, live) {
  const code = button.closest('[data-code]').querySelector('code')
  let message = 'Copied'
  try {
    await navigator.clipboard.writeText(textOf(code))
  } catch {
    message = 'Could not copy: select the text instead'
  }
  button.textContent = message === 'Copied' ? 'Copied' : 'Not copied'
  live.textContent = message
  setTimeout(() => {
    button.textContent = 'Copy'
    live.textContent = ''
  }, DONE)
}

// Of a session only the commands: no prompts, nothing that was printed.
function textOf(code) {
  const lines = [...code.querySelectorAll(':scope > .line')]
  if (!lines.some((line) => line.querySelector('.prompt'))) return code.textContent
  return lines
    .filter((line) => !line.classList.contains('output'))
    .map((line) => line.textContent.slice(line.querySelector('.prompt')?.textContent.length ?? 0))
    .join('\n')
}
