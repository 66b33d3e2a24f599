/* Waiting for a payment: asks every 2 s for 30 s whether it is confirmed, then says what to do instead. Without script there is a link. */
const EVERY = 2000
const ROUNDS = 15

export async function setUpPoll() {
  const element = document.querySelector('[data-poll]')
  if (!element) return
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, EVERY))
    if ((await state(element.dataset.poll)) === 'done') return location.reload()
  }
  const late = element.querySelector('[data-poll-late]')
  late.hidden = false
  element.querySelector('progress')?.remove()
}

async function state(url) {
  try {
    const response = await fetch(url, { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(5000) })
    return response.ok ? (await response.json()).state : null
  } catch {
    return null
  }
}
