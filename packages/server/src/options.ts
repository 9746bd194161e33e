import type { ProviderRules } from './auth-providers/provider-url.ts'
import type { WalkthroughOffer } from './demo/walkthrough-offer.ts'
import type { HandlerSources } from './handlers/handlers.ts'
import type { AssertionRules } from './oauth/assertion.ts'
import type { AuthorizeRules } from './oauth/authorize-request.ts'
import type { ClientRules } from './oauth/client-authentication.ts'
import type { DeviceRules } from './oauth/device-request.ts'
import type { RevocationRules } from './oauth/revoke.ts'
import type { DecryptionRules } from './saml/decrypt.ts'
import type { EncryptionRules } from './saml/encrypt.ts'
import type { SamlRules } from './saml/validity.ts'
import type { DpopRules } from './tokens/dpop.ts'

/**
 * Where Salesforce and the strict reading of the RFCs differ, what the server does. Each is an option of its own; the
 * two postures below set them all.
 */
export interface Posture
  extends AssertionRules,
    AuthorizeRules,
    ClientRules,
    DeviceRules,
    DpopRules,
    ProviderRules,
    RevocationRules,
    SamlRules,
    EncryptionRules,
    DecryptionRules {
  /** `https://login.salesforce.com` or `https://test.salesforce.com` is an audience of an org, by its type. */
  readonly acceptsSalesforceHosts: boolean
  /** Whether apps can, or must, push their authorize requests (RFC 9126), which Salesforce does not know. */
  readonly pushedRequests: 'off' | 'offered' | 'required'
  /** The user-agent flow is there for orgs and apps that allow it; RFC 9700 §2.1.2 wants no token in an address. */
  readonly offersUserAgentFlow: boolean
  /** So is the username-password flow, which RFC 9700 §2.4 forbids. */
  readonly offersPasswordFlow: boolean
  /** So is the call `login()` of the SOAP API, which is the same. */
  readonly offersSoapLogin: boolean
  /** So is the authorization code and credentials flow, in which apps see passwords as well. */
  readonly offersHeadlessLogin: boolean
  /** Seconds in which an authorization code can be exchanged. */
  readonly codeLifetime: number
  /** Public apps rotate refresh tokens even when their setting is off. */
  readonly rotatesForPublicApps: boolean
  /** `client_secret`, `assertion` and the like in the query string are refused. */
  readonly refusesCredentialsInQuery: boolean
  /** Access tokens in the query string, or by two ways at once, are refused. */
  readonly refusesTokenInQuery: boolean
  /** 401 and 405 as the RFCs say, where Salesforce answers 400 and 403. */
  readonly usesRfcStatuses: boolean
  /** Whether apps may register themselves with a key, for `private_key_jwt` (RFC 7591 §2). Salesforce gives secrets alone. */
  readonly registersKeys: boolean
  /** How many apps may register themselves under one. */
  readonly registrationLimit: number
  /** Token answers say `expires_in`. */
  readonly answersExpiresIn: boolean
  /** Authorization answers say `iss` (RFC 9207). */
  readonly answersIssuer: boolean
  /** `updated_at` of userinfo is a number (OpenID Connect Core §5.1), where Salesforce writes a date. */
  readonly updatedAtIsNumber: boolean
  /** Pages of any origin may ask for tokens and use them (CORS). */
  readonly allowsOtherOrigins: boolean
}

/** As Salesforce does it, so that unmodified clients work: what `sallyport dev` starts with. */
export const salesforcePosture: Posture = {
  acceptsSalesforceHosts: true,
  acceptsPlainProviders: true,
  pushedRequests: 'off',
  offersUserAgentFlow: true,
  offersPasswordFlow: true,
  offersSoapLogin: true,
  offersHeadlessLogin: true,
  acceptsDpop: false,
  dpopNeedsNonce: false,
  codeLifetime: 900,
  clockSkew: 60,
  longestLifetime: undefined,
  acceptsExpiredCertificates: false,
  samlClockSkew: 180,
  encryptsSamlByGcm: false,
  decryptsSamlByCbc: true,
  longestSamlLifetime: 300,
  acceptsSha1: true,
  methodMayBeAbsent: true,
  longestVerifier: 256,
  publicAppsNeedPkce: false,
  returnsEarlyRefusals: false,
  refusesRequestObjects: false,
  refusesTwoMethods: false,
  clientAssertionsNameIssuer: false,
  rotatesForPublicApps: false,
  refusesCredentialsInQuery: false,
  refusesTokenInQuery: false,
  refusesStrangeTokens: true,
  usesRfcStatuses: false,
  registersKeys: false,
  registrationLimit: 100,
  answersExpiresIn: false,
  answersIssuer: false,
  updatedAtIsNumber: false,
  devicesShowSecret: false,
  answersDevicesInFull: false,
  allowsOtherOrigins: true,
}

