import type { AccessToken } from './access-token.ts'
import { base64Url } from './encoding.ts'
import { audienceFor, endpointOf, type LoginHost, loginUrl } from './login-host.ts'
import { type SamlStatement, signSamlAssertion } from './saml-assertion.ts'
import type { Signer } from './signer.ts'
import { type Asking, requestToken } from './token-request.ts'

/** The grant type of the SAML bearer assertion flow (RFC 7522 §2.1). */
export const samlBearerGrantType = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

/** Who asks for a token on whose behalf. */
export interface SamlBearerRequest extends Pick<SamlStatement, 'validitySeconds' | 'attributes'> {
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
}

/**
 * Gets an access token by the SAML bearer assertion flow: signs an assertion and exchanges it (RFC 7522 §2.1). There is never a
 * refresh token, and each assertion counts once: ask again instead.
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function samlBearer(request: SamlBearerRequest, asking: Asking = {}): Promise<AccessToken> {
  const {
    consumerKey: issuer,
    username: subject,
    signer,
    loginHost = 'production',
    validitySeconds,
    attributes,
  } = request
  const login = loginUrl(loginHost)
  const audience = request.audience ?? audienceFor(login)
  const tokenEndpoint = endpointOf(login, '/services/oauth2/token')
  const statement = { issuer, subject, audience, recipient: tokenEndpoint.href, validitySeconds, attributes }
  const assertion = base64Url(await signSamlAssertion(statement, signer, asking.now?.()))
  const parameters = { grant_type: samlBearerGrantType, assertion }
  return requestToken({ tokenEndpoint, parameters, audience, needsInstanceUrl: true }, asking)
}
