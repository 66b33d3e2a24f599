import type { Clock } from '../../platform/clock.ts'

export interface PaddleConfig {
  apiKey: string
  /** 'live', 'sandbox' (Paddle's own), or the base URL of a local stand-in, without a slash at its end. */
  environment: 'live' | 'sandbox' | (string & {})
  /** Several while one is being replaced. */
  webhookSecrets: string[]
  /** For Paddle's overlay in the page. A local stand-in needs none. */
  clientToken: string | null
  /** Where the stand-in's checkout pages are reached by a browser; the base URL unless given. */
  pagesUrl?: string
  /** Instead of the network: for a stand-in in the same process. */
  fetch?: typeof fetch
  clock: Clock
  fetchTimeoutMs?: number
}

/** Paddle's own environments, as opposed to a stand-in's address. */
export const isPaddles = (environment: string): environment is 'live' | 'sandbox' => environment === 'live' || environment === 'sandbox'

export function checkConfig({ apiKey, environment, webhookSecrets, clientToken }: PaddleConfig): void {
  if (apiKey === '') throw new Error('Paddle needs an API key.')
  if (webhookSecrets.length === 0 || webhookSecrets.includes('')) throw new Error('Paddle needs a webhook secret, and no empty one.')
  if (isPaddles(environment)) {
    if (!clientToken) throw new Error('Paddle needs a client token for its checkout.')
  } else if (!/^https?:\/\/[^/]+(\/.*[^/])?$/.test(environment)) {
    throw new Error('The Paddle environment is live, sandbox, or a base URL without a slash at its end.')
  }
}
