import type { AccessToken } from './access-token.ts'
import { randomId } from './crypto.ts'
import { signJwt } from './jwt.ts'
import { audienceFor, endpointOf, type LoginHost, loginUrl } from './login-host.ts'
import type { Signer } from './signer.ts'
import { type Asking, requestToken } from './token-request.ts'

/** The grant type of the JWT bearer flow (RFC 7523 §2.1). */
export const jwtBearerGrantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** Who asks for a token on whose behalf. */
export interface JwtBearerRequest {
  /** The app's consumer key. */
  readonly consumerKey: string
  /** The user to act for. */
  readonly username: string
  /** With the key of the app's certificate. */
  readonly signer: Signer
  /** Where to ask: `production` unless given. */
  readonly loginHost?: LoginHost | undefined
  /** The login host of the kind of org unless given: {@link audienceFor}. */
  readonly audience?: string | undefined
  /** Scopes, if not all that the app has. */
  readonly scope?: readonly string[] | undefined
  /** Seconds from now to `exp`; 180 unless given, which is the most that Salesforce promises to take. */
  readonly validitySeconds?: number | undefined
}

/**
 * Gets an access token by the JWT bearer flow: signs an assertion and exchanges it (RFC 7523 §2.1). There is never a refresh
 * token: ask again instead.
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function jwtBearer(request: JwtBearerRequest, asking: Asking = {}): Promise<AccessToken> {
  const login = loginUrl(request.loginHost ?? 'production')
  const audience = request.audience ?? audienceFor(login)
  const now = asking.now?.() ?? new Date()
  const assertion = await signJwt(
    {
      iss: request.consumerKey,
      sub: request.username,
      aud: audience,
      exp: Math.floor(now.getTime() / 1000) + (request.validitySeconds ?? 180),
      jti: randomId(),
      scope: request.scope?.join(' '),
    },
    request.signer,
  )
  return requestToken(
    {
      tokenEndpoint: endpointOf(login, '/services/oauth2/token'),
      parameters: { grant_type: jwtBearerGrantType, assertion },
      audience,
      needsInstanceUrl: true,
    },
    asking,
  )
}
