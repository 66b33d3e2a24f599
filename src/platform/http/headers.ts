import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet, { type HelmetOptions } from 'helmet'

export type HeaderList = readonly (readonly [string, string])[]

/** Paddle's script and frames, on checkout pages only (shared/providers 1.5). */
const PADDLE = {
  scripts: ['https://cdn.paddle.com', 'https://sandbox-cdn.paddle.com', 'https://public.profitwell.com'],
  styles: ['https://cdn.paddle.com', 'https://sandbox-cdn.paddle.com'],
  frames: ['https://buy.paddle.com', 'https://sandbox-buy.paddle.com'],
  connections: ['https://*.paddle.com', 'https://public.profitwell.com'],
  pictures: ['https://*.paddle.com', 'https://public.profitwell.com'],
}

/** The security headers of every answer, worked out once: helmet says what, we write it. */
export function securityHeaders(options: { secure: boolean; checkout: boolean }): HeaderList {
  const { secure, checkout } = options
  const also = (extra: readonly string[]) => (checkout ? extra : [])
  const settings: HelmetOptions = {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': ["'self'", ...also(PADDLE.scripts)],
        'style-src': ["'self'", ...also(PADDLE.styles), ...(checkout ? ["'unsafe-inline'"] : [])],
        'img-src': ["'self'", ...also(PADDLE.pictures)],
        'font-src': ["'self'"],
        'connect-src': ["'self'", ...also(PADDLE.connections)],
        'frame-src': checkout ? PADDLE.frames : ["'self'"],
        'media-src': ["'self'"],
        'manifest-src': ["'self'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
        ...(secure ? { 'upgrade-insecure-requests': [] } : {}),
      },
    },
    strictTransportSecurity: secure ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    // Vimeo's domain-restricted videos look at the Referer.
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    // Popups that Paddle's frame opens (PayPal, 3-D Secure) need their opener.
    crossOriginOpenerPolicy: { policy: checkout ? 'same-origin-allow-popups' : 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
    // Read by browsers and plug-ins that are no longer about; each would cost every answer its bytes.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  }
  return [...collect(settings), ['Permissions-Policy', PERMISSIONS]]
}

const PERMISSIONS = 'accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(self "https://buy.paddle.com" "https://sandbox-buy.paddle.com"), usb=()'

/** Lets helmet write on a response that is never sent. */
function collect(settings: HelmetOptions): [string, string][] {
  const headers: [string, string][] = []
  const response = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => undefined,
  }
  helmet(settings)({} as IncomingMessage, response as unknown as ServerResponse, (error?: unknown) => {
    if (error instanceof Error) throw error
  })
  return headers
}
