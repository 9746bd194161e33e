/** A JWT taken apart, without any check of it. */
export interface DecodedJwt {
  /** JSON over several lines, or the text as it is where it is no JSON. */
  readonly header: string
  readonly claims: string
  readonly signature: string
}

/** The three parts of a JWT (RFC 7519 §3); `undefined` when the text does not have three. */
export function decodeJwt(text: string): DecodedJwt | undefined {
  const [header, claims, signature, ...more] = text.trim().split('.')
  if (header === undefined || claims === undefined || signature === undefined || more.length > 0) return undefined
  const [shownHeader, shownClaims] = [partText(header), partText(claims)]
  if (shownHeader === undefined || shownClaims === undefined) return undefined
  return { header: shownHeader, claims: shownClaims, signature }
}

/**
 * A JWT of what stands in the editor, whatever that is: text that is no JSON is signed as it stands, for the server to refuse.
 * @param key signs with RS256
 */
export async function signJwt(header: string, claims: string, key: SigningKey): Promise<string> {
  const input = `${base64url(utf8(compact(header)))}.${base64url(utf8(compact(claims)))}`
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, utf8(input))
  return `${input}.${base64url(new Uint8Array(signature))}`
}

/** A key as the platform holds it: it can sign, and nobody can read it. */
export type SigningKey = Parameters<typeof crypto.subtle.sign>[1]

/** A private key that could be read, or why not. */
export type KeyReading =
  | { readonly ok: true; readonly key: SigningKey }
  | { readonly ok: false; readonly problem: string }

/** Reads a private RSA key: PEM, PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`). It stays in this page. */
export async function readPrivateKey(pem: string): Promise<KeyReading> {
  const [, label, body] = /-----BEGIN ([A-Z ]+)-----([\s\S]*?)-----END \1-----/.exec(pem.slice(0, 32_768)) ?? []
  if (label === undefined || body === undefined)
    return unread('Paste the private key as PEM: -----BEGIN PRIVATE KEY-----, with its line breaks.')
  if (label === 'CERTIFICATE')
    return unread('This is the certificate, which everybody may have. What signs is the private key.')
  if (label === 'ENCRYPTED PRIVATE KEY' || body.includes('ENCRYPTED'))
    return unread('This key is locked with a password. Unlock it first: openssl pkcs8 -in locked.key')
  if (label !== 'PRIVATE KEY' && label !== 'RSA PRIVATE KEY')
    return unread(`This is ${label}. What is needed is a private RSA key.`)
  const bytes = bytesOf(body)
  if (bytes === undefined) return unread('Between the lines of the PEM there is something that is not base64.')
  try {
    const key = await crypto.subtle.importKey('pkcs8', label === 'PRIVATE KEY' ? bytes : asPkcs8(bytes), rs256, false, [
      'sign',
    ])
    return { ok: true, key }
  } catch {
    return unread('This is no private RSA key that browsers can read.')
  }
}

/** A key that nobody knows, which signs well and is trusted by no app. */
export async function strangerKey(): Promise<SigningKey> {
  const parameters = { ...rs256, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
  const { privateKey } = await crypto.subtle.generateKey(parameters, false, ['sign', 'verify'])
  return privateKey
}

/** The challenge of a PKCE verifier (RFC 7636 §4.2, S256). */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(verifier))))
}

/** As many random bytes, as base64url. */
export function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

/** Bytes as base64url without padding (RFC 7515 §2). */
export function base64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** The bytes of base64 of either alphabet, padded or not; `undefined` for what is none. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/').replaceAll(/[\s=]/g, ''))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

const rs256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** JSON without the line breaks of the editor. */
function compact(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

function partText(part: string): string | undefined {
  const bytes = bytesOf(part)
  if (bytes === undefined) return undefined
  const text = new TextDecoder().decode(bytes)
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

/** Puts PKCS#1 into the envelope that browsers read: version, the name of RSA, and the key as an octet string (RFC 5208 §5). */
function asPkcs8(pkcs1: Uint8Array): Uint8Array<ArrayBuffer> {
  const version = [0x02, 0x01, 0x00]
  const rsa = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
  return der(0x30, [...version, ...rsa, ...der(0x04, [...pkcs1])])
}

function der(tag: number, content: readonly number[]): Uint8Array<ArrayBuffer> {
  const { length } = content
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Uint8Array.from([tag, ...(length < 128 ? [length] : long), ...content])
}

function unread(problem: string): KeyReading {
  return { ok: false, problem }
}
