import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { selfSignedCertificate } from './certificate.ts'

/** Signs assertions with a key of its own (2048 bits, RS256), as the owner of a connected app would. */
export interface Signer {
  readonly publicKey: KeyObject
  /** The certificate of the same key, PEM. */
  readonly certificate: string
  sign(claims: Readonly<Record<string, string | number>>): Promise<string>
}

/** Makes a key and the certificate that goes with it. */
export function makeSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const header = base64url({ alg: 'RS256', typ: 'JWT' })
  return { publicKey, certificate: selfSignedCertificate({ publicKey, privateKey, name: 'Bench' }), sign: signClaims }

  function signClaims(claims: Readonly<Record<string, string | number>>): Promise<string> {
    const signed = `${header}.${base64url(claims)}`
    return new Promise((resolve, reject) => {
      sign('sha256', Buffer.from(signed), privateKey, (error, signature) => {
        if (error === null) resolve(`${signed}.${signature.toString('base64url')}`)
        else reject(error)
      })
    })
  }
}

/** Letters and digits that nothing else is called: a `jti`, a client's id, its secret. */
export function uniqueId(): string {
  return randomBytes(16).toString('hex')
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
