import { withHeaders } from './reply.ts'
import type { Handler } from './router.ts'

const open = { 'access-control-allow-origin': '*' } as const
const preflight = {
  ...open,
  'access-control-allow-methods': 'GET, POST',
  // The star stands for every header but this one.
  'access-control-allow-headers': 'authorization, *',
  'access-control-max-age': '600',
} as const
const exposed = {
  ...open,
  'access-control-expose-headers': 'x-request-id, x-sallyport-cause, www-authenticate',
} as const

/**
 * Lets pages of any origin ask an endpoint and read its answers (CORS). Only for endpoints that look at no cookie: what
 * such a page may do here, any program may do.
 */
export function crossOrigin(endpoint: Handler): Handler {
  return async (request, params) => {
    if (request.method === 'OPTIONS') return { status: 204, headers: preflight, body: null }
    const reply = await endpoint(request, params)
    return request.header('origin') === undefined ? reply : withHeaders(reply, exposed)
  }
}
