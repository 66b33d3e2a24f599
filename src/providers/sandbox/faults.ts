/**
 * Things that go wrong on purpose. `times` counts down (default 1). On calls of the API:
 * `delay` (ms), `rate-limit` (seconds), `error`, `html`, `hang`, `lost`: the work is done and the answer never arrives, and
 * `stale`: reads answer as things stood `ms` ago, behind what the webhooks said.
 * On webhooks: `drop` (never sent; with `from` and `to`, sandbox time, everything in between, however often), `duplicate` (sent `copies` times), `reorder` (held for `ms`, then sent last one first),
 * `delay` (ms), `two-signatures` (as while a secret is rotated; the good one first).
 */
export type Fault = Match & { times?: number } & (
  | { on: 'api'; kind: 'delay'; ms: number }
  | { on: 'api'; kind: 'rate-limit'; seconds: number }
  | { on: 'api'; kind: 'error' | 'html' | 'hang' | 'lost' }
  | { on: 'api'; kind: 'stale'; ms: number }
  | { on: 'webhook'; kind: 'drop'; from?: Date; to?: Date }
  | { on: 'webhook'; kind: 'two-signatures' }
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
  /** `at`: the moment of the event. */
  forWebhook(type: string, kinds: WebhookFault['kind'][], at?: Date): WebhookFault[]
}

export function createFaults(): Faults {
  let active: { fault: Fault; left: number }[] = []

  function take<T extends Fault>(hit: (fault: Fault) => fault is T): T[] {
    const taken = active.filter(({ fault }) => hit(fault))
    for (const entry of taken) if (!lasts(entry.fault)) entry.left -= 1
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
    forWebhook: (type, kinds, at) =>
      take((fault): fault is WebhookFault =>
        fault.on === 'webhook' && kinds.includes(fault.kind) && type.startsWith(fault.match ?? '') && within(fault, at)),
  }
}

/** A window of time is not used up. */
const lasts = (fault: Fault): boolean => fault.kind === 'drop' && (fault.from !== undefined || fault.to !== undefined)

function within(fault: WebhookFault, at: Date | undefined): boolean {
  if (fault.kind !== 'drop' || at === undefined) return true
  return (fault.from === undefined || fault.from <= at) && (fault.to === undefined || at < fault.to)
}
