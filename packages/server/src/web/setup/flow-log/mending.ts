import type { ConnectedApp } from '../../../connected-apps/connected-app.ts'
import type { ExplainedReason } from '../../../oauth/explanation.ts'
import { appPath, kindOf, policiesPath } from '../connected-apps/app-kind.ts'

/** Whom and what an entry of the journal is about, as far as it belongs to the org that looks at it. */
export interface MendingSubject {
  /** `isOwn`: made in this org, which can change its settings and not only its policies. */
  readonly app: (Pick<ConnectedApp, 'id' | 'label' | 'external'> & { readonly isOwn: boolean }) | undefined
  readonly user: { readonly id: string; readonly username: string; readonly profileId: string } | undefined
}

/** A page of Setup on which a cause of refusal can be mended. */
export interface MendingLink {
  readonly href: string
  readonly label: string
}

/** Leads to a page, or to the list it is in as long as nobody knows of which thing. */
const pages = {
  'app settings': ({ app }: MendingSubject): MendingLink =>
    app === undefined
      ? appManager
      : app.isOwn
        ? { href: `${appPath(app)}/edit`, label: `${app.label}: Edit` }
        : usage(app),
  'app keys': ({ app }: MendingSubject): MendingLink =>
    app?.isOwn === true ? { href: appPath(app), label: `${app.label}: View` } : appManager,
  'app policies': ({ app }: MendingSubject): MendingLink =>
    app === undefined
      ? appManager
      : app.isOwn
        ? { href: policiesPath(app), label: `${app.label}: ${kindOf(app).policies.label}` }
        : usage(app),
  'app usage': ({ app }: MendingSubject): MendingLink => usage(app),
  'app list': (): MendingLink => appManager,
  user: ({ user }: MendingSubject): MendingLink =>
    user === undefined ? users : link(user.username, 'User', 'users', user.id),
  'user list': (): MendingLink => users,
  profile: ({ user }: MendingSubject): MendingLink =>
    user === undefined
      ? { href: '/setup/profiles', label: 'Profiles' }
      : { href: `/setup/profiles/${user.profileId}`, label: `The profile of ${user.username}` },
  'oauth settings': (): MendingLink => ({
    href: '/setup/oauth-settings',
    label: 'OAuth and OpenID Connect Settings',
  }),
  'user interface': (): MendingLink => ({ href: '/setup/user-interface', label: 'User Interface' }),
  'network access': (): MendingLink => ({ href: '/setup/network-access', label: 'Network Access' }),
  'sso settings': (): MendingLink => ({ href: '/setup/single-sign-on', label: 'Single Sign-On Settings' }),
  'identity provider': (): MendingLink => ({ href: '/setup/identity', label: 'Identity Provider' }),
  'auth providers': (): MendingLink => ({ href: '/setup/auth-providers', label: 'Auth. Providers' }),
  handlers: (): MendingLink => ({ href: '/setup/token-exchange-handlers', label: 'Token Exchange Handlers' }),
  certificates: (): MendingLink => ({ href: '/setup/certificates', label: 'Certificate and Key Management' }),
  'my domain': (): MendingLink => ({ href: '/setup/my-domain', label: 'My Domain' }),
} as const

const appManager: MendingLink = { href: '/setup/connected-apps', label: 'App Manager' }
const users: MendingLink = { href: '/setup/users', label: 'Users' }

function usage(app: MendingSubject['app']): MendingLink {
  return app === undefined
    ? { href: '/setup/oauth-usage', label: 'Connected Apps OAuth Usage' }
    : link(app.label, 'OAuth Usage', 'oauth-usage', app.id)
}

function link(thing: string, page: string, ...path: readonly string[]): MendingLink {
  return { href: `/setup/${path.join('/')}`, label: `${thing}: ${page}` }
}

