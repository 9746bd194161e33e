import { createPublicKey, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { ClientMetadata } from './client-metadata.ts'

/** What the key of an app that registers itself came to: the certificate around it, as PEM. */
export type KeyReading =
  | { readonly ok: true; readonly certificate: string | undefined }
  | { readonly ok: false; readonly field: string; readonly problem: string }

const text = z.string().max(8192)
const keySchema = z.lazy(() =>
  z.object({
    kty: text,
    use: text.optional(),
    alg: text.optional(),
    n: text.optional(),
    e: text.optional(),
    d: z.unknown().optional(),
    x5c: z.array(text).min(1).max(10).optional(),
  }),
)
const keysSchema = z.lazy(() => z.object({ keys: z.array(keySchema).min(1).max(10) }))

/**
 * The certificate by whose key an app will show who it is (`private_key_jwt`), out of its `jwks` (RFC 7591 §2, RFC 7517). Apps here
 * are known by a certificate, so the key has to come in one. `jwks_uri` is never fetched: a server that is told whom to ask asks
 * what others must not.
 */
export function registeredKey(metadata: ClientMetadata): KeyReading {
  if (metadata.token_endpoint_auth_method !== 'private_key_jwt') return { ok: true, certificate: undefined }
  if (metadata.jwks_uri !== undefined) return unfit('jwks_uri', 'it is not fetched here; give the key itself, as jwks')
  const read = keysSchema.safeParse(metadata.jwks)
  if (!read.success) return unfit('jwks', 'it is missing, or no set of keys (RFC 7517)')
  if (read.data.keys.some(({ d }) => d !== undefined))
    return unfit('jwks', 'it has a private key, which is nobody else’s')
  const signing = read.data.keys.filter(({ use = 'sig' }) => use === 'sig')
  const [key, ...others] = signing
  if (key === undefined || others.length > 0) return unfit('jwks', 'it has not exactly one key for signatures')
  if (key.kty !== 'RSA' || (key.alg ?? 'RS256') !== 'RS256') return unfit('jwks', 'its key is not one for RS256')
  const [leaf] = key.x5c ?? []
  if (leaf === undefined) return unfit('jwks', 'its key is without a certificate (x5c), by which apps are known here')
  try {
    const certificate = new X509Certificate(Buffer.from(leaf, 'base64'))
    const { n = '', e = '' } = key
    if (certificate.publicKey.equals(createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' }))) {
      return { ok: true, certificate: certificate.toString() }
    }
  } catch {
    // Junk is a certificate as little as one of another key is this one's.
  }
  return unfit('jwks', 'its certificate (x5c) is none, or of another key')
}

/** A certificate as the one key of a set. */
export function keySetOf(pem: string): object {
  const certificate = new X509Certificate(pem)
  const { kty, n, e } = certificate.publicKey.export({ format: 'jwk' })
  return { keys: [{ kty, use: 'sig', alg: 'RS256', n, e, x5c: [certificate.raw.toString('base64')] }] }
}

function unfit(field: string, problem: string): KeyReading {
  return { ok: false, field, problem }
}
