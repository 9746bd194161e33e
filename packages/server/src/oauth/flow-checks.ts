import { type CheckName, isCheckName } from '../journal/checks.ts'
import type { JournalEntry } from '../journal/journal.ts'

const mayUse = ['user-active', 'app-installed', 'approved', 'address'] as const

const devicePoll = [
  'grant-type',
  'client-known',
  'client-authenticated',
  'flow',
  'device-code-known',
  'device-code-fresh',
  'answered',
  ...mayUse,
  'scope',
  'login-rate',
] as const

const exchangeChecks = [
  'grant-type',
  'client-known',
  'client-authenticated',
  'domain',
  'flow',
  'target',
  'subject-token',
  'token-handler',
  ...mayUse,
  'scope',
  'login-rate',
] as const

/** What an assertion of an identity provider is held against. */
const vouching = [
  'sso-settings',
  'saml-read',
  'saml-issuer',
  'saml-status',
  'saml-certificate',
  'saml-signed',
  'saml-algorithm',
  'saml-signature',
  'saml-subject',
  'saml-audience',
  'saml-recipient',
  'saml-time',
  'user-known',
  'user-active',
] as const

const authorizationCodeChecks = [
  'grant-type',
  'client-known',
  'client-authenticated',
  ...mayUse,
  'code-known',
  'code-fresh',
  'redirect-uri',
  'pkce',
  'scope',
  'login-rate',
] as const

const refreshTokenChecks = [
  'grant-type',
  'client-known',
  'client-authenticated',
  'refresh-token-known',
  ...mayUse,
  'refresh-token-policy',
  'scope',
  'login-rate',
] as const

/** The checks that a request meets on the way to a yes, in their order, by endpoint and flow of the journal. */
const flowChecks: Readonly<Record<string, readonly CheckName[]>> = {
  'token urn:ietf:params:oauth:grant-type:jwt-bearer': [
    'grant-type',
    'assertion-well-formed',
    'client-known',
    'algorithm',
    'certificate',
    'signature',
    'expiry',
    'audience',
    'user-known',
    'user-active',
    'address',
    'app-installed',
    'approved',
    'scope',
    'login-rate',
  ],
  'token urn:ietf:params:oauth:grant-type:saml2-bearer': [
    'grant-type',
    'saml-read',
    'client-known',
    'certificate',
    'saml-signed',
    'saml-algorithm',
    'saml-signature',
    'saml-subject',
    'saml-audience',
    'saml-recipient',
    'saml-time',
    'user-known',
    'user-active',
    'address',
    'app-installed',
    'approved',
    'scope',
    'login-rate',
  ],
  'token assertion': ['grant-type', ...vouching, 'address', 'app-installed', 'scope', 'login-rate'],
  'validator assertion': vouching,
  'token authorization_code': authorizationCodeChecks,
  'token hybrid_auth_code': authorizationCodeChecks,
  'token refresh_token': refreshTokenChecks,
  'token hybrid_refresh': refreshTokenChecks,
  'token client_credentials': [
    'grant-type',
    'client-known',
    'client-authenticated',
    'domain',
    'flow',
    ...mayUse,
    'scope',
    'login-rate',
  ],
  'token device_code': ['client-known', 'client-authenticated', 'flow', 'scope'],
  'token device': devicePoll,
  'token urn:ietf:params:oauth:grant-type:device_code': devicePoll,
  'device device': ['form', 'signed-in', 'user-code', 'flow', ...mayUse, 'scope'],
  'token password': [
    'grant-type',
    'client-known',
    'client-authenticated',
    'user-known',
    'flow',
    'password',
    'user-active',
    'address',
    'security-token',
    'app-installed',
    'approved',
    'scope',
    'login-rate',
  ],
  'authorize code-credentials': [
    'client-known',
    'redirect-uri',
    'response-type',
    'pkce',
    'user-known',
    'flow',
    'password',
    ...mayUse,
    'scope',
  ],
  'soap soap-login': [
    'user-known',
    'password',
    'user-active',
    'address',
    'security-token',
    'flow',
    'app-installed',
    'approved',
    'scope',
    'login-rate',
  ],
  'authorize user-agent': [
    'client-known',
    'redirect-uri',
    'response-type',
    'signed-in',
    ...mayUse,
    'scope',
    'login-rate',
  ],
  'token urn:ietf:params:oauth:grant-type:token-exchange': exchangeChecks,
  'token urn:ietf:params:oauth:grant-type:hybrid-token-exchange': exchangeChecks,
  'token asset_token': ['grant-type', 'subject-token', 'client-known', 'flow', ...mayUse, 'target', 'asset-token'],
  'authorize web-server': ['client-known', 'redirect-uri', 'response-type', 'pkce', 'signed-in', ...mayUse, 'scope'],
  'idp saml': [
    'idp',
    'saml-app',
    'signed-in',
    'user-active',
    'address',
    'app-installed',
    'approved',
    'saml-name',
    'saml-key',
  ],
  'idp saml-request': ['idp', 'saml-request', 'saml-app', 'saml-request-fit'],
  'idp saml-logout': ['idp', 'saml-request', 'saml-app', 'saml-request-signed', 'saml-logout'],
  'par web-server': ['client-known', 'client-authenticated', 'redirect-uri', 'response-type', 'pkce', 'request-kept'],
  'singleaccess singleaccess': ['token', 'scope'],
  'frontdoor frontdoor': ['otp'],
  'sign-in sign-in': ['user-known', 'password', 'user-active', 'address'],
  'introspect introspect': ['client-known', 'client-authenticated', 'introspected'],
  'revoke revoke': ['token-ended'],
  'rest rest': ['token', 'scope'],
}

/**
 * The checks that a refused request did not come to, because one before them said no. Empty for one that was not refused,
 * and for a flow of which nobody knows what would have come.
 * @param crossed the check that said no
 */
export function checksNotReached(
  { endpoint, flow, passed, refusal }: Pick<JournalEntry, 'endpoint' | 'flow' | 'passed' | 'refusal'>,
  crossed: string,
): readonly CheckName[] {
  if (refusal === undefined) return []
  const met = new Set([...passed.map(({ check }) => check), crossed].filter(isCheckName))
  return (flowChecks[`${endpoint} ${flow}`] ?? []).filter((check) => !met.has(check))
}
