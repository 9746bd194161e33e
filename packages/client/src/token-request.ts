import type { AccessToken } from './access-token.ts'
import { type DpopKey, sendProved } from './dpop.ts'
import { readTokenResponse } from './token-response.ts'
import { type SendOptions, type Transport, transport } from './transport.ts'

/** What asking for a token needs of the world. */
export interface Asking extends SendOptions {
  /** The platform's `fetch` with timeouts and retries unless given. */
  readonly transport?: Transport | undefined
  readonly now?: (() => Date) | undefined
  /** The key that tokens are to be bound to (RFC 9449). */
  readonly dpop?: DpopKey | undefined
}

/** A request to a token endpoint (RFC 6749 §4). */
export interface TokenRequest {
  readonly tokenEndpoint: URL
  /** `grant_type` among them. */
  readonly parameters: Readonly<Record<string, string>>
  /** Further ones that show who asks, made anew for each try. */
  readonly client?: () => Promise<Readonly<Record<string, string>>>
  readonly headers?: Readonly<Record<string, string>>
  readonly audience?: string | undefined
  readonly needsInstanceUrl: boolean
  /** A token for a device is bound to no key of ours: one that is shown is that of the token by which it is asked for. */
  readonly isForDevice?: true
}

/**
 * Asks a token endpoint for a token.
 * @throws {TokenError} when it is refused
 * @throws {TransportError} when there was no answer
 */
export async function requestToken(request: TokenRequest, asking: Asking = {}): Promise<AccessToken> {
  const { tokenEndpoint, parameters, client, headers = {}, audience, needsInstanceUrl, isForDevice } = request
  const { transport: send = transport(), now = () => new Date(), dpop, signal, timeout } = asking
  const make = async () => ({
    method: 'POST',
    url: tokenEndpoint,
    headers: { ...formHeaders, ...headers },
    body: new URLSearchParams({ ...parameters, ...(await client?.()) }).toString(),
  })
  const answer = await sendProved(send, make, { key: dpop }, { signal, timeout })
  const grantType = parameters['grant_type'] ?? ''
  const isBound = dpop !== undefined && isForDevice !== true
  return readTokenResponse(answer, { tokenEndpoint, grantType, audience, needsInstanceUrl, isBound, now: now() })
}

/** The headers of every form that is posted to a server. */
export const formHeaders = {
  'content-type': 'application/x-www-form-urlencoded',
  accept: 'application/json',
} as const
