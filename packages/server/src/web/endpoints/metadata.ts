import type { AuthProviderStore } from '../../auth-providers/auth-provider.ts'
import type { CertificateStore } from '../../certificates/certificate.ts'
import { jsonWebKeySet, type SigningKeyStore } from '../../certificates/signing-keys.ts'
import type { Clock } from '../../clock.ts'
import { assetCertificates, assetJwks } from '../../connected-apps/asset-keys.ts'
import type { ConnectedAppStore } from '../../connected-apps/connected-app.ts'
import type { CustomScopeStore } from '../../connected-apps/custom-scope.ts'
import { authConfiguration, type DiscoveryOptions, openidConfiguration } from '../../oidc/discovery.ts'
import type { Addresses, Site } from '../../orgs/address.ts'
import type { OrgStore } from '../../orgs/org.ts'
import { isInForce } from '../../releases/release-updates.ts'
import type { SamlSsoConfigStore } from '../../saml/sso-config.ts'
import type { Reply } from '../reply.ts'
import type { Answer } from '../visit.ts'

// Anybody may read what anybody may know, from any page.
const openHeaders = {
  'content-type': 'application/json;charset=UTF-8',
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'false',
  'cache-control': 'public, max-age=60',
} as const

interface DiscoveryNeeds extends Omit<DiscoveryOptions, 'announcesPkce'> {
  readonly customScopes: Pick<CustomScopeStore, 'list'>
  readonly now: Clock
}

/** `GET /.well-known/openid-configuration` and its RFC 8414 twin, written once for each address and its scopes. */
export function discoveryAnswer({ customScopes, now, ...options }: DiscoveryNeeds): Answer {
  const written = new Map<string, string>()
  return async ({ site }) => {
    const announcesPkce = site.org === undefined || isInForce('announcePkce', site.org.settings, now())
    const custom = await publicScopes(site)
    const key = [site.base, announcesPkce, ...custom].join(' ')
    let text = written.get(key)
    if (text === undefined) {
      text = JSON.stringify(openidConfiguration(site.base, custom, { ...options, announcesPkce }))
      if (written.size > 1000) written.clear()
      written.set(key, text)
    }
    return open(text)
  }

  async function publicScopes({ org }: Site): Promise<readonly string[]> {
    const custom = org === undefined ? [] : await customScopes.list(org.id)
    return custom.filter(({ isPublic }) => isPublic).map(({ name }) => name)
  }
}

/** `GET /.well-known/auth-configuration` */
export function authConfigurationAnswer({
  authProviders,
  samlSsoConfigs,
}: {
  readonly authProviders: Pick<AuthProviderStore, 'list'>
  readonly samlSsoConfigs: Pick<SamlSsoConfigStore, 'list'>
}): Answer {
  return async ({ site: { base, org } }) => {
    const providers = org === undefined ? [] : await authProviders.list(org.id)
    const configs = org === undefined ? [] : await samlSsoConfigs.list(org.id)
    return open(JSON.stringify(authConfiguration(base, org, providers, configs)))
  }
}

interface KeysNeeds {
  readonly signingKeys: Pick<SigningKeyStore, 'list'>
  readonly orgs: Pick<OrgStore, 'list'>
  readonly apps: Pick<ConnectedAppStore, 'list'>
  readonly certificates: Pick<CertificateStore, 'findByName'>
  readonly addresses: Pick<Addresses, 'baseOf'>
}

/**
 * `GET /id/keys`: public halves only, by all the names that tokens issued at this address call them by; the server's own, and those
 * that orgs sign asset tokens with.
 */
export function keysAnswer({ signingKeys, orgs, addresses, ...needs }: KeysNeeds): Answer {
  return async ({ site }) => {
    const orgIds = await orgsAt(site)
    const { keys } = jsonWebKeySet(await signingKeys.list(), orgIds)
    return open(JSON.stringify({ keys: [...keys, ...assetJwks(await assetCertificates(needs, orgIds))] }))
  }

  async function orgsAt(site: Site): Promise<readonly string[]> {
    if (site.org !== undefined) return [site.org.id]
    // Orgs without an address of their own are at home at the login host.
    return (await orgs.list()).filter((org) => addresses.baseOf(org, site) === site.base).map(({ id }) => id)
  }
}

function open(body: string): Reply {
  return { status: 200, headers: openHeaders, body }
}
