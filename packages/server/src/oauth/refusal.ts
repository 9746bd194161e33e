import type { AccessRefusal } from '../connected-apps/access.ts'
import type { SamlRefusal } from '../saml/saml-error.ts'
import type { ApiOnlyRefusal } from '../sessions/page-user.ts'
import type { VerificationRefusal } from '../sessions/verify-identity.ts'
import type { DpopReasons } from '../tokens/dpop.ts'
import { type ErrorCode, OAuthError } from './error.ts'
import type { SwitchedFlow } from './explanations/flow-switches.ts'

/** Every reason for which a request can be refused, with what the rule saw. Nothing secret is a fact. */
export interface Reasons extends AccessReasons, SamlReasons, DpopReasons {
  // How the request is written
  'method-not-post': { readonly found: string }
  'method-not-get': { readonly found: string }
  'https-required': { readonly address: string }
  'body-not-form': { readonly found: string }
  'body-too-large': { readonly limit: number }
  'body-malformed': { readonly problem: string }
  'parameter-repeated': { readonly parameter: string }
  'parameter-malformed': { readonly parameter: string; readonly problem: string }
  'credentials-in-query': { readonly parameter: string }
  'secret-type-unsupported': { readonly found: string }
  'grant-type-unknown': { readonly found: string; readonly offered: readonly string[] }
  // Who the client is
  'client-id-missing': Record<never, never>
  'client-unknown': { readonly found: string }
  'client-secret-missing': { readonly app: string; readonly setting: string }
  'client-secret-wrong': { readonly app: string }
  'basic-header-malformed': Record<never, never>
  'client-authenticated-twice': { readonly found: readonly string[] }
  'client-assertion-type-unknown': { readonly found: string; readonly accepted: string }
  'client-assertion-mismatch': { readonly iss: string; readonly sub: string; readonly clientId: string }
  'client-assertion-replayed': { readonly app: string }
  'client-assertion-unnumbered': { readonly app: string }
  // Assertions
  'assertion-missing': Record<never, never>
  'assertion-malformed': { readonly problem: string }
  'algorithm-not-allowed': { readonly found: string }
  'critical-header-unknown': { readonly found: readonly string[] }
  'issuer-missing': Record<never, never>
  'certificate-missing': { readonly app: string }
  'certificate-not-yet-valid': { readonly app: string; readonly from: string; readonly now: string }
  'certificate-expired': { readonly app: string; readonly until: string; readonly now: string }
  'signature-wrong': { readonly app: string; readonly certificate: string; readonly fingerprint: string }
  'audience-unknown': { readonly found: readonly string[]; readonly accepted: readonly string[] }
  'audience-of-all-orgs': {
    readonly app: string
    readonly found: readonly string[]
    readonly accepted: readonly string[]
  }
  'audience-not-issuer': { readonly found: readonly string[]; readonly issuer: string }
  'expiry-missing': Record<never, never>
  'expiry-past': { readonly found: string; readonly now: string; readonly lateBy: string }
  'expiry-too-far': { readonly found: string; readonly now: string; readonly limit: number }
  'not-yet-valid': { readonly claim: 'nbf' | 'iat'; readonly found: string; readonly now: string }
  'assertion-replayed': { readonly app: string }
  'saml-replayed': { readonly app: string }
  'saml-profile-unknown': { readonly found: string; readonly accepted: string }
  'sso-org-unknown': { readonly found: string }
  'sso-settings-missing': { readonly org: string }
  'sso-settings-unknown': { readonly found: string; readonly org: string }
  'saml-session-ended': { readonly settings: string }
  'saml-response-unrequested': { readonly settings: string; readonly problem: string }
  'sso-user-unknown': { readonly found: string; readonly mapping: string; readonly org: string }
  // The org as an identity provider
  'saml-idp-off': { readonly org: string }
  'saml-request-malformed': { readonly problem: string }
  'saml-app-unknown': { readonly found: string; readonly org: string; readonly known: readonly string[] }
  'saml-request-unsigned': { readonly app: string; readonly isRegistered: 'yes' | 'no' }
  'saml-request-signature-wrong': {
    readonly app: string
    readonly problem: string
    readonly certificate: string
    readonly fingerprint: string
  }
  'saml-request-unfit': {
    readonly app: string
    readonly attribute: string
    readonly found: string
    readonly expected: string
  }
  'saml-request-expired': { readonly begun: string; readonly now: string; readonly lifetime: number }
  'saml-app-not-assigned': { readonly app: string; readonly user: string; readonly profile: string }
  'saml-subject-unset': { readonly app: string; readonly user: string; readonly subject: string }
  'saml-idp-certificate-unusable': { readonly org: string; readonly certificate: string; readonly problem: string }
  'saml-logout-mismatch': { readonly app: string; readonly problem: string }
  'saml-logout-unproved': {
    readonly settings: string
    readonly problem: string
    readonly certificate: string
    readonly fingerprint: string
  }
  'saml-logout-misdirected': {
    readonly settings: string
    readonly found: string
    readonly accepted: readonly string[]
  }
  'saml-logout-replayed': { readonly settings: string }
  // Auth. providers
  'provider-unknown': { readonly found: string; readonly org: string; readonly known: readonly string[] }
  'provider-state-wrong': { readonly provider: string; readonly problem: string }
  'provider-refused': { readonly provider: string; readonly error: string; readonly description: string }
  'provider-answer-unusable': { readonly provider: string; readonly step: string; readonly problem: string }
  'provider-user-unknown': {
    readonly provider: string
    readonly found: string
    readonly matching: string
    readonly org: string
  }
  'account-linked-elsewhere': { readonly provider: string; readonly user: string }
  'subject-missing': Record<never, never>
  'user-unknown': { readonly found: string }
  'user-of-another-org': { readonly user: string; readonly org: string }
  'refresh-scope-missing': { readonly app: string; readonly scopes: readonly string[] }
  'not-approved': {
    readonly app: string
    readonly user: string
    readonly missing: MissingApproval
    readonly consumerKey: string
    /** The app's first; empty when it has none. */
    readonly callbackUrl: string
    readonly scopes: readonly string[]
  }
  'login-rate-exceeded': {
    readonly user: string
    readonly org: string
    readonly most: number
    readonly until: string
  }
  // Codes and PKCE
  'code-missing': Record<never, never>
  'code-unknown': Record<never, never>
  'code-of-another-app': { readonly app: string }
  'code-expired': { readonly issued: string; readonly now: string; readonly lifetime: number }
  'code-spent': { readonly issued: string }
  'redirect-uri-missing': Record<never, never>
  'redirect-out-of-band': { readonly app: string; readonly found: string }
  'redirect-uri-mismatch': { readonly app: string; readonly found: string; readonly registered: readonly string[] }
  'redirect-uri-changed': { readonly found: string; readonly authorized: string }
  'challenge-missing': { readonly app: string; readonly requiredBy: string }
  'challenge-malformed': { readonly found: number }
  'challenge-method-unknown': { readonly found: string }
  'verifier-missing': Record<never, never>
  'verifier-unexpected': Record<never, never>
  'verifier-malformed': { readonly problem: string }
  'verifier-wrong': { readonly computed: string; readonly challenge: string }
  // Registration of apps
  'initial-token-unknown': Record<never, never>
  'registration-malformed': { readonly contentType: string }
  'registration-refused': { readonly field: string; readonly problem: string }
  'partner-address-unlisted': { readonly app: string; readonly address: string }
  'registration-limit': { readonly app: string; readonly limit: number }
  'registration-token-unknown': Record<never, never>
  // Client credentials
  'domain-not-own': { readonly app: string; readonly found: string; readonly own: readonly string[] }
  'client-credentials-off': { readonly app: string }
  'client-credentials-not-allowed': { readonly app: string; readonly org: string }
  'run-as-missing': { readonly app: string; readonly org: string }
  'scopes-missing': { readonly app: string }
  // Device codes
  'device-flow-off': { readonly app: string }
  'device-code-missing': { readonly parameter: string }
  'device-code-unknown': Record<never, never>
  'device-code-of-another-app': { readonly app: string }
  'device-code-expired': { readonly issued: string; readonly now: string; readonly lifetime: number }
  'device-code-spent': { readonly issued: string }
  'authorization-pending': { readonly app: string; readonly until: string; readonly interval: number }
  'polled-too-fast': { readonly app: string; readonly interval: number }
  'user-code-unknown': Record<never, never>
  'user-code-tried-too-often': { readonly by: 'user' | 'address'; readonly most: number; readonly window: number }
  // Token exchange
  'token-exchange-off': { readonly app: string; readonly org: string; readonly where: 'app' | 'policies' }
  'subject-token-missing': Record<never, never>
  'token-type-unknown': { readonly parameter: string; readonly found: string; readonly supported: readonly string[] }
  'actor-token-unexpected': Record<never, never>
  'target-unknown': { readonly parameter: string; readonly found: string; readonly own: readonly string[] }
  'token-handler-missing': {
    readonly app: string
    readonly org: string
    readonly asked: string
    readonly problem: 'unknown' | 'disabled' | 'not-for-app' | 'no-default'
  }
  'token-handler-broken': { readonly handler: string; readonly problem: string }
  'token-refused': { readonly handler: string; readonly message: string }
  'exchange-user-unknown': { readonly handler: string; readonly found: string }
  'user-not-made': { readonly handler: string; readonly problems: readonly string[] }
  'subject-token-replayed': { readonly handler: string }
  // Asset tokens
  'asset-tokens-off': { readonly app: string }
  'subject-token-dead': { readonly state: string }
  'asset-certificate-unusable': { readonly app: string; readonly certificate: string; readonly problem: string }
  'actor-token-malformed': { readonly problem: string }
  'actor-token-signature-wrong': { readonly thumbprint: string }
  'actor-token-not-valid-now': { readonly claim: string; readonly found: string; readonly now: string }
  'actor-token-replayed': { readonly device: string }
  // Refresh tokens
  'hybrid-jwt-rotating': { readonly app: string }
  'refresh-token-missing': Record<never, never>
  'refresh-token-unknown': Record<never, never>
  'refresh-token-of-another-app': { readonly app: string }
  'refresh-token-revoked': { readonly app: string; readonly issued: string }
  'refresh-token-rotated-out': { readonly app: string; readonly issued: string }
  'refresh-token-displaced': {
    readonly app: string
    readonly issued: string
    readonly ended: string
    readonly most: number
  }
  'refresh-token-expired': { readonly app: string; readonly policy: string; readonly since: string }
  // The authorize endpoint
  'response-type-unknown': { readonly found: string; readonly offered: readonly string[] }
  'branding-malformed': { readonly found: string }
  'branding-unknown': { readonly found: string }
  'response-mode-unknown': { readonly found: string; readonly offered: readonly string[] }
  'request-object-unsupported': Record<never, never>
  'request-uri-unsupported': Record<never, never>
  // Pushed requests
  'push-required': { readonly app: string }
  'request-uri-pushed': Record<never, never>
  'request-uri-unknown': Record<never, never>
  'request-uri-expired': { readonly pushed: string; readonly now: string; readonly lifetime: number }
  'request-uri-spent': { readonly pushed: string }
  'request-uri-of-another-app': Record<never, never>
  'prompt-contradictory': { readonly found: string }
  'prompt-unknown': { readonly found: string }
  'scope-not-allowed': {
    readonly app: string
    readonly found: readonly string[]
    readonly allowed: readonly string[]
    /** Whose the allowed ones are: the app's, what came with the refresh token, or what the user approved before. */
    readonly by: 'app' | 'refresh-token' | 'approval'
  }
  // Flows that app and org must allow
  'flow-not-of-external-apps': { readonly app: string; readonly flow: 'user-agent' | 'username-password' }
  'flow-off-for-app': { readonly app: string; readonly flow: SwitchedFlow }
  'flow-off-in-org': { readonly org: string; readonly flow: SwitchedFlow }
  'password-flow-off': { readonly app: string; readonly by: 'app' | 'org' | 'release'; readonly org: string }
  // The authorization code and credentials flow
  'page-not-offered': { readonly response_type: string }
  'auth-request-type-unknown': { readonly found: string; readonly offered: readonly string[] }
  'credentials-in-header': { readonly app: string }
  'second-factor-needed': { readonly user: string }
  'api-second-factor-needed': { readonly user: string }
  // The user-agent flow
  'nonce-missing': { readonly response_type: string }
  'openid-missing': { readonly app: string; readonly scopes: readonly string[]; readonly response_type: string }
  'login-required': { readonly prompt: string }
  'consent-required': { readonly prompt: string }
  'immediate-impossible': { readonly because: string }
  'denied-by-user': { readonly app: string; readonly user: string }
  // Signing in
  'username-unknown': { readonly found: string }
  'password-wrong': { readonly user: string; readonly failures: number }
  'password-busy': Record<never, never>
  'credentials-missing': { readonly parameter: string }
  'security-token-missing': { readonly user: string; readonly address: string; readonly hasToken: 'yes' | 'no' }
  'security-token-wrong': { readonly user: string; readonly address: string; readonly hasToken: 'yes' | 'no' }
  'form-forged': { readonly form: string }
  // Setup
  'setup-permission-missing': { readonly user: string; readonly profile: string; readonly needed: readonly string[] }
  'form-field-unknown': { readonly form: string; readonly field: string }
  // From a token to a browser
  'frontdoor-empty': Record<never, never>
  'otp-unknown': Record<never, never>
  'otp-spent': { readonly issued: string }
  'otp-expired': { readonly issued: string; readonly now: string; readonly lifetime: number }
  'path-not-local': { readonly found: string }
  'token-opens-no-page': { readonly kind: 'jwt' | 'bound' }
  'token-form-unknown': Record<never, never>
  // Using tokens
  'token-missing': Record<never, never>
  'token-twice': Record<never, never>
  'token-unknown': Record<never, never>
  'token-expired': { readonly issued: string; readonly expired: string }
  'token-revoked': { readonly issued: string }
  'token-of-another-org': { readonly org: string }
  'token-of-another-app': { readonly app: string }
  'scope-missing': { readonly needed: string; readonly granted: readonly string[] }
  'token-in-query': { readonly parameter: string }
}

