import { createPrivateKey, generateKeyPairSync, hash, type KeyObject, randomUUID, sign } from 'node:crypto'

/** A key of an app, and the proofs that it makes. */
export interface DpopKey {
  readonly jwk: Readonly<Record<string, unknown>>
  readonly thumbprint: string
  readonly privateKey: KeyObject
  /** A proof for a request, unless told otherwise a right one. */
  proof(request: ProvedRequest, claims?: Record<string, unknown>, header?: Record<string, unknown>): string
}

/** What a proof is for. */
export interface ProvedRequest {
  readonly method?: string
  readonly url: string
  readonly now: Date
  readonly accessToken?: string
  readonly nonce?: string
}

/** A new P-256 key. @param signWith another key that signs in its place */
export function dpopKey(signWith?: KeyObject): DpopKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' })
  const { crv, kty, x, y } = jwk
  const key = createPrivateKey((signWith ?? privateKey).export({ type: 'pkcs8', format: 'pem' }))
  return {
    jwk: { ...jwk },
    privateKey,
    thumbprint: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url'),
    proof({ method = 'POST', url, now, accessToken, nonce }, claims = {}, header = {}) {
      const own = {
        jti: randomUUID(),
        htm: method,
        htu: url,
        iat: Math.floor(now.getTime() / 1000),
        ...(accessToken === undefined ? {} : { ath: hash('sha256', accessToken, 'base64url') }),
        ...(nonce === undefined ? {} : { nonce }),
      }
      const input = [
        { typ: 'dpop+jwt', alg: 'ES256', jwk, ...header },
        { ...own, ...claims },
      ]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.')
      const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
      return `${input}.${signature.toString('base64url')}`
    },
  }
}
