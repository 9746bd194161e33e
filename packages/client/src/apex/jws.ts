import type { CertificateStore } from '../certificate-store.ts'
import { fromBase64, textOf } from '../encoding.ts'
import { signPayload } from '../jwt.ts'
import type { Signer } from '../signer.ts'
import { NoDataFoundException } from './exceptions.ts'
import { ApexJWT } from './jwt.ts'

/**
 * `Auth.JWS`: claims that are signed with a certificate of *Certificate and Key Management* (*JWS Class*). RS256 only, as in
 * Apex.
 */
export class ApexJWS {
  readonly #payload: string
  readonly #signer: Signer

  /**
   * @param claims a JWT, or claims as JSON or as base64 of it
   * @param certDevName the unique name of the certificate
   * @throws {NoDataFoundException} when there is no such certificate, or its key is not held
   */
  constructor(store: CertificateStore, claims: ApexJWT | string, certDevName: string) {
    const held = store.find(certDevName)
    if (held?.signer === undefined) {
      throw new NoDataFoundException(
        held === undefined
          ? `Data Not Available: the certificate ${certDevName} could not be found. Its Unique Name is asked for, not its label.`
          : `Data Not Available: of the certificate ${certDevName} no private key is held that signs RS256.`,
      )
    }
    this.#signer = held.signer
    this.#payload = claims instanceof ApexJWT ? claims.toJSONString() : jsonOf(claims)
  }

  /** `header.payload.signature` (RFC 7515 §7.1). */
  getCompactSerialization(): Promise<string> {
    return signPayload(this.#payload, this.#signer)
  }

  clone(): ApexJWS {
    const payload = this.#payload
    const signer = this.#signer
    const held = { uniqueName: '', certificate: undefined, signer }
    return new ApexJWS({ find: () => held }, payload, '')
  }
}

/** Salesforce calls the text base64 and takes JSON: either is meant by whoever gives it. */
function jsonOf(claims: string): string {
  if (claims.trimStart().startsWith('{')) return claims
  const bytes = fromBase64(claims.trim())
  const text = bytes === undefined ? claims : textOf(bytes)
  return text.trimStart().startsWith('{') ? text : claims
}
