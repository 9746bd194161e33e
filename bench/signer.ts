import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { selfSignedCertificate } from './certificate.ts'

/** Signs assertions with a key of its own (2048 bits, RS256), as the owner of a connected app would. */
export interface Signer {
  readonly publicKey: KeyObject
  /** The certificate of the same key, PEM. */
  readonly certificate: string
  readonly alg: 'RS256'
  /** A JWT with these claims. */
  signClaims(claims: Readonly<Record<string, unknown>>): Promise<string>
  /** The signature of any bytes. */
  sign(data: Uint8Array): Promise<Uint8Array>
}

/** Makes a key and the certificate that goes with it. */
export function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const header = base64url({ alg: 'RS256', typ: 'JWT' })
  const certificate = selfSignedCertificate({ publicKey, privateKey, name: 'Bench' })
  return { publicKey, certificate, alg: 'RS256', signClaims, sign: signBytes }

  async function signClaims(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const signed = `${header}.${base64url(claims)}`
    return `${signed}.${(await signBytes(Buffer.from(signed))).toString('base64url')}`
  }

  function signBytes(data: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      sign('sha256', data, privateKey, (error, signature) => (error === null ? resolve(signature) : reject(error)))
    })
  }
}

/** Makes proofs of one key (DPoP, ES256) for POST requests to a URL; no two are alike. */
export function makeProver(htu: string): () => string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const header = base64url({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) })
  return () => {
    const iat = Math.floor(Date.now() / 1000)
    const signed = `${header}.${base64url({ htm: 'POST', htu, iat, jti: uniqueId() })}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
}

/** Letters and digits that nothing else is called: a `jti`, a client's id, its secret. */
export function uniqueId(): string {
  return randomBytes(16).toString('hex')
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