/**
 * What an approval that a JWT can stand on still lacks: that the user allowed the app; `refresh_token` among what was
 * allowed; a refresh token made from it; or that this one is alive.
 */
export type MissingApproval = 'approval' | 'refresh-scope' | 'refresh-token' | 'live-refresh-token'

type SamlReasons = { readonly [R in SamlRefusal as R['reason']]: R['facts'] }
type AccessReasons = { readonly [R in AccessRefusal | ApiOnlyRefusal | VerificationRefusal as R['reason']]: R['facts'] }

/** The name of a reason. */
export type Reason = keyof Reasons

/** A reason with its facts: what rules answer with. */
export type Refusal = { readonly [R in Reason]: { readonly reason: R; readonly facts: Reasons[R] } }[Reason]

interface Wire {
  readonly code: ErrorCode
  readonly description: string
  /** Where the authorize endpoint has words of its own for the same reason. */
  readonly authorize?: { readonly code: ErrorCode; readonly description: string }
  /** Where a device that asks in the words of RFC 8628 is answered in them, and not in Salesforce's. */
  readonly rfc8628?: { readonly code: ErrorCode; readonly description: string }
  /** `Status` of the row in Login History, for reasons that are about a user who is known. */
  readonly loginStatus?: string
}

const invalidAssertion = { code: 'invalid_grant', description: 'invalid assertion' } as const
const provisioningFailed = {
  code: 'invalid_grant',
  description: 'user provisioning failed',
  loginStatus: 'Failed: SAML Provision Error',
} as const
const invalidClient = { code: 'invalid_client', description: 'invalid client credentials' } as const
const invalidVerifier = {
  code: 'invalid_grant',
  description: 'invalid code verifier',
  loginStatus: 'Failed: Invalid Code Verifier',
} as const
const expiredCode = { code: 'invalid_grant', description: 'expired authorization code' } as const
const invalidCode = { code: 'invalid_grant', description: 'invalid authorization code' } as const
const invalidDeviceCode = { code: 'invalid_grant', description: 'invalid device code' } as const
const expiredDeviceCode = { code: 'invalid_grant', description: 'expired device code' } as const
const expiredRefreshToken = {
  code: 'invalid_grant',
  description: 'expired access/refresh token',
  loginStatus: 'Failed: Invalid Token',
} as const
const notApproved = {
  code: 'invalid_grant',
  description: "user hasn't approved this consumer",
  loginStatus: 'Login invalid',
} as const
const invalidRequestUri = { code: 'invalid_request_uri', description: 'request_uri is invalid or expired' } as const
// Nothing that is wrong about a name and a password is told apart from anything else.
const authenticationFailure = { code: 'invalid_grant', description: 'authentication failure' } as const
const noToken = { ...authenticationFailure, loginStatus: 'Failed: API security token required' } as const
const ipRestricted = { code: 'invalid_grant', description: 'ip restricted', loginStatus: 'Restricted IP' } as const
const clientCredentialsOff = { code: 'invalid_grant', description: 'client credentials flow not enabled' } as const
const notInThisOrg = {
  code: 'app_not_found',
  description: 'External client app is not installed in this org',
  loginStatus: 'Package for this consumer is not installed in your organization',
} as const
const flowOff = { code: 'oauth_flow_disabled', description: 'this oauth flow is not enabled' } as const
const invalidProof = (description: string): Wire => ({ code: 'invalid_dpop_proof', description })
const handlerSaysNo = { code: 'invalid_grant', description: 'Token handler validation failed' } as const
const invalidActorToken = { code: 'invalid_grant', description: 'invalid actor token' } as const
const malformed = (description: string): Wire => ({ code: 'invalid_request', description })
const untakenLogout = malformed('the SAML logout message was not accepted')
const deadToken = { code: 'invalid_token', description: 'expired access/refresh token' } as const

