import { readCredentialUrl } from './callout.ts'
import { readTemplate } from './formula.ts'
import { NamedCredentialError } from './named-credential-error.ts'

/** The claims of a JWT that a credential signs, by name: a text in which formulas (`{!$User.Id}`) may stand, or a list. */
export type Claims = Readonly<Record<string, string | readonly string[]>>

/** What a credential signs, with which certificate of the store. */
export interface JwtSettings {
  /** The body: `iss`, `sub` and `aud` at least. `iat`, `nbf`, `exp` and `jti` are added. */
  readonly claims: Claims
  /** What the header has besides `alg`, `typ` and `kid`. */
  readonly headerClaims?: Claims | undefined
  /** The unique name of the certificate. */
  readonly signingCertificate: string
  /** Seconds from signing to `exp`; 120 unless given, as at Salesforce. */
  readonly validitySeconds?: number | undefined
}

/** How a client says who it is when it asks for a token of its own. */
export type ClientAuthentication = 'body' | 'basic'

/**
 * How a credential signs in, by Salesforce's names of its protocols (*Metadata API Developer Guide*, NamedCredential and
 * ExternalCredential). What is secret (passwords, client secrets, tokens) is never in here.
 */
export type Authentication =
  | { readonly protocol: 'NoAuthentication' }
  /** HTTP Basic, with a user name and a password among the secrets. */
  | { readonly protocol: 'Password'; readonly username?: string | undefined }
  /** Headers of one's own, with formulas over the parameters among the secrets. */
  | { readonly protocol: 'Custom' }
  /** A JWT signed for each request is the bearer token itself. */
  | { readonly protocol: 'Jwt'; readonly jwt: JwtSettings }
  /** A JWT is exchanged for an access token (RFC 7523 §2.1). */
  | {
      readonly protocol: 'JwtExchange'
      readonly tokenEndpoint: string
      readonly jwt: JwtSettings
      readonly scope?: string | undefined
    }
  /** A browser signed in once; the refresh token of that sign-in gives the access tokens. */
  | { readonly protocol: 'Oauth'; readonly authProvider?: string | undefined; readonly scope?: string | undefined }
  /** The client's own token (RFC 6749 §4.4), by its secret or by a JWT that it signs (RFC 7523 §2.2). */
  | {
      readonly protocol: 'ClientCredentials'
      readonly tokenEndpoint: string
      readonly clientAuthentication: ClientAuthentication | JwtSettings
      readonly scope?: string | undefined
    }

/** The JWT settings of an authentication, if it signs anything. */
export function jwtOf(authentication: Authentication): JwtSettings | undefined {
  if (authentication.protocol === 'Jwt' || authentication.protocol === 'JwtExchange') return authentication.jwt
  if (authentication.protocol !== 'ClientCredentials') return undefined
  return typeof authentication.clientAuthentication === 'object' ? authentication.clientAuthentication : undefined
}

const automatic = ['iat', 'nbf', 'exp', 'jti']

/**
 * Refuses an authentication that could only fail later.
 * @param added the claims that each principal adds: together with them the ones that are needed must be there
 * @throws {NamedCredentialError} `definition-invalid` or `formula-invalid`
 */
export function checkAuthentication(name: string, authentication: Authentication, added: readonly Claims[]): void {
  const refuse = (problem: string): never => {
    throw new NamedCredentialError('definition-invalid', `${name}: ${problem}`, name)
  }
  if ('tokenEndpoint' in authentication) readCredentialUrl(authentication.tokenEndpoint, 'The token endpoint', name)
  const jwt = jwtOf(authentication)
  if (jwt === undefined) return
  if (jwt.signingCertificate === '') refuse('a signing certificate is needed. Give the unique name of one.')
  const seconds = jwt.validitySeconds ?? 120
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400) {
    refuse('the validity of its JWT must be a whole number of seconds from 1 to 86400. Salesforce takes 180 at most.')
  }
  for (const more of added) {
    const claims = { ...jwt.claims, ...more }
    const missing = ['iss', 'sub', 'aud'].filter((claim) => (claims[claim] ?? '').length === 0)
    // Salesforce's answer to this is "Unable to complete the JWT token exchange", which explains nothing.
    if (missing.length > 0) refuse(`the claims iss, sub and aud are all needed. Add ${missing.join(' and ')}.`)
    const own = Object.keys(claims).filter((claim) => automatic.includes(claim) && claim !== 'exp')
    if (own.length > 0) refuse(`the claims ${own.join(', ')} are added automatically. Leave them out.`)
    for (const text of [...Object.values(claims), ...Object.values(jwt.headerClaims ?? {})].flat()) readTemplate(text)
  }
}
