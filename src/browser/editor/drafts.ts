/** Text that was typed and not saved, kept on this device. */
export interface LocalDraft {
  title: string
  summary: string
  source: string
  at: number
}

const keyOf = (id: string): string => `lectern:draft:${id}`

export function keepDraft(id: string, draft: LocalDraft): void {
  try {
    localStorage.setItem(keyOf(id), JSON.stringify(draft))
  } catch {
    // Full, or forbidden by the browser: the text is still on the page.
  }
}

export function dropDraft(id: string): void {
  try {
    localStorage.removeItem(keyOf(id))
  } catch {
    // As above.
  }
}

export function findDraft(id: string): LocalDraft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(keyOf(id)) ?? 'null') as LocalDraft | null
    return typeof draft?.source === 'string' ? draft : null
  } catch {
    return null
  }
}

/** Asks whether to bring the kept text back. */
export function offerDraft(place: HTMLElement, draft: LocalDraft, answers: { restore(): void; discard(): void }): void {
  const words = document.createElement('p')
  words.textContent = `Text that was not saved is kept on this device, from ${new Date(draft.at).toLocaleString()}.`
  const button = (label: string, act: () => void) => {
    const element = Object.assign(document.createElement('button'), { type: 'button', className: 'button button--quiet', textContent: label })
    element.addEventListener('click', () => {
      place.hidden = true
      act()
    })
    return element
  }
  const actions = Object.assign(document.createElement('p'), { className: 'actions' })
  actions.append(button('Restore it', answers.restore), button('Discard it', answers.discard))
  place.replaceChildren(words, actions)
  place.hidden = false
}
