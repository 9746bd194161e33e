import type { Handler } from 'hono'
import type { Env } from './visit.ts'

const open = { 'access-control-allow-origin': '*' } as const
const preflight = {
  ...open,
  'access-control-allow-methods': 'GET, POST',
  // The star stands for every header but this one.
  'access-control-allow-headers': 'authorization, *',
  'access-control-max-age': '600',
} as const
const exposed = 'x-request-id, x-sallyport-cause, www-authenticate'

/**
 * Lets pages of any origin ask an endpoint and read its answers (CORS). Only for endpoints that look at no cookie: what
 * such a page may do here, any program may do.
 */
export function crossOrigin(endpoint: Handler<Env>): Handler<Env> {
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflight })
    const response = await endpoint(c, next)
    if (response instanceof Response && c.req.header('origin') !== undefined) {
      response.headers.set('access-control-allow-origin', '*')
      response.headers.set('access-control-expose-headers', exposed)
    }
    return response
  }
}
