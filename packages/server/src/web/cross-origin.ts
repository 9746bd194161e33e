import type { Addresses } from '../orgs/address.ts'
import { allowsOrigin } from '../orgs/allowed-origin.ts'
import type { Incoming } from './incoming.ts'
import { withHeaders } from './reply.ts'
import type { Handler } from './router.ts'

/** Which other origins' pages may ask: all, or those that the org at whose own address they ask has listed. */
export type OtherOrigins = 'all' | { readonly listedBy: Pick<Addresses, 'siteOf'> }

const methods = 'GET, POST, PATCH, DELETE'
const exposed = 'x-request-id, x-sallyport-cause, www-authenticate, dpop-nonce, sforce-limit-info, location, etag'

/**
 * Lets pages of other origins ask an endpoint and read its answers (CORS). Only for endpoints that look at no cookie: what
 * such a page may do here, any program may do.
 */
export function crossOrigin(endpoint: Handler, others: OtherOrigins): Handler {
  return async (request, params) => {
    const origin = request.header('origin')
    const allowed = origin === undefined ? undefined : await allowedOrigin(request, origin, others)
    if (request.method === 'OPTIONS' && (allowed !== undefined || others === 'all')) {
      return { status: 204, headers: preflight(allowed ?? '*'), body: null }
    }
    const reply = await endpoint(request, params)
    if (allowed === undefined) return reply
    return withHeaders(reply, { ...opened(allowed), 'access-control-expose-headers': exposed })
  }
}

async function allowedOrigin(request: Incoming, origin: string, others: OtherOrigins): Promise<string | undefined> {
  if (others === 'all') return '*'
  const { org } = await others.listedBy.siteOf(request.header('host'))
  return org !== undefined && allowsOrigin(org.settings.corsAllowedOrigins, origin) ? origin : undefined
}

function opened(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    ...(origin === '*' ? {} : { vary: 'origin, accept, accept-encoding' }),
  }
}

function preflight(origin: string): Readonly<Record<string, string>> {
  return {
    ...opened(origin),
    'access-control-allow-methods': methods,
    // The star stands for every header but this one.
    'access-control-allow-headers':
      origin === '*'
        ? 'authorization, *'
        : 'authorization, dpop, content-type, accept, if-match, if-none-match, sforce-query-options',
    'access-control-max-age': '600',
  }
}