// The one place where our reasons and Salesforce's codes meet.
const wires: { readonly [R in Reason]: Wire } = {
  'method-not-post': malformed('must use HTTP POST'),
  'method-not-get': malformed('must use HTTP GET'),
  'https-required': malformed('HTTPS required'),
  'body-not-form': { code: 'unsupported_grant_type', description: 'grant type not supported' },
  'body-too-large': malformed('request too large'),
  'body-malformed': malformed('malformed request body'),
  'parameter-repeated': malformed('duplicate parameter'),
  'parameter-malformed': malformed('malformed parameter'),
  'credentials-in-query': malformed('credentials are not accepted in the query string'),
  'secret-type-unsupported': malformed('secret type not supported'),
  'grant-type-unknown': { code: 'unsupported_grant_type', description: 'grant type not supported' },

  'client-id-missing': { code: 'invalid_client_id', description: 'client identifier invalid' },
  'client-unknown': { code: 'invalid_client_id', description: 'client identifier invalid' },
  'client-secret-missing': invalidClient,
  'client-secret-wrong': invalidClient,
  'basic-header-malformed': { code: 'invalid_basic_auth_header', description: 'invalid basic authorization header' },
  'client-authenticated-twice': malformed('more than one client authentication method'),
  'client-assertion-type-unknown': { code: 'invalid_assertion_type', description: 'assertion type not supported' },
  'client-assertion-mismatch': invalidClient,
  'client-assertion-replayed': invalidClient,
  'client-assertion-unnumbered': invalidClient,

  'assertion-missing': invalidAssertion,
  'assertion-malformed': invalidAssertion,
  'algorithm-not-allowed': { ...invalidAssertion, loginStatus: 'Failed: Invalid Signature Method' },
  'critical-header-unknown': invalidAssertion,
  'issuer-missing': { code: 'invalid_client_id', description: 'client identifier invalid' },
  'certificate-missing': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'certificate-not-yet-valid': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'certificate-expired': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'signature-wrong': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'audience-unknown': {
    code: 'invalid_grant',
    description: 'audience is invalid',
    loginStatus: 'Failed: Audience Invalid',
  },
  'audience-of-all-orgs': notInThisOrg,
  'audience-not-issuer': invalidClient,
  'expiry-missing': invalidAssertion,
  'expiry-past': { ...expiredCode, loginStatus: 'Failed: Assertion Expired' },
  'expiry-too-far': invalidAssertion,
  'not-yet-valid': invalidAssertion,
  'assertion-replayed': {
    code: 'bad_jti_claim',
    description: 'jti claim was used before',
    loginStatus: 'Failed: Nonce Replay Detected',
  },
  'saml-malformed': { ...invalidAssertion, loginStatus: 'Failed: Assertion Invalid' },
  'saml-decryption-failed': { ...invalidAssertion, loginStatus: 'Failed: Assertion Invalid' },
  'saml-jit-attribute-missing': provisioningFailed,
  'saml-jit-attribute-invalid': provisioningFailed,
  'saml-jit-handler-failed': provisioningFailed,
  'saml-unsigned': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'saml-signature-unfit': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'saml-algorithm-not-allowed': { ...invalidAssertion, loginStatus: 'Failed: Invalid Signature Method' },
  'saml-signature-wrong': {
    ...invalidAssertion,
    loginStatus: 'Failed: Signature Invalid/Configured Certificate Mismatch',
  },
  'saml-altered': { ...invalidAssertion, loginStatus: 'Failed: Signature Invalid' },
  'saml-subject-missing': { ...invalidAssertion, loginStatus: 'Failed: Subject Confirmation Error' },
  'saml-audience-unknown': {
    code: 'invalid_grant',
    description: 'audience is invalid',
    loginStatus: 'Failed: Audience Invalid',
  },
  'saml-recipient-unknown': {
    code: 'invalid_grant',
    description: 'recipient is invalid',
    loginStatus: 'Failed: Recipient Mismatched',
  },
  'saml-expiry-missing': { ...invalidAssertion, loginStatus: 'Failed: Assertion Invalid' },
  'saml-expired': { ...expiredCode, loginStatus: 'Failed: Assertion Expired' },
  'saml-expiry-too-far': { ...invalidAssertion, loginStatus: 'Failed: Assertion Invalid' },
  'saml-not-yet-valid': { ...invalidAssertion, loginStatus: 'Failed: Assertion Invalid' },
  'saml-issuer-unknown': { ...invalidAssertion, loginStatus: 'Failed: Issuer Mismatched' },
  'saml-status-not-success': { ...invalidAssertion, loginStatus: 'Failed: Status Invalid' },
  'saml-certificate-invalid': { ...invalidAssertion, loginStatus: 'Failed: Configuration Error/Perm Disabled' },
  'saml-profile-unknown': { code: 'invalid_assertion_type', description: 'assertion type not supported' },
  'sso-org-unknown': invalidAssertion,
  'sso-settings-missing': invalidAssertion,
  'sso-settings-unknown': malformed('single sign-on settings not found'),
  'saml-response-unrequested': {
    code: 'invalid_grant',
    description: 'the SAML response answers no request that is open',
    loginStatus: 'Failed: InResponseTo Invalid',
  },
  'sso-user-unknown': invalidAssertion,
  'saml-replayed': { ...invalidAssertion, loginStatus: 'Failed: Replay Detected' },
  'saml-session-ended': {
    code: 'invalid_grant',
    description: 'the session at the identity provider has ended',
    loginStatus: 'Failed: Assertion Invalid',
  },
  'saml-idp-off': malformed('identity provider not enabled'),
  'saml-request-malformed': malformed('the SAML request could not be read'),
  'saml-app-unknown': malformed('service provider not found'),
  'saml-request-unsigned': malformed('the SAML request must be signed'),
  'saml-request-signature-wrong': malformed('the signature of the SAML request is invalid'),
  'saml-request-unfit': malformed('the SAML request does not match the settings of the service provider'),
  'saml-request-expired': malformed('the SAML request has expired'),
  'saml-app-not-assigned': {
    code: 'OAUTH_APP_ACCESS_DENIED',
    description: 'you do not have access to this service provider',
  },
  'saml-subject-unset': { code: 'access_denied', description: 'the user has no subject for this service provider' },
  'saml-idp-certificate-unusable': {
    code: 'access_denied',
    description: 'the certificate of the identity provider cannot be used',
  },
  'saml-logout-mismatch': malformed('the SAML message is not about this session'),
  'saml-logout-unproved': untakenLogout,
  'saml-logout-misdirected': untakenLogout,
  'saml-logout-replayed': untakenLogout,
  'provider-unknown': malformed('auth provider not found'),
  'provider-state-wrong': malformed('this sign-in is out of date or was not begun in this browser'),
  'provider-refused': { code: 'access_denied', description: 'the auth provider refused the sign-in' },
  'provider-answer-unusable': { code: 'access_denied', description: 'the auth provider gave no usable answer' },
  'provider-user-unknown': { code: 'access_denied', description: 'no user here belongs to this account' },
  'account-linked-elsewhere': { code: 'access_denied', description: 'the account belongs to another user' },
  'subject-missing': invalidAssertion,
  'user-unknown': notApproved,
  'user-of-another-org': notApproved,
  'refresh-scope-missing': {
    code: 'invalid_request',
    description: 'refresh_token scope is required and the connected app should be installed and preauthorized.',
    loginStatus: 'Login invalid',
  },
  'not-approved': notApproved,
  'login-rate-exceeded': {
    code: 'rate_limit_exceeded',
    description: 'number of logins exceeded',
    loginStatus: 'Login Rate Exceeded',
  },

  'code-missing': invalidCode,
  'code-unknown': invalidCode,
  'code-of-another-app': invalidCode,
  'code-expired': expiredCode,
  'code-spent': expiredCode,
  'redirect-uri-missing': { code: 'redirect_uri_missing', description: 'redirect_uri not provided' },
  'redirect-out-of-band': malformed('out-of-band not supported'),
  'redirect-uri-mismatch': { code: 'redirect_uri_mismatch', description: 'redirect_uri must match configuration' },
  'redirect-uri-changed': { code: 'redirect_uri_mismatch', description: 'redirect_uri must match configuration' },
  'challenge-missing': malformed('missing required code challenge'),
  'challenge-malformed': malformed('invalid code challenge'),
  'challenge-method-unknown': malformed('code challenge method not supported'),
  'verifier-missing': invalidVerifier,
  'verifier-unexpected': invalidVerifier,
  'verifier-malformed': invalidVerifier,
  'verifier-wrong': invalidVerifier,

  'initial-token-unknown': { code: 'invalid_token', description: 'invalid initial access token' },
  'registration-malformed': { code: 'registration_error', description: 'request body must be a JSON object' },
  'registration-refused': { code: 'failed_registration', description: 'invalid client metadata' },
  'registration-limit': { code: 'exceeded_registration_limit', description: 'registration limit exceeded' },
  'registration-token-unknown': { code: 'invalid_token', description: 'invalid registration access token' },

  'domain-not-own': { code: 'invalid_grant', description: 'request not supported on this domain' },
  'client-credentials-off': clientCredentialsOff,
  'client-credentials-not-allowed': clientCredentialsOff,
  'run-as-missing': { code: 'invalid_grant', description: 'no client credentials user enabled' },
  'scopes-missing': { code: 'invalid_grant', description: 'no valid scopes' },

  'device-flow-off': { code: 'oauth_flow_disabled', description: 'device flow not enabled' },
  'device-code-missing': malformed('device code not provided'),
  'device-code-unknown': invalidDeviceCode,
  'device-code-of-another-app': invalidDeviceCode,
  'device-code-expired': {
    ...expiredDeviceCode,
    rfc8628: { code: 'expired_token', description: 'expired device code' },
  },
  'device-code-spent': expiredDeviceCode,
  'authorization-pending': { code: 'authorization_pending', description: 'end-user has not answered yet' },
  'polled-too-fast': { code: 'slow_down', description: 'polling too fast' },
  'user-code-unknown': malformed('invalid user code'),
  'user-code-tried-too-often': { code: 'access_denied', description: 'too many wrong user codes' },
  'token-exchange-off': { code: 'oauth_flow_disabled', description: 'token exchange flow not enabled' },
  'subject-token-missing': malformed('subject_token not provided'),
  'token-type-unknown': malformed('token type not supported'),
  'actor-token-unexpected': malformed('actor_token not supported'),
  'target-unknown': { code: 'invalid_target', description: 'the requested audience or resource is not here' },
  'token-handler-missing': malformed('token handler not found'),
  'token-handler-broken': handlerSaysNo,
  'token-refused': handlerSaysNo,
  'exchange-user-unknown': { code: 'invalid_grant', description: notApproved.description },
  'user-not-made': handlerSaysNo,
  'subject-token-replayed': {
    code: 'invalid_grant',
    description: 'the token was used before',
    loginStatus: 'Failed: Nonce Replay Detected',
  },

  'asset-tokens-off': { code: 'oauth_flow_disabled', description: 'asset token flow not enabled' },
  'subject-token-dead': { code: 'invalid_grant', description: 'expired access/refresh token' },
  'asset-certificate-unusable': { code: 'invalid_grant', description: 'asset signing certificate not usable' },
  'actor-token-malformed': invalidActorToken,
  'actor-token-signature-wrong': invalidActorToken,
  'actor-token-not-valid-now': { code: 'invalid_grant', description: 'expired actor token' },
  'actor-token-replayed': { code: 'bad_jti_claim', description: 'jti claim was used before' },

  'hybrid-jwt-rotating': {
    code: 'invalid_grant',
    description: 'refresh token rotation is not supported with jwt-based access tokens',
  },
  'refresh-token-missing': malformed('refresh_token not provided'),
  'refresh-token-unknown': expiredRefreshToken,
  'refresh-token-of-another-app': expiredRefreshToken,
  'refresh-token-revoked': expiredRefreshToken,
  'refresh-token-rotated-out': expiredRefreshToken,
  'refresh-token-displaced': expiredRefreshToken,
  'refresh-token-expired': expiredRefreshToken,

  'response-type-unknown': { code: 'unsupported_response_type', description: 'response type not supported' },
  'branding-malformed': { code: 'invalid_expid', description: 'expid is invalid' },
  'branding-unknown': { code: 'unsupported_expid', description: 'expid not supported' },
  'response-mode-unknown': malformed('response mode not supported'),
  'request-object-unsupported': { code: 'request_not_supported', description: 'request objects are not supported' },
  'request-uri-unsupported': { code: 'request_uri_not_supported', description: 'request_uri is not supported' },
  'push-required': malformed('pushed authorization request required'),
  'request-uri-pushed': malformed('request_uri cannot be pushed'),
  'request-uri-unknown': invalidRequestUri,
  'request-uri-expired': invalidRequestUri,
  'request-uri-spent': invalidRequestUri,
  'request-uri-of-another-app': invalidRequestUri,
  'prompt-contradictory': malformed('prompt none cannot be combined'),
  'prompt-unknown': malformed('prompt not supported'),
  'scope-not-allowed': {
    code: 'invalid_scope',
    description: 'requested scope is invalid, unknown, or malformed',
    authorize: { code: 'invalid_scope', description: 'the requested scope is not allowed' },
  },
  'flow-not-of-external-apps': { ...flowOff, loginStatus: 'Failed: OAuth API access disabled' },
  'flow-off-for-app': flowOff,
  'flow-off-in-org': flowOff,
  'password-flow-off': { ...authenticationFailure, loginStatus: 'Failed: OAuth API access disabled' },
  'page-not-offered': malformed('credentials must be posted'),
  'auth-request-type-unknown': malformed('auth request type not supported'),
  'credentials-in-header': malformed('credentials must be in the request body'),
  'second-factor-needed': { ...authenticationFailure, loginStatus: 'Two-factor required' },
  'api-second-factor-needed': { ...authenticationFailure, loginStatus: 'Two-factor required' },
  'nonce-missing': malformed('nonce not provided'),
  'openid-missing': { code: 'invalid_scope', description: 'the openid scope is required' },
  'login-required': { code: 'login_required', description: 'sign-in is required' },
  'consent-required': { code: 'consent_required', description: 'approval is required' },
  'immediate-impossible': { code: 'immediate_unsuccessful', description: 'immediate unsuccessful' },
  'denied-by-user': { code: 'access_denied', description: 'end-user denied authorization' },

  'username-unknown': authenticationFailure,
  'password-wrong': { ...authenticationFailure, loginStatus: 'Invalid password' },
  'password-busy': { code: 'service_unavailable', description: 'too many sign-ins at once, try again' },
  'credentials-missing': authenticationFailure,
  'security-token-missing': noToken,
  'security-token-wrong': noToken,
  'form-forged': malformed('this form is out of date or was not made for this browser'),

  'setup-permission-missing': {
    code: 'access_denied',
    description: 'the user lacks a permission that this page needs',
  },
  'form-field-unknown': malformed('this form has a field that does not belong to it'),

  'dpop-proof-missing': invalidProof('DPoP proof is required'),
  'dpop-proof-malformed': invalidProof('DPoP proof is invalid'),
  'dpop-signature-wrong': invalidProof('DPoP proof is invalid'),
  'dpop-proof-misdirected': invalidProof('DPoP proof is for another request'),
  'dpop-proof-stale': invalidProof('DPoP proof is not fresh'),
  'dpop-proof-replayed': invalidProof('DPoP proof was used before'),
  'dpop-nonce-needed': { code: 'use_dpop_nonce', description: 'DPoP proof needs the nonce of this answer' },
  'dpop-key-changed': invalidProof('DPoP proof is of another key'),
  'token-bound-to-key': { code: 'invalid_token', description: 'the token is bound to a key' },
  'token-not-bound': { code: 'invalid_token', description: 'the token is not bound to a key' },

  'frontdoor-empty': malformed('otp or sid not provided'),
  'otp-unknown': { code: 'invalid_otp', description: 'invalid one-time password' },
  'otp-spent': { code: 'invalid_otp', description: 'invalid one-time password' },
  'otp-expired': { code: 'invalid_otp', description: 'invalid one-time password' },
  'path-not-local': malformed('redirect_uri must be a path of the org'),
  'token-opens-no-page': { code: 'unsupported_token_type', description: 'this token opens no page' },
  'token-form-unknown': { code: 'unsupported_token_type', description: 'this token type is not supported' },
  'token-missing': { code: 'invalid_token', description: 'token not provided' },
  'token-twice': malformed('more than one access token'),
  'token-unknown': deadToken,
  'token-expired': deadToken,
  'token-revoked': deadToken,
  'token-of-another-org': deadToken,
  'token-of-another-app': { code: 'invalid_client', description: 'the token belongs to another client' },
  'scope-missing': { code: 'insufficient_scope', description: 'the token lacks a scope that this needs' },
  'token-in-query': malformed('access tokens are not accepted in the query string'),

  'org-inactive': {
    code: 'inactive_org',
    description: 'organization is locked, closed, or suspended',
    loginStatus: 'Organization is inactive',
  },
  'user-inactive': { code: 'inactive_user', description: 'user is inactive', loginStatus: 'User is inactive' },
  'user-frozen': { code: 'inactive_user', description: 'user is inactive', loginStatus: 'User is frozen' },
  'user-locked': { ...authenticationFailure, loginStatus: 'Password lockout' },
  'user-api-only': {
    ...authenticationFailure,
    authorize: {
      code: 'OAUTH_APPROVAL_ERROR_GENERIC',
      description: 'An unexpected error has occurred during authentication. Please try again.',
    },
    loginStatus: 'Failed: API-only user',
  },
  'app-not-installed': {
    code: 'invalid_client',
    description: 'app must be installed into org',
    loginStatus: 'Package for this consumer is not installed in your organization',
  },
  'app-not-in-this-org': {
    ...notInThisOrg,
    authorize: { code: 'OAUTH_EC_APP_NOT_FOUND', description: notInThisOrg.description },
  },
  'app-of-one-org': {
    ...notInThisOrg,
    authorize: {
      code: 'OAUTH_AUTHORIZATION_BLOCKED',
      description: 'Cross-org OAuth flows are not supported for this external client app',
    },
  },
  'app-switched-off': {
    code: 'oauth_flow_disabled',
    description: 'external client app is disabled in this org',
    loginStatus: 'Failed: OAuth API access disabled',
  },
  'app-blocked': {
    code: 'app_blocked',
    description: 'this app is blocked by admin',
    authorize: { code: 'OAUTH_APP_BLOCKED', description: 'this app is blocked by admin' },
    loginStatus: 'Failed: OAuth API access disabled',
  },
  'api-access-controlled': {
    code: 'app_blocked',
    description: 'this app is blocked by admin',
    authorize: { code: 'OAUTH_APP_BLOCKED', description: 'this app is blocked by admin' },
    loginStatus: 'Failed: OAuth API access disabled',
  },
  'not-admin-approved': {
    code: 'invalid_app_access',
    description: 'user is not admin approved to access this app',
    authorize: { code: 'OAUTH_APP_ACCESS_DENIED', description: 'user is not admin approved to access this app' },
    loginStatus: 'Login invalid',
  },
  'app-handler-refused': {
    code: 'invalid_app_access',
    description: 'user is not admin approved to access this app',
    authorize: { code: 'OAUTH_APP_ACCESS_DENIED', description: 'user is not admin approved to access this app' },
    loginStatus: 'Login invalid',
  },
  'login-hours': {
    code: 'invalid_grant',
    description: 'ip restricted or invalid login hours',
    loginStatus: 'Restricted time',
  },
  'ip-restricted': ipRestricted,
  'partner-address-unlisted': ipRestricted,
  'high-assurance-required': {
    code: 'invalid_session_level',
    description: 'a high assurance session is required',
    loginStatus: 'Two-factor required',
  },
  'session-level-too-low': {
    code: 'invalid_session_level',
    description: 'a high assurance session is required',
    loginStatus: 'Two-factor required',
  },
  'verification-code-wrong': {
    code: 'access_denied',
    description: 'the identity could not be verified',
    loginStatus: 'Two-factor required',
  },
  'verification-locked': {
    code: 'access_denied',
    description: 'the identity could not be verified',
    loginStatus: 'Two-factor required',
  },
  'api-not-enabled': {
    ...authenticationFailure,
    loginStatus: 'Failed: OAuth API access disabled',
  },
}

