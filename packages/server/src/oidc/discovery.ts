import type { AuthProvider } from '../auth-providers/auth-provider.ts'
import { placesAt } from '../auth-providers/places.ts'
import { scopeDefinitions } from '../connected-apps/scope.ts'
import type { Org } from '../orgs/org.ts'
import { id15 } from '../record-id.ts'
import type { SamlSsoConfig } from '../saml/sso-config.ts'
import { authnRequestPath } from '../saml/sso-endpoint.ts'

/** What the server can be set to, as far as its metadata says so. */
export interface DiscoveryOptions {
  /** Whether authorization answers carry `iss` (RFC 9207). */
  readonly sendsIssuer: boolean
  /** Whether devices are answered as RFC 8628 §3.2 wants it, so that clients who know no Salesforce can use the answer. */
  readonly answersDevicesInFull: boolean
  readonly responseTypes: readonly string[]
  readonly grantTypes: readonly string[]
  /** Whether code challenge methods are named (release update `announcePkce`). */
  readonly announcesPkce: boolean
  /** Whether authorize requests can, or must, be pushed (RFC 9126). */
  readonly pushedRequests: 'off' | 'offered' | 'required'
  /** The algorithms of proofs that tokens can be bound by (RFC 9449); none where they cannot. */
  readonly proofAlgorithms: readonly string[]
}

/** Where an OpenID provider is asked for what. */
export type OpenidEndpoints = {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly revocation_endpoint: string
  readonly registration_endpoint: string
  readonly userinfo_endpoint: string
  readonly jwks_uri: string
  readonly introspection_endpoint: string
  readonly end_session_endpoint: string
  readonly frontchannel_logout_supported: boolean
  readonly frontchannel_logout_session_supported: boolean
}

/** Metadata of an OpenID provider. */
export type OpenidConfiguration = OpenidEndpoints & {
  readonly scopes_supported: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly response_modes_supported: readonly string[]
  readonly grant_types_supported: readonly string[]
  readonly subject_types_supported: readonly string[]
  readonly id_token_signing_alg_values_supported: readonly string[]
  readonly display_values_supported: readonly string[]
  readonly prompt_values_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[]
  readonly code_challenge_methods_supported?: readonly string[]
  readonly claims_supported: readonly string[]
  readonly request_uri_parameter_supported: boolean
  readonly device_authorization_endpoint?: string
  readonly authorization_response_iss_parameter_supported?: true
  readonly pushed_authorization_request_endpoint?: string
  readonly require_pushed_authorization_requests?: true
  readonly dpop_signing_alg_values_supported?: readonly string[]
}

const claims = [
  'active',
  'address',
  'email',
  'email_verified',
  'family_name',
  'given_name',
  'is_app_installed',
  'language',
  'locale',
  'name',
  'nickname',
  'organization_id',
  'phone_number',
  'phone_number_verified',
  'photos',
  'picture',
  'preferred_username',
  'profile',
  'sub',
  'updated_at',
  'urls',
  'user_id',
  'user_type',
  'zoneinfo',
]

const scopes = scopeDefinitions.flatMap(({ names }) => names)

/**
 * What a client has to know of a host, be it the login host or an org's own address (OpenID Connect Discovery §3;
 * RFC 8414 §2 names the same members, so the same document answers `/.well-known/oauth-authorization-server`).
 *
 * It names what works and nothing else, and so departs from Salesforce's: grant types, response modes, prompts and the
 * authentication method `none` (public clients) are added; the login host names its `end_session_endpoint` too; and that
 * `request_uri` is not taken is said, as its absence would mean the opposite.
 * @param base scheme, host and port, without a slash at its end: the issuer
 * @param customScopes those that the org has made whose own address it is, and lets everybody know of
 */
