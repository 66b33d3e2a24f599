import type { Surface } from './surface.ts'

interface Uploaded {
  id: string
  url: string
  alt: string
}

interface Point {
  x: number
  y: number
}

const isPicture = (file: File): boolean => file.type.startsWith('image/')
const filesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])].filter(isPicture)

/** Pictures that are dropped, pasted or chosen are uploaded; a placeholder keeps their place in the text meanwhile. */
export function takePictures(form: HTMLFormElement, host: HTMLElement, surface: Surface): void {
  const list = form.querySelector<HTMLElement>('[data-uploads]')
  let count = 0
  const take = (files: File[], point: Point | null = null) => {
    for (const file of point === null ? files : files.toReversed()) void upload(file, ++count, point)
  }

  async function upload(file: File, number: number, point: Point | null): Promise<void> {
    const placeholder = `![Uploading ${file.name.replace(/[[\]()]/g, '')} (${number})]()`
    surface.insertBlock(placeholder, point)
    const line = progressLine(file.name)
    list?.append(line.element)
    try {
      const { url, alt } = await send(file, line.progress)
      const markdown = `![${alt.replace(/[[\]]/g, '')}](${url})`
      if (!surface.replace(placeholder, markdown)) surface.insertBlock(markdown, null)
      line.element.remove()
    } catch (error) {
      surface.replace(placeholder, '')
      line.fail(error instanceof Error ? error.message : 'The upload failed.')
    }
  }

  host.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    host.dataset.over = ''
  })
  host.addEventListener('dragleave', () => delete host.dataset.over)
  host.addEventListener(
    'drop',
    (event) => {
      delete host.dataset.over
      const files = filesOf(event.dataTransfer)
      if (files.length === 0) return
      event.preventDefault()
      event.stopPropagation()
      take(files, { x: event.clientX, y: event.clientY })
    },
    { capture: true },
  )
  host.addEventListener(
    'paste',
    (event) => {
      // What is copied from a word processor comes as text and as a picture of it: the text is meant.
      if (event.clipboardData?.types.includes('text/plain')) return
      const files = filesOf(event.clipboardData)
      if (files.length === 0) return
      event.preventDefault()
      event.stopPropagation()
      take(files)
    },
    { capture: true },
  )
  const button = form.querySelector<HTMLElement>('[data-picture-button]')
  const input = form.querySelector<HTMLInputElement>('[data-picture]')
  if (button !== null) button.hidden = false
  input?.addEventListener('change', () => {
    take([...(input.files ?? [])])
    input.value = ''
  })
}

function progressLine(name: string) {
  const element = document.createElement('p')
  const label = Object.assign(document.createElement('span'), { textContent: `Uploading ${name}` })
  const progress = Object.assign(document.createElement('progress'), { max: 1, value: 0, ariaLabel: `Uploading ${name}` })
  element.append(label, progress)
  return {
    element,
    progress,
    fail(message: string) {
      const close = Object.assign(document.createElement('button'), { type: 'button', className: 'link-button', textContent: 'Dismiss' })
      close.addEventListener('click', () => element.remove())
      element.className = 'uploads__bad'
      element.replaceChildren(`${name}: ${message}`, close)
    },
  }
}

/** XMLHttpRequest, because fetch does not say how far an upload has come. */
function send(file: File, progress: HTMLProgressElement): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const body = new FormData()
    body.append('file', file)
    const request = new XMLHttpRequest()
    request.open('POST', '/admin/pictures')
    request.setRequestHeader('accept', 'application/json')
    request.responseType = 'json'
    request.timeout = 90_000
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total
    })
    request.addEventListener('load', () => {
      const answer = request.response as (Uploaded & { error?: { message?: string } }) | null
      if (request.status === 201 && answer !== null) resolve(answer)
      else reject(new Error(answer?.error?.message ?? 'The upload was refused. Are you still signed in?'))
    })
    request.addEventListener('error', () => reject(new Error('The server did not answer.')))
    request.addEventListener('timeout', () => reject(new Error('The upload took too long.')))
    request.send(body)
  })
}