/** As RFC 9700 wants it: what `sallyport serve` starts with. */
export const strictPosture: Posture = {
  acceptsSalesforceHosts: false,
  acceptsPlainProviders: false,
  pushedRequests: 'offered',
  offersUserAgentFlow: false,
  offersPasswordFlow: false,
  offersSoapLogin: false,
  offersHeadlessLogin: false,
  acceptsDpop: true,
  dpopNeedsNonce: false,
  codeLifetime: 60,
  clockSkew: 10,
  longestLifetime: 300,
  acceptsExpiredCertificates: false,
  samlClockSkew: 60,
  encryptsSamlByGcm: true,
  decryptsSamlByCbc: false,
  longestSamlLifetime: 300,
  acceptsSha1: false,
  methodMayBeAbsent: false,
  longestVerifier: 128,
  publicAppsNeedPkce: true,
  returnsEarlyRefusals: true,
  refusesRequestObjects: true,
  refusesTwoMethods: true,
  clientAssertionsNameIssuer: true,
  rotatesForPublicApps: true,
  refusesCredentialsInQuery: true,
  refusesTokenInQuery: true,
  refusesStrangeTokens: false,
  usesRfcStatuses: true,
  registersKeys: true,
  registrationLimit: 100,
  answersExpiresIn: true,
  answersIssuer: true,
  updatedAtIsNumber: true,
  devicesShowSecret: true,
  answersDevicesInFull: true,
  allowsOtherOrigins: false,
}

/** What the server behind the pages and endpoints is told at its start. */
export interface ServerOptions {
  /** Scheme, host and port of the login host, as callers reach it; no trailing slash. */
  readonly mainUrl: string
  /** Further host names of the same machine (`127.0.0.1` beside `localhost`). */
  readonly aliases: readonly string[]
  readonly posture: Posture
  /** Answers carry `x-sallyport-cause`, and error pages the explanation. Only ever on loopback. */
  readonly showsCauses: boolean
  /** Users that the sign-in page offers with their passwords. Only ever in the demo. */
  readonly demoUsers: readonly { readonly username: string; readonly password: string; readonly note: string }[]
  /** What `/walkthrough` offers; there is none without. Only ever in `sallyport dev`. */
  readonly walkthrough: WalkthroughOffer | undefined
  /** Where the code of token exchange handlers comes from. */
  readonly handlers: HandlerSources
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** argon2id cost of passwords: KiB, passes, lanes. */
  readonly passwordCost: { readonly memory: number; readonly passes: number; readonly parallelism: number }
  /** Seconds for which a key signs before the next one does; `undefined` leaves it to people. */
  readonly signingKeyPeriod: number | undefined
  /** Seconds that journal and login history are kept. */
  readonly journalLifetime: number
  readonly loginHistoryLifetime: number
}

/** Seven days of journal, six months of login history as at Salesforce, and OWASP's cost for passwords. */
export const defaultServerOptions = {
  aliases: [],
  showsCauses: false,
  demoUsers: [],
  walkthrough: undefined,
  handlers: { folder: undefined, code: {}, patience: 5000 },
  trustedProxies: [],
  passwordCost: { memory: 19_456, passes: 2, parallelism: 1 },
  signingKeyPeriod: undefined,
  journalLifetime: 7 * 86_400,
  loginHistoryLifetime: 183 * 86_400,
} as const satisfies Partial<ServerOptions>
