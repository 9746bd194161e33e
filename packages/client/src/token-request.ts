import type { AccessToken } from './access-token.ts'
import { readTokenResponse } from './token-response.ts'
import { type SendOptions, type Transport, transport } from './transport.ts'

/** What asking for a token needs of the world. */
export interface Asking extends SendOptions {
  /** The platform's `fetch` with timeouts and retries unless given. */
  readonly transport?: Transport | undefined
  readonly now?: (() => Date) | undefined
}

/** A request to a token endpoint (RFC 6749 §4). */
export interface TokenRequest {
  readonly tokenEndpoint: URL
  /** `grant_type` among them. */
  readonly parameters: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly audience?: string | undefined
  readonly needsInstanceUrl: boolean
}

/**
 * Asks a token endpoint for a token.
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function requestToken(request: TokenRequest, asking: Asking = {}): Promise<AccessToken> {
  const { tokenEndpoint, parameters, headers = {}, audience, needsInstanceUrl } = request
  const { transport: send = transport(), now = () => new Date(), signal, timeout } = asking
  const answer = await send(
    {
      method: 'POST',
      url: tokenEndpoint,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', ...headers },
      body: new URLSearchParams(parameters).toString(),
    },
    { signal, timeout },
  )
  const grantType = parameters['grant_type'] ?? ''
  return readTokenResponse(answer, { tokenEndpoint, grantType, audience, needsInstanceUrl, now: now() })
}