/** For every reason where in Setup it is mended; `request` where only whoever asks can do so. */
const mendedAt: Readonly<Record<ExplainedReason, keyof typeof pages | 'request'>> = {
  // The request itself.
  'method-not-post': 'request',
  'method-not-get': 'request',
  'https-required': 'request',
  'body-not-form': 'request',
  'body-too-large': 'request',
  'body-malformed': 'request',
  'parameter-repeated': 'request',
  'parameter-malformed': 'request',
  'credentials-in-query': 'request',
  'secret-type-unsupported': 'request',
  'grant-type-unknown': 'request',
  'response-type-unknown': 'request',
  'branding-malformed': 'request',
  'branding-unknown': 'request',
  'response-mode-unknown': 'request',
  'request-object-unsupported': 'request',
  'request-uri-unsupported': 'request',
  'push-required': 'request',
  'request-uri-pushed': 'request',
  'request-uri-unknown': 'request',
  'request-uri-expired': 'request',
  'request-uri-spent': 'request',
  'request-uri-of-another-app': 'request',
  'prompt-unknown': 'request',
  'prompt-contradictory': 'request',
  // Who the client is.
  'client-id-missing': 'app list',
  'client-unknown': 'app list',
  'issuer-missing': 'app list',
  'client-secret-missing': 'app keys',
  'client-secret-wrong': 'app keys',
  'basic-header-malformed': 'request',
  'client-authenticated-twice': 'request',
  'client-assertion-type-unknown': 'request',
  'client-assertion-mismatch': 'app keys',
  'client-assertion-replayed': 'request',
  'client-assertion-unnumbered': 'request',
  // Client credentials.
  'domain-not-own': 'my domain',
  'client-credentials-off': 'app settings',
  'client-credentials-not-allowed': 'app policies',
  'initial-token-unknown': 'app list',
  'registration-malformed': 'request',
  'registration-refused': 'request',
  'registration-limit': 'app list',
  'registration-token-unknown': 'request',
  'run-as-missing': 'app policies',
  'scopes-missing': 'app settings',
  // The device flow.
  'device-flow-off': 'app settings',
  'device-code-missing': 'request',
  'device-code-unknown': 'request',
  'device-code-of-another-app': 'request',
  'device-code-expired': 'request',
  'device-code-spent': 'request',
  'authorization-pending': 'request',
  'polled-too-fast': 'request',
  'user-code-unknown': 'request',
  'user-code-tried-too-often': 'request',
  // Flows that app and org must allow.
  'flow-not-of-external-apps': 'request',
  'flow-off-for-app': 'app settings',
  'flow-off-in-org': 'oauth settings',
  'password-flow-off': 'oauth settings',
  'page-not-offered': 'request',
  'auth-request-type-unknown': 'request',
  'credentials-in-header': 'app settings',
  'second-factor-needed': 'user',
  'api-second-factor-needed': 'user',
  'nonce-missing': 'request',
  'openid-missing': 'app settings',
  'credentials-missing': 'request',
  'security-token-missing': 'network access',
  'security-token-wrong': 'network access',
  // Token exchange and asset tokens.
  'token-exchange-off': 'app policies',
  'subject-token-missing': 'request',
  'token-type-unknown': 'handlers',
  'actor-token-unexpected': 'request',
  'target-unknown': 'my domain',
  'token-handler-missing': 'handlers',
  'token-handler-broken': 'handlers',
  'token-refused': 'handlers',
  'exchange-user-unknown': 'handlers',
  'user-not-made': 'handlers',
  'subject-token-replayed': 'request',
  'asset-tokens-off': 'app settings',
  'subject-token-dead': 'request',
  'asset-certificate-unusable': 'certificates',
  'actor-token-malformed': 'request',
  'actor-token-signature-wrong': 'request',
  'actor-token-not-valid-now': 'request',
  'actor-token-replayed': 'request',
  // Assertions.
  'assertion-missing': 'request',
  'assertion-malformed': 'request',
  'algorithm-not-allowed': 'request',
  'critical-header-unknown': 'request',
  'certificate-missing': 'app settings',
  'certificate-not-yet-valid': 'app settings',
  'certificate-expired': 'app settings',
  'signature-wrong': 'app settings',
  'audience-unknown': 'my domain',
  'audience-of-all-orgs': 'my domain',
  'audience-not-issuer': 'request',
  'expiry-missing': 'request',
  'expiry-past': 'request',
  'expiry-too-far': 'request',
  'not-yet-valid': 'request',
  'assertion-replayed': 'request',
  // SAML assertions.
  'saml-malformed': 'request',
  'saml-unsigned': 'request',
  'saml-signature-unfit': 'request',
  'saml-algorithm-not-allowed': 'request',
  'saml-altered': 'request',
  'saml-subject-missing': 'request',
  'saml-audience-unknown': 'my domain',
  'saml-recipient-unknown': 'request',
  'saml-expiry-missing': 'request',
  'saml-expired': 'request',
  'saml-expiry-too-far': 'request',
  'saml-not-yet-valid': 'request',
  'saml-replayed': 'request',
  'saml-session-ended': 'request',
  'saml-decryption-failed': 'sso settings',
  'saml-jit-attribute-missing': 'sso settings',
  'saml-jit-attribute-invalid': 'sso settings',
  'saml-jit-handler-failed': 'sso settings',
  'saml-signature-wrong': 'app settings',
  // Single sign-on.
  'saml-profile-unknown': 'request',
  'sso-org-unknown': 'sso settings',
  'sso-settings-missing': 'sso settings',
  'saml-issuer-unknown': 'sso settings',
  'saml-status-not-success': 'request',
  'saml-certificate-invalid': 'sso settings',
  'sso-user-unknown': 'user list',
  'sso-settings-unknown': 'sso settings',
  'saml-response-unrequested': 'request',
  'saml-logout-unproved': 'sso settings',
  'saml-logout-misdirected': 'sso settings',
  'saml-logout-replayed': 'request',
  // The org as an identity provider.
  'saml-idp-off': 'identity provider',
  'saml-request-malformed': 'request',
  'saml-app-unknown': 'app list',
  'saml-request-unsigned': 'app settings',
  'saml-request-signature-wrong': 'app settings',
  'saml-request-unfit': 'app settings',
  'saml-request-expired': 'request',
  'saml-app-not-assigned': 'app policies',
  'saml-subject-unset': 'user',
  'saml-idp-certificate-unusable': 'identity provider',
  'saml-logout-mismatch': 'request',
  // Auth. providers.
  'provider-unknown': 'auth providers',
  'provider-state-wrong': 'request',
  'provider-refused': 'auth providers',
  'provider-answer-unusable': 'auth providers',
  'provider-user-unknown': 'auth providers',
  'account-linked-elsewhere': 'auth providers',
  // The user, and whether the app may act for them.
  'subject-missing': 'user list',
  'user-unknown': 'user list',
  'user-of-another-org': 'my domain',
  'org-inactive': 'request',
  'user-inactive': 'user',
  'user-frozen': 'user',
  'user-locked': 'user',
  'user-api-only': 'user',
  'app-not-installed': 'app usage',
  'app-not-in-this-org': 'app usage',
  // Only the org that made the app could make it Packaged, and there it is not refused so.
  'app-of-one-org': 'request',
  'app-switched-off': 'app policies',
  'app-blocked': 'app usage',
  'api-access-controlled': 'app policies',
  'not-admin-approved': 'app policies',
  'app-handler-refused': 'app policies',
  'login-hours': 'profile',
  'ip-restricted': 'profile',
  'login-rate-exceeded': 'request',
  'partner-address-unlisted': 'app settings',
  'high-assurance-required': 'app policies',
  'session-level-too-low': 'app policies',
  'verification-code-wrong': 'user',
  'verification-locked': 'user',
  'api-not-enabled': 'profile',
  'refresh-scope-missing': 'app settings',
  'not-approved': 'app policies',
  'denied-by-user': 'app policies',
  // Codes and refresh tokens.
  'code-missing': 'request',
  'code-unknown': 'request',
  'code-of-another-app': 'request',
  'code-expired': 'request',
  'code-spent': 'request',
  'redirect-uri-missing': 'app settings',
  'redirect-out-of-band': 'app settings',
  'redirect-uri-mismatch': 'app settings',
  'redirect-uri-changed': 'request',
  'challenge-missing': 'app settings',
  'challenge-malformed': 'request',
  'challenge-method-unknown': 'request',
  'verifier-missing': 'request',
  'verifier-unexpected': 'request',
  'verifier-malformed': 'request',
  'verifier-wrong': 'request',
  'hybrid-jwt-rotating': 'app settings',
  'refresh-token-missing': 'request',
  'refresh-token-unknown': 'request',
  'refresh-token-of-another-app': 'request',
  'refresh-token-revoked': 'app usage',
  'refresh-token-rotated-out': 'app settings',
  'refresh-token-displaced': 'app usage',
  'refresh-token-expired': 'app policies',
  // In a browser.
  'scope-not-allowed': 'app settings',
  'login-required': 'request',
  'consent-required': 'app policies',
  'immediate-impossible': 'app policies',
  'username-unknown': 'user list',
  'password-wrong': 'user',
  'password-busy': 'request',
  'form-forged': 'request',
  'setup-permission-missing': 'user',
  'form-field-unknown': 'request',
  // From a token to a browser.
  'frontdoor-empty': 'request',
  'otp-unknown': 'request',
  'otp-spent': 'request',
  'otp-expired': 'request',
  'path-not-local': 'request',
  'token-opens-no-page': 'app settings',
  'token-form-unknown': 'request',
  // Access tokens.
  'dpop-proof-missing': 'request',
  'dpop-proof-malformed': 'request',
  'dpop-signature-wrong': 'request',
  'dpop-proof-misdirected': 'request',
  'dpop-proof-stale': 'request',
  'dpop-proof-replayed': 'request',
  'dpop-nonce-needed': 'request',
  'dpop-key-changed': 'request',
  'token-bound-to-key': 'request',
  'token-not-bound': 'request',
  'token-missing': 'request',
  'token-twice': 'request',
  'token-in-query': 'request',
  'authorization-malformed': 'request',
  'token-unknown': 'request',
  'token-expired': 'app policies',
  'token-revoked': 'app usage',
  'token-of-another-org': 'my domain',
  'token-of-another-app': 'request',
  'scope-missing': 'app settings',
  'permission-missing': 'user',
  // The REST API.
  'request-limit-exceeded': 'request',
  'version-unknown': 'request',
  'resource-newer-than-version': 'request',
  'resource-unknown': 'request',
  'object-unknown': 'request',
  'list-view-unknown': 'request',
  'method-not-allowed': 'request',
  'precondition-failed': 'request',
  'not-supported': 'request',
  'json-malformed': 'request',
  'xml-malformed': 'request',
  'content-type-unsupported': 'request',
  'query-missing': 'request',
  'query-refused': 'request',
  'query-too-large': 'request',
  'locator-unknown': 'request',
  'field-unknown': 'request',
  'record-unknown': 'request',
  'record-deleted': 'request',
  'record-refused': 'request',
  'external-id-field-unknown': 'request',
  'object-read-only': 'request',
  'object-permission-missing': 'profile',
  'soap-malformed': 'request',
  'soap-operation-unknown': 'request',
  'soap-login-off': 'user interface',
  'jwt-not-accepted': 'app settings',
  'too-many-parts': 'request',
  'composite-refused': 'request',
  'composite-stopped': 'request',
  'parameter-out-of-range': 'request',
}

/** The page of Setup where a cause is mended; `undefined` when nothing in Setup would change anything. */
export function mendingLink(reason: string, subject: MendingSubject): MendingLink | undefined {
  const page = isMendable(reason) ? mendedAt[reason] : 'request'
  return page === 'request' ? undefined : pages[page](subject)
}

function isMendable(reason: string): reason is ExplainedReason {
  return Object.hasOwn(mendedAt, reason)
}