/** Turns a reason into what the caller is told. */
export function refusal(refused: Refusal): OAuthError {
  const { code, description } = wires[refused.reason]
  return new OAuthError(code, ownWords(refused) ?? description, refused)
}

/** A handler that refuses a token may say so in words of its own. */
function ownWords(refused: Refusal): string | undefined {
  return refused.reason === 'token-refused' && refused.facts.message !== '' ? refused.facts.message : undefined
}

/** The same for the authorize endpoint, which has other words for some reasons. */
export function authorizeRefusal(refused: Refusal): OAuthError {
  const wire = wires[refused.reason]
  const { code, description } = wire.authorize ?? wire
  return new OAuthError(code, description, refused)
}

/** The same for a device that speaks as RFC 8628 does. */
export function rfc8628Refusal(refused: Refusal): OAuthError {
  const wire = wires[refused.reason]
  const { code, description } = wire.rfc8628 ?? wire
  return new OAuthError(code, description, refused)
}

/** The same for whoever shows an assertion in place of a secret: it did not show who it is (RFC 6749 §5.2). */
export function clientRefusal(refused: Refusal): OAuthError {
  return new OAuthError(invalidClient.code, invalidClient.description, refused)
}

const unproved: ReadonlySet<Reason> = new Set(['basic-header-malformed', 'client-id-missing', 'client-unknown'])

