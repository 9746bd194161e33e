import type { AccessToken } from './access-token.ts'
import { type ClientProof, clientParameters } from './client-proof.ts'
import { hmacSha256, isEqualSecret } from './crypto.ts'
import { base64Of } from './encoding.ts'
import { endpointOf, type LoginHost, loginUrl } from './login-host.ts'
import { SignInError } from './sign-in-error.ts'
import { type Asking, requestToken } from './token-request.ts'

/** An app, and where it asks for tokens. */
export interface AppIdentity extends ClientProof {
  /** `production` unless given. */
  readonly loginHost?: LoginHost | undefined
  /** Whether it shows pages of the org in web views, and wants sessions for them with each token (`webSessions`). */
  readonly isHybrid?: boolean | undefined
}

/** The issuer that a login host is: what an app signs a JWT for. */
export function issuerOf({ loginHost = 'production' }: AppIdentity): string {
  return loginUrl(loginHost).href.replace(/\/$/, '')
}

/**
 * Asks for a token as an app. The `signature` of the answer is checked where the consumer secret is known.
 * @throws {TokenError} when it is refused
 * @throws {SignInError} `signature-wrong`
 */
export async function appToken(
  app: AppIdentity,
  grant: Readonly<Record<string, string>>,
  asking: Asking = {},
): Promise<AccessToken> {
  const { now = () => new Date() } = asking
  const tokenEndpoint = endpointOf(loginUrl(app.loginHost ?? 'production'), '/services/oauth2/token')
  const client = () => clientParameters(app, issuerOf(app), now())
  const token = await requestToken({ tokenEndpoint, parameters: grant, client, needsInstanceUrl: true }, asking)
  return signed(token, app)
}

/** A token whose `signature` fits the consumer secret, where that is known. @throws {SignInError} `signature-wrong` */
export function signed(token: AccessToken, { consumerSecret }: AppIdentity): AccessToken {
  if (consumerSecret === undefined || isSignedBy(token, consumerSecret)) return token
  throw new SignInError(
    'signature-wrong',
    'The signature of the answer does not fit the consumer secret: it was not made by the org that has the app.',
  )
}

/** Uses the refresh token that came with a token (RFC 6749 §6). @throws {TokenError} @throws {SignInError} `not-signed-in` */
export async function refreshedToken(
  app: AppIdentity,
  held: AccessToken | undefined,
  asking: Asking | undefined,
): Promise<AccessToken> {
  const refreshToken = held?.refreshToken
  if (refreshToken === undefined) {
    throw new SignInError(
      'not-signed-in',
      'There is no refresh token: sign in once with a browser, with the scope refresh_token among the app’s.',
    )
  }
  const grant_type = app.isHybrid === true ? 'hybrid_refresh' : 'refresh_token'
  return appToken(app, { grant_type, refresh_token: refreshToken }, asking)
}

/**
 * Whether an answer is from a server that knows the consumer secret: `signature` is HMAC-SHA-256 over `id` and `issued_at`.
 * An answer without a signature, as of other servers than Salesforce, counts as signed: there is nothing to check.
 */
export function isSignedBy(token: AccessToken, consumerSecret: string): boolean {
  const { signature, id, issuedAtText } = token
  if (signature === undefined) return true
  if (id === undefined || issuedAtText === undefined) return false
  return isEqualSecret(signature, base64Of(hmacSha256(consumerSecret, `${id}${issuedAtText}`)))
}
