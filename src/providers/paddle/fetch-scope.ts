import { AsyncLocalStorage } from 'node:async_hooks'

/** What came over the wire, before the SDK made anything of it. */
export interface Exchange {
  status: number
  headers: Headers
  text: string
}

interface Scope {
  fetch: typeof fetch | null
  signal: AbortSignal
  exchange: Exchange | null
  failure: unknown
}

const scopes = new AsyncLocalStorage<Scope>()
let installed: typeof fetch | null = null

/**
 * The SDK calls the global `fetch`, without a time limit and without showing the answer. This puts a door in front of it that
 * only calls made inside `exchangeOf` go through; everybody else's `fetch` is untouched.
 */
function install(): void {
  if (globalThis.fetch === installed) return
  const plain = globalThis.fetch
  installed = async (input, init) => {
    const scope = scopes.getStore()
    if (scope === undefined) return plain(input, init)
    try {
      const response = await (scope.fetch ?? plain)(input, { ...init, signal: scope.signal, redirect: 'error' })
      const text = await response.text()
      scope.exchange = { status: response.status, headers: response.headers, text }
      return new Response(response.status === 204 ? null : text, { status: response.status, headers: response.headers })
    } catch (error) {
      scope.failure = error
      throw error
    }
  }
  globalThis.fetch = installed
}

/**
 * Makes one call through the SDK and gives back the exchange itself, whatever the SDK thinks of it: it throws a SyntaxError on HTML,
 * a TypeError on an error without a body, and drops fields that it does not know. Throws only when no answer came in time.
 * `through`: another way than the network.
 */
export async function exchangeOf(timeoutMs: number, call: () => Promise<unknown>, through: typeof fetch | null = null): Promise<Exchange> {
  install()
  const scope: Scope = { fetch: through, signal: AbortSignal.timeout(timeoutMs), exchange: null, failure: null }
  let thrown: unknown = null
  await scopes.run(scope, async () => {
    try {
      await call()
    } catch (error) {
      thrown = error
    }
  })
  if (scope.exchange !== null) return scope.exchange
  throw scope.failure ?? thrown ?? new Error('The call never reached the network.')
}
