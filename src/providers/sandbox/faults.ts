/**
 * Things that go wrong on purpose. `times` counts down (default 1). On calls of the API:
 * `delay` (ms), `rate-limit` (seconds), `error`, `html`, `hang`, and `lost`: the work is done and the answer never arrives.
 * On webhooks: `drop` (never sent), `duplicate` (sent `copies` times), `reorder` (held for `ms`, then sent last one first),
 * `delay` (ms), `two-signatures` (as while a secret is rotated; the good one first).
 */
export type Fault = Match & { times?: number } & (
  | { on: 'api'; kind: 'delay'; ms: number }
  | { on: 'api'; kind: 'rate-limit'; seconds: number }
  | { on: 'api'; kind: 'error' | 'html' | 'hang' | 'lost' }
  | { on: 'webhook'; kind: 'drop' | 'two-signatures' }
  | { on: 'webhook'; kind: 'duplicate'; copies: number }
  | { on: 'webhook'; kind: 'reorder' | 'delay'; ms: number }
)

interface Match {
  /** Only calls with this method. */
  method?: string
  /** Only calls whose path, or events whose type, begins with this. */
  match?: string
}

export type ApiFault = Extract<Fault, { on: 'api' }>
export type WebhookFault = Extract<Fault, { on: 'webhook' }>

export interface Faults {
  add(fault: Fault): void
  clear(): void
  list(): Fault[]
  /** The faults that hit this call; each is used up by one. */
  forCall(method: string, path: string): ApiFault[]
  forWebhook(type: string, kinds: WebhookFault['kind'][]): WebhookFault[]
}

export function createFaults(): Faults {
  let active: { fault: Fault; left: number }[] = []

  function take<T extends Fault>(hit: (fault: Fault) => fault is T): T[] {
    const taken = active.filter(({ fault }) => hit(fault))
    for (const entry of taken) entry.left -= 1
    active = active.filter(({ left }) => left > 0)
    return taken.map(({ fault }) => fault as T)
  }

  return {
    add: (fault) => void active.push({ fault, left: fault.times ?? 1 }),
    clear: () => void (active = []),
    list: () => active.map(({ fault, left }) => ({ ...fault, times: left })),
    forCall: (method, path) =>
      take((fault): fault is ApiFault =>
        fault.on === 'api' && (fault.method === undefined || fault.method === method) && path.startsWith(fault.match ?? '')),
    forWebhook: (type, kinds) =>
      take((fault): fault is WebhookFault =>
        fault.on === 'webhook' && kinds.includes(fault.kind) && type.startsWith(fault.match ?? '')),
  }
}
