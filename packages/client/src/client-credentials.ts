import type { AccessToken } from './access-token.ts'
import { clientParameters } from './client-proof.ts'
import { base64Of, utf8 } from './encoding.ts'
import { InputError } from './input-error.ts'
import { endpointOf, loginUrl } from './login-host.ts'
import type { Signer } from './signer.ts'
import { type Asking, requestToken } from './token-request.ts'

/** An app that asks for a token of its own. */
export interface ClientCredentialsRequest {
  readonly consumerKey: string
  /** The consumer secret, or what signs a JWT in its place (RFC 7523 §2.2). */
  readonly proof: string | Signer
  /** The My Domain of the org, such as `https://acme.my.salesforce.com`: no other host takes this flow. */
  readonly myDomain: string
}

/**
 * Gets an access token by the client credentials flow (RFC 6749 §4.4): for the user that an admin has named (*Run As*). There is
 * never a refresh token: ask again instead.
 * @throws {InputError} for a login host that is no My Domain
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function clientCredentials(request: ClientCredentialsRequest, asking: Asking = {}): Promise<AccessToken> {
  const { consumerKey, proof, myDomain } = request
  const login = loginUrl(myDomain)
  if (/^(?:login|test)\.salesforce\.com$/.test(login.hostname)) {
    throw new InputError(
      `${login.hostname} never takes client credentials: give the My Domain of the org, such as https://acme.my.salesforce.com.`,
    )
  }
  const tokenEndpoint = endpointOf(login, '/services/oauth2/token')
  const asked = { tokenEndpoint, parameters: { grant_type: 'client_credentials' }, needsInstanceUrl: true }
  if (typeof proof === 'string') {
    const pair = [consumerKey, proof].map(formEncoded).join(':')
    return requestToken({ ...asked, headers: { authorization: `Basic ${base64Of(utf8(pair))}` } }, asking)
  }
  const { now = () => new Date() } = asking
  const audience = login.origin
  const client = () => clientParameters({ consumerKey, signer: proof }, audience, now())
  return requestToken({ ...asked, client, audience }, asking)
}

/** A part of the Basic header, encoded as in a form before the two are joined (RFC 6749 §2.3.1). */
export function formEncoded(part: string): string {
  return new URLSearchParams({ part }).toString().slice('part='.length)
}
