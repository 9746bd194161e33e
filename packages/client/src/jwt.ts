import { base64Url, fromBase64, membersOf, readJson, textOf, utf8 } from './encoding.ts'
import type { Signer } from './signer.ts'

/** The claims of a JSON Web Token (RFC 7519 §4), by name. */
export type JwtClaims = Readonly<Record<string, unknown>>

/** Signs claims as a compact JWS (RFC 7515 §7.1). What is `undefined` is left out. */
export async function signJwt(claims: JwtClaims, signer: Signer, header: JwtClaims = {}): Promise<string> {
  return signPayload(JSON.stringify(claims), signer, header)
}

/** Signs a JSON text as it stands. */
export async function signPayload(payload: string, signer: Signer, header: JwtClaims = {}): Promise<string> {
  const first = { typ: 'JWT', ...header, alg: signer.alg, kid: header['kid'] ?? signer.keyId }
  const signed = `${base64Url(JSON.stringify(first))}.${base64Url(payload)}`
  return `${signed}.${base64Url(await signer.sign(utf8(signed)))}`
}

/** A JWT taken apart. Nothing of it is verified. */
export interface DecodedJwt {
  readonly header: ReadonlyMap<string, unknown>
  readonly claims: ReadonlyMap<string, unknown>
  /** What the signature is over. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

// Far longer than any token endpoint takes.
const longest = 100_000

/** Takes a compact JWS apart; `undefined` for what is none. */
export function decodeJwt(token: string): DecodedJwt | undefined {
  if (token.length > longest) return undefined
  const parts = token.split('.')
  const [first = '', second = '', third = ''] = parts
  const header = membersOf(readJson(part(first)))
  const claims = membersOf(readJson(part(second)))
  const signature = fromBase64(third)
  if (parts.length !== 3 || header === undefined || claims === undefined || signature === undefined) return undefined
  return { header, claims, signed: utf8(`${first}.${second}`), signature }
}

function part(text: string): string {
  const bytes = /^[\w-]+$/.test(text) ? fromBase64(text) : undefined
  return bytes === undefined ? '' : textOf(bytes)
}
