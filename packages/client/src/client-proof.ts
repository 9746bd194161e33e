import { randomId } from './crypto.ts'
import { signJwt } from './jwt.ts'
import type { Signer } from './signer.ts'

/** The type of a JWT that an app signs in place of its secret (RFC 7523 §2.2). */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** How an app shows who it is, besides its consumer key: by its secret, by a signed JWT, or not at all. */
export interface ClientProof {
  readonly consumerKey: string
  /** `undefined` for an app that has none it could keep. */
  readonly consumerSecret?: string | undefined
  /** What signs a JWT in place of the secret (`private_key_jwt`), with the key of the app's certificate. */
  readonly signer?: Signer | undefined
}

/**
 * The parameters by which an app says who it is (RFC 6749 §2.3.1, RFC 7523 §2.2). A signed JWT is good for one request: ask
 * anew for each.
 * @param issuer the server that it is for, and for no other
 */
export async function clientParameters(
  { consumerKey, consumerSecret, signer }: ClientProof,
  issuer: string,
  now: Date,
): Promise<Readonly<Record<string, string>>> {
  if (signer === undefined) {
    return { client_id: consumerKey, ...(consumerSecret === undefined ? {} : { client_secret: consumerSecret }) }
  }
  const exp = Math.floor(now.getTime() / 1000) + 180
  const client_assertion = await signJwt(
    { iss: consumerKey, sub: consumerKey, aud: issuer, exp, jti: randomId() },
    signer,
  )
  return { client_id: consumerKey, client_assertion_type: assertionType, client_assertion }
}
