import type { AccessToken } from './access-token.ts'
import { type EcKey, ecKeyFrom, newEcKey, type PrivateEcJwk, randomId, sha256 } from './crypto.ts'
import { base64Url, membersOf, readJson, textOf, utf8 } from './encoding.ts'
import { SignInError } from './sign-in-error.ts'
import type { IncomingAnswer, OutgoingRequest, SendOptions, Transport } from './transport.ts'

/** A key that tokens are bound to (DPoP, RFC 9449): whoever copies such a token can do nothing with it. */
export interface DpopKey {
  /** SHA-256 of the public key (RFC 7638): what an authorize request names as `dpop_jkt`. */
  readonly thumbprint: string
  /** The key itself, to be kept as safely as the tokens. */
  toJwk(): PrivateEcJwk
  /** A proof for one request, by ES256. @param accessToken the token that goes with it */
  proof(request: { readonly method: string; readonly url: URL }, accessToken?: string): Promise<string>
  /** Keeps the nonce that an answer brings for the next proof at the same host (§8). */
  learn(url: URL, answer: IncomingAnswer): void
}

/**
 * A key to bind tokens to: a new one, or one that was kept.
 * @throws {InputError} for a JSON Web Key that is no private key of the curve P-256
 */
export function dpopKey(kept?: PrivateEcJwk, now: () => Date = () => new Date()): DpopKey {
  const key: EcKey = kept === undefined ? newEcKey() : ecKeyFrom(kept)
  const nonces = new Map<string, string>()
  const { crv, kty, x, y } = key.publicJwk
  const part = (value: object) => base64Url(JSON.stringify(value))
  return {
    thumbprint: base64Url(sha256(JSON.stringify({ crv, kty, x, y }))),
    toJwk: () => key.privateJwk,
    async proof({ method, url }, accessToken) {
      const nonce = nonces.get(url.origin)
      const claims = {
        jti: randomId(),
        htm: method,
        htu: `${url.origin}${url.pathname}`,
        iat: Math.floor(now().getTime() / 1000),
        ...(accessToken === undefined ? {} : { ath: base64Url(sha256(accessToken)) }),
        ...(nonce === undefined ? {} : { nonce }),
      }
      const input = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk })}.${part(claims)}`
      return `${input}.${base64Url(await key.sign(utf8(input)))}`
    },
    learn(url, { headers }) {
      const nonce = headers.get('dpop-nonce')
      if (nonce !== null) nonces.set(url.origin, nonce)
    },
  }
}

/** A request that is made anew for each try: what is in it may be good for one. */
export type MakeRequest = () => Promise<OutgoingRequest & { readonly url: URL }>

/**
 * Sends a request with a proof, if there is a key, and once more when the server wants a nonce of its own in it.
 * @param accessToken the token that the proof is to go with
 */
export async function sendProved(
  send: Transport,
  make: MakeRequest,
  { key, accessToken }: { readonly key: DpopKey | undefined; readonly accessToken?: string },
  options: SendOptions,
): Promise<IncomingAnswer> {
  if (key === undefined) return send(await make(), options)
  const once = async () => {
    const request = await make()
    const dpop = await key.proof(request, accessToken)
    const answer = await send({ ...request, headers: { ...request.headers, dpop } }, options)
    key.learn(request.url, answer)
    return answer
  }
  const first = await once()
  return wantsNonce(first) ? once() : first
}

/**
 * Sends a request with an access token: one that is bound to a key with a proof of it.
 * @throws {SignInError} `key-missing` for a bound token whose key is not there
 */
export async function sendWithToken(
  send: Transport,
  request: OutgoingRequest & { readonly url: URL },
  { token, dpop }: { readonly token: AccessToken; readonly dpop: DpopKey | undefined },
  options: SendOptions,
): Promise<IncomingAnswer> {
  const { accessToken, tokenType } = token
  if (tokenType === 'DPoP' && dpop === undefined) {
    throw new SignInError(
      'key-missing',
      'The token is bound to a key (DPoP), and that key was not given: whoever has only the token can do nothing with it.',
    )
  }
  const headers = { ...request.headers, authorization: `${tokenType} ${accessToken}` }
  const key = tokenType === 'DPoP' ? dpop : undefined
  return sendProved(send, async () => ({ ...request, headers }), { key, accessToken }, options)
}

function wantsNonce({ status, headers, body }: IncomingAnswer): boolean {
  if (!headers.has('dpop-nonce')) return false
  if (status === 401) return /\berror="use_dpop_nonce"/.test(headers.get('www-authenticate') ?? '')
  return status === 400 && membersOf(readJson(textOf(body)))?.get('error') === 'use_dpop_nonce'
}