/** Whether a refusal says that the client has not shown who it is. */
export function isUnproved({ code, description, refusal: { reason } }: OAuthError): boolean {
  return unproved.has(reason) || (code === invalidClient.code && description === invalidClient.description)
}

/**
 * What a caller is told who sends somebody's name and password: the same for whatever is wrong with them, so that nobody
 * finds out which users there are, or which password would have been right.
 */
export function credentialsRefusal(refused: Refusal): OAuthError {
  if (refused.reason === 'password-busy') return refusal(refused)
  return new OAuthError(authenticationFailure.code, authenticationFailure.description, refused)
}

/** What Login History says of a refusal, or `undefined` when it is not about a sign-in. */
export function loginStatusOf(reason: Reason): string | undefined {
  return wires[reason].loginStatus
}

/** Everything that Login History can say of an attempt that failed. */
export const failedLoginStatuses: readonly string[] = [
  ...new Set(Object.values(wires).flatMap(({ loginStatus }) => (loginStatus === undefined ? [] : [loginStatus]))),
].toSorted()

/** Every reason there is. */
export const reasons: readonly Reason[] = Object.keys(wires).filter(isReason)

/** Whether a text, such as one from the journal, names a reason. */
export function isReason(text: string): text is Reason {
  return Object.hasOwn(wires, text)
}

/** The wire's words for a reason where it was refused with this code; `undefined` for what is not of the OAuth endpoints. */
export function wireWords(reason: string | undefined, code: string | undefined): string | undefined {
  if (reason === undefined || !isReason(reason)) return undefined
  const wire = wires[reason]
  const all = [wire, wire.authorize, wire.rfc8628, invalidClient, authenticationFailure]
  return all.find((one) => one?.code === code)?.description
}

/** Whether an error code and its words are ones that this server says: a page shows no others (content spoofing). */
export function isOurWire(code: string | undefined, description: string | undefined): boolean {
  return Object.values(wires).some((wire) =>
    [wire, wire.authorize, wire.rfc8628].some((one) => one?.code === code && one?.description === description),
  )
}