export function openidConfiguration(
  base: string,
  customScopes: readonly string[],
  options: DiscoveryOptions,
): OpenidConfiguration {
  return {
    ...openidEndpoints(base),
    scopes_supported: [...scopes, ...customScopes],
    response_types_supported: options.responseTypes,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    grant_types_supported: options.grantTypes,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    display_values_supported: ['page', 'popup', 'touch'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'],
    token_endpoint_auth_signing_alg_values_supported: ['RS256'],
    ...(options.announcesPkce && { code_challenge_methods_supported: ['S256'] }),
    claims_supported: claims,
    request_uri_parameter_supported: false,
    // Salesforce has no endpoint of its own for devices, and RFC 6749 §3.1 lets an endpoint have a query.
    ...(options.answersDevicesInFull && {
      device_authorization_endpoint: `${base}/services/oauth2/token?response_type=device_code`,
    }),
    ...(options.pushedRequests !== 'off' && {
      pushed_authorization_request_endpoint: `${base}/services/oauth2/par`,
    }),
    ...(options.pushedRequests === 'required' && { require_pushed_authorization_requests: true }),
    ...(options.proofAlgorithms.length > 0 && { dpop_signing_alg_values_supported: options.proofAlgorithms }),
    ...(options.sendsIssuer && { authorization_response_iss_parameter_supported: true }),
  }
}

/** The endpoints of a host. @param base as for {@link openidConfiguration} */
export function openidEndpoints(base: string): OpenidEndpoints {
  const oauth = `${base}/services/oauth2`
  return {
    issuer: base,
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    revocation_endpoint: `${oauth}/revoke`,
    registration_endpoint: `${oauth}/register`,
    userinfo_endpoint: `${oauth}/userinfo`,
    jwks_uri: `${base}/id/keys`,
    introspection_endpoint: `${oauth}/introspect`,
    end_session_endpoint: `${base}/services/auth/idp/oidc/logout`,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
  }
}

/** How a host lets people sign in: what mobile apps read before they open a login page. */
export type AuthConfiguration = {
  /** 15 characters; `null` on the login host, which is nobody's own. */
  readonly OrgId: string | null
  readonly Url: string
  readonly MobileSDK: {
    readonly UseiOSNativeBrowserForAuthentication: boolean
    readonly UseAndroidNativeBrowserForAuthentication: boolean
    readonly shareBrowserSessionIOS: boolean
    readonly shareBrowserSessionAndroid: boolean
  }
  readonly LoginPage: null
  readonly SamlProviders: readonly { readonly Name: string; readonly SsoUrl: string }[]
  readonly AuthProviders: readonly { readonly Name: string; readonly IconUrl: null; readonly SsoUrl: string }[]
  readonly CertificateLogin: null
  readonly LoginPageType: 'standard'
  readonly LoginPageTypeConfigs: Readonly<Record<string, never>>
}

/**
 * The answer of `/.well-known/auth-configuration`: the standard login page, and the providers that the org lets people sign in with.
 * @param org whose own address `base` is; `undefined` on the login host
 */
export function authConfiguration(
  base: string,
  org: Pick<Org, 'id'> | undefined,
  providers: readonly Pick<AuthProvider, 'developerName' | 'friendlyName'>[],
  configs: readonly Pick<SamlSsoConfig, 'id' | 'label' | 'loginUrl'>[],
): AuthConfiguration {
  return {
    OrgId: org === undefined ? null : id15(org.id),
    Url: base,
    MobileSDK: {
      UseiOSNativeBrowserForAuthentication: false,
      UseAndroidNativeBrowserForAuthentication: false,
      shareBrowserSessionIOS: false,
      shareBrowserSessionAndroid: false,
    },
    LoginPage: null,
    SamlProviders: configs
      .filter(({ loginUrl }) => loginUrl !== undefined)
      .map(({ id, label }) => ({ Name: label, SsoUrl: `${base}${authnRequestPath}?samlSsoConfig=${id15(id)}` })),
    AuthProviders: providers.map(({ developerName, friendlyName }) => ({
      Name: friendlyName,
      IconUrl: null,
      SsoUrl: placesAt(base, developerName).sso,
    })),
    CertificateLogin: null,
    LoginPageType: 'standard',
    LoginPageTypeConfigs: {},
  }
}
