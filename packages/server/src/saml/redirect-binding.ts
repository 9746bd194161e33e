import { createSign, verify } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import type { Certificate } from '../certificates/certificate.ts'
import { signatureAlgorithms, type XmlSigner } from './written-xml.ts'

/** Which parameter a message comes in. */
export type MessageParameter = 'SAMLRequest' | 'SAMLResponse'

/** The signature of a message of the HTTP Redirect binding (SAML 2.0 Bindings §3.4.4.1). */
export interface QuerySignature {
  /** What it is over: these parameters as they were written, in this order. */
  readonly octets: string
  readonly algorithm: string
  readonly signature: string
}

/**
 * The signature in a query string as it was received; `undefined` where there is none. What was percent-encoded by the sender in
 * one of several ways must not be encoded anew. A name that is written otherwise is not found.
 */
export function querySignature(query: string, parameter: MessageParameter): QuerySignature | undefined {
  const pieces = query.split('&')
  const piece = (name: string) => pieces.find((one) => one.startsWith(`${name}=`))
  const [algorithm, signature] = [piece('SigAlg'), piece('Signature')]
  if (signature === undefined && algorithm === undefined) return undefined
  const octets = [piece(parameter), piece('RelayState'), algorithm].filter((one) => one !== undefined).join('&')
  return { octets, algorithm: decoded(algorithm), signature: decoded(signature) }
}

/** Why the signature does not count; `undefined` when it was made with the key of the certificate. */
export function querySignatureProblem(
  { octets, algorithm, signature }: QuerySignature,
  certificate: Certificate,
  { acceptsSha1 }: { readonly acceptsSha1: boolean },
): string | undefined {
  const hash =
    algorithm === signatureAlgorithms.SHA256.signature
      ? 'sha256'
      : acceptsSha1 && algorithm === signatureAlgorithms.SHA1.signature
        ? 'sha1'
        : undefined
  if (hash === undefined) return `the algorithm ${algorithm.slice(0, 128) || '(none)'} is not taken`
  if (certificate.keyType !== 'RSA') return 'the certificate has no RSA key'
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) return 'it is not base64'
  const isGenuine = verify(hash, Buffer.from(octets), certificate.publicKey, Buffer.from(signature, 'base64'))
  return isGenuine ? undefined : 'another key made it, or the parameters were changed since'
}

/** The address that carries a message; signed, where there is something to sign it with. */
export function redirectedMessage(
  url: string,
  parameter: MessageParameter,
  { xml, relayState }: { readonly xml: string; readonly relayState: string | undefined },
  signer: XmlSigner | undefined,
): string {
  const pairs = [
    [parameter, deflateRawSync(xml).toString('base64')],
    ...(relayState === undefined ? [] : [['RelayState', relayState] as const]),
    ...(signer === undefined ? [] : [['SigAlg', signatureAlgorithms[signer.algorithm].signature] as const]),
  ] as const
  const octets = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const address = `${url}${url.includes('?') ? '&' : '?'}${octets}`
  if (signer === undefined) return address
  const signature = createSign(signatureAlgorithms[signer.algorithm].hash)
    .update(octets)
    .sign(signer.privateKey, 'base64')
  return `${address}&Signature=${encodeURIComponent(signature)}`
}

function decoded(piece: string | undefined): string {
  const value = piece?.slice(piece.indexOf('=') + 1) ?? ''
  try {
    return decodeURIComponent(value.replaceAll('+', ' ')).replaceAll(' ', '+')
  } catch {
    // Not percent-encoding: no algorithm and no signature is called so.
    return ''
  }
}
