import type { AccessToken } from './access-token.ts'
import { base64Of, utf8 } from './encoding.ts'
import { InputError } from './input-error.ts'
import { loginUrl } from './login-host.ts'
import { type SamlStatement, signSamlAssertion } from './saml-assertion.ts'
import type { Signer } from './signer.ts'
import { type Asking, requestToken } from './token-request.ts'

/** An identity provider vouches for a user to an org that believes it. */
export interface SamlSsoRequest extends Pick<SamlStatement, 'issuer' | 'subject' | 'attributes' | 'validitySeconds'> {
  /** *OAuth 2.0 Token Endpoint* of the org's single sign-on settings, with its `?so=`. */
  readonly tokenEndpoint: string
  /** *Entity ID* of the settings. */
  readonly audience: string
  /** With the key of the *Identity Provider Certificate* of the settings. */
  readonly signer: Signer
}

/** What the SAML assertion flow is told besides the assertion. */
const browserProfile = 'urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser'

/**
 * Gets an access token by the SAML assertion flow: signs an assertion as the org's identity provider and exchanges it. There is no
 * app, never a refresh token, and each assertion counts once.
 * @throws {InputError} for what is no token endpoint
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function samlSso(request: SamlSsoRequest, asking: Asking = {}): Promise<AccessToken> {
  const { signer, tokenEndpoint: recipient, ...statement } = request
  const tokenEndpoint = readEndpoint(recipient)
  const xml = await signSamlAssertion({ ...statement, recipient }, signer, asking.now?.())
  const parameters = {
    grant_type: 'assertion',
    assertion_type: browserProfile,
    assertion: base64Of(utf8(xml)),
  }
  return requestToken({ tokenEndpoint, parameters, audience: statement.audience, needsInstanceUrl: true }, asking)
}

function readEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.pathname.endsWith('/services/oauth2/token') !== true || url.hash !== '') {
    throw new InputError(
      'A token endpoint is a URL such as https://acme.my.salesforce.com/services/oauth2/token?so=00D…',
    )
  }
  // As careful as with any login host: https, or this very machine.
  loginUrl(url.origin)
  return url
}
