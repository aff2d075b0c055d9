// What a request must be before it is answered at all, and the headers of every answer. The page is read-only and on
// loopback; still a web page of somebody else may try to reach it through the administrator's browser (DNS rebinding,
// cross-site requests), so the names in Host and Origin are checked, and the policy allows nothing but our own files.
import type { IncomingMessage } from 'node:http'

export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
}

export interface Refusal {
  readonly status: 403 | 405 | 421
  readonly why: string
}

/** Any port: the page may be looked at through `ssh -L`. It is the name that a rebinding page cannot choose. */
const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/

/** Undefined where the request may be answered. */
export function refusal(request: IncomingMessage): Refusal | undefined {
  const { host, origin } = request.headers
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, why: 'this page is read-only' }
  if (host === undefined || !loopback.test(host)) return { status: 421, why: 'this is not the name of this page' }
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, why: 'requests of other pages are refused' }
  const site = request.headers['sec-fetch-site']
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none'
  const isNavigation = request.headers['sec-fetch-mode'] === 'navigate' && request.url === '/'
  return isForeign && !isNavigation ? { status: 403, why: 'requests of other pages are refused' } : undefined
}
