interface Previewed {
  html: string
  problems: string[]
  facts: string
}

/** Shows what the text becomes, a moment after the last keystroke, rendered by the server as it would be saved. */
export function livePreview(form: HTMLFormElement, text: () => string): { soon(): void } {
  const place = form.querySelector<HTMLElement>('[data-preview] .prose')
  const facts = form.querySelector<HTMLElement>('[data-facts]')
  let timer = 0
  let asked: AbortController | null = null

  const show = async () => {
    asked?.abort()
    asked = new AbortController()
    try {
      const answer = await fetch('/admin/preview', { method: 'POST', headers: { accept: 'application/json' }, body: new URLSearchParams({ source: text() }), signal: asked.signal })
      if (!answer.ok || !answer.headers.get('content-type')?.startsWith('application/json')) throw new Error(String(answer.status))
      const previewed = (await answer.json()) as Previewed
      // Sanitised by the server, by the same function that makes what readers get.
      if (place !== null) place.innerHTML = previewed.html
      if (facts !== null) facts.textContent = previewed.facts
      showProblems(form, previewed.problems)
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError') && facts !== null) facts.textContent = 'The preview is not answering.'
    }
  }
  return {
    soon() {
      clearTimeout(timer)
      timer = window.setTimeout(() => void show(), 300)
    },
  }
}

export function showProblems(form: HTMLFormElement, problems: string[]): void {
  const box = form.querySelector<HTMLElement>('[data-problems]')
  if (box === null) return
  box.hidden = problems.length === 0
  box.querySelector('ul')?.replaceChildren(...problems.map((problem) => Object.assign(document.createElement('li'), { textContent: problem })))
}
