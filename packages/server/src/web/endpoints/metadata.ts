import { jsonWebKeySet, type SigningKeyStore } from '../../certificates/signing-keys.ts'
import { authConfiguration, type DiscoveryOptions, openidConfiguration } from '../../oidc/discovery.ts'
import type { Reply } from '../reply.ts'
import type { Answer } from '../visit.ts'

// Anybody may read what anybody may know, from any page.
const openHeaders = {
  'content-type': 'application/json;charset=UTF-8',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'false',
  'cache-control': 'public, max-age=60',
} as const

/** `GET /.well-known/openid-configuration` and its RFC 8414 twin, written once for each address. */
export function discoveryAnswer(options: DiscoveryOptions): Answer {
  const written = new Map<string, string>()
  return async ({ site }) => {
    let text = written.get(site.base)
    if (text === undefined) {
      text = JSON.stringify(openidConfiguration(site.base, options))
      if (written.size > 1000) written.clear()
      written.set(site.base, text)
    }
    return open(text)
  }
}

/** `GET /.well-known/auth-configuration` */
export function authConfigurationAnswer(): Answer {
  return async ({ site }) => open(JSON.stringify(authConfiguration(site.base, site.org)))
}

/** `GET /id/keys`: public halves only. */
export function keysAnswer(signingKeys: Pick<SigningKeyStore, 'list'>): Answer {
  return async () => open(JSON.stringify(jsonWebKeySet(await signingKeys.list())))
}

function open(body: string): Reply {
  return { status: 200, headers: openHeaders, body }
}
