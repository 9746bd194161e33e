import type { KeyObject } from 'node:crypto'
import { id15 } from '../record-id.ts'

/** Bits of an RSA key, as Salesforce offers them. */
export const keySizes = [2048, 3072, 4096] as const

/** One of {@link keySizes}. */
export type KeySize = (typeof keySizes)[number]

/** A certificate to be made: whose it is and how strong. */
export interface SelfSignedRequest {
  /** The common name: a Unique Name. */
  readonly name: string
  readonly orgId: string
  readonly keySize: KeySize
  readonly now: Date
}

/** A new key with its certificate, both PEM; the key as PKCS#8. */
export interface SelfSigned {
  readonly certificate: string
  readonly privateKey: string
}

/**
 * Makes an RSA key and a self-signed certificate that looks like those of Certificate and Key Management: subject in the
 * order CN, OU (the org's 15-character id), O, L, ST, C; a CA without path length; no key usage; valid from now until a
 * midnight (UTC) one year later, two years later for 4096 bits.
 */
export async function selfSigned({ name, orgId, keySize, now }: SelfSignedRequest): Promise<SelfSigned> {
  // Loaded when first needed: it takes longer than all the rest of a start, and most starts need none of it.
  const { makeSelfSigned, pemBlock } = await import('@sallyport/keystore')
  const subject = [
    ['CN', name],
    ['OU', id15(orgId)],
    ['O', 'Sallyport'],
    ['L', 'Localhost'],
    ['ST', 'Loopback'],
    ['C', 'ZZ'],
  ] as const
  const made = await makeSelfSigned({ uniqueName: name, keySize, subject, now })
  return {
    certificate: pemBlock('CERTIFICATE', made.certificate),
    privateKey: pemBlock('PRIVATE KEY', made.privateKey),
  }
}

/** A private key as PKCS#8 PEM. */
export function pkcs8(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString()
}
