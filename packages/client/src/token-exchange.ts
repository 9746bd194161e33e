import type { AccessToken } from './access-token.ts'
import { type AppIdentity, appToken } from './app-token.ts'
import { endpointOf, type LoginHost, loginUrl } from './login-host.ts'
import { type Asking, requestToken } from './token-request.ts'

/** The grant type of token exchange (RFC 8693 §2.1). */
export const tokenExchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The same for hybrid apps, as Salesforce names it. */
export const hybridTokenExchangeGrantType = 'urn:ietf:params:oauth:grant-type:hybrid-token-exchange'

/** The kinds of token that Salesforce takes (RFC 8693 §3). */
export type ExchangedTokenType = 'access_token' | 'refresh_token' | 'id_token' | 'saml2' | 'jwt'

/** A token of another issuer, to be exchanged for one of Salesforce. */
export interface TokenExchangeRequest extends AppIdentity {
  readonly subjectToken: string
  readonly subjectTokenType: ExchangedTokenType
  /** The Apex class of the handler; the app's default unless given. */
  readonly tokenHandler?: string | undefined
  /** Scopes, if not all that were approved; a refresh token comes only if `refresh_token` is among them. */
  readonly scope?: readonly string[] | undefined
}

/**
 * Gets an access token for a token of another issuer (RFC 8693 §2.1): a handler of the org says whose it is.
 * @throws {TokenError} when it is refused
 * @throws {SignInError} `signature-wrong`
 * @throws {TransportError} when there was no answer
 */
export function tokenExchange(request: TokenExchangeRequest, asking: Asking = {}): Promise<AccessToken> {
  const { subjectToken, subjectTokenType, tokenHandler, scope, ...app } = request
  const grant = {
    grant_type: app.isHybrid === true ? hybridTokenExchangeGrantType : tokenExchangeGrantType,
    subject_token: subjectToken,
    subject_token_type: typeUrn(subjectTokenType),
    ...(tokenHandler !== undefined && { token_handler: tokenHandler }),
    ...(scope !== undefined && { scope: scope.join(' ') }),
  }
  return appToken(app, grant, asking)
}

/** A device that gets a token of its own by an app's access token. */
export interface AssetTokenRequest {
  /** Of an app that makes asset tokens. */
  readonly accessToken: string
  /** A JWT that the device has signed, with its key in `cnf.jwk`; without, the token is bound to none. */
  readonly actorToken?: string | undefined
  /** Where to ask: the `instance_url` of the access token. */
  readonly loginHost: LoginHost
}

/** A token for a device, signed by the org. */
export interface AssetToken {
  readonly assetToken: string
  readonly expiresAt: Date | undefined
}

/**
 * Gets an asset token: a JWT for a device, which services verify by the keys that the org publishes. By an access token that is
 * bound to a key it is to be had with that key alone (`dpop`).
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function assetToken(request: AssetTokenRequest, asking: Asking = {}): Promise<AssetToken> {
  const { accessToken, actorToken, loginHost } = request
  const answer = await requestToken(
    {
      tokenEndpoint: endpointOf(loginUrl(loginHost), '/services/oauth2/token'),
      parameters: {
        grant_type: tokenExchangeGrantType,
        subject_token: accessToken,
        subject_token_type: typeUrn('access_token'),
        ...(actorToken !== undefined && { actor_token: actorToken, actor_token_type: typeUrn('jwt') }),
      },
      needsInstanceUrl: false,
      isForDevice: true,
    },
    asking,
  )
  return { assetToken: answer.accessToken, expiresAt: answer.expiresAt }
}

function typeUrn(type: ExchangedTokenType): string {
  return `urn:ietf:params:oauth:token-type:${type}`
}
