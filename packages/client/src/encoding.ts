import { Buffer } from 'node:buffer'

/** Bytes, or the UTF-8 bytes of a text, as base64url without padding (RFC 4648 §5). */
export function base64Url(value: Uint8Array | string): string {
  return Buffer.from(value).toString('base64url')
}

/** The bytes behind base64url or base64; `undefined` for a text that is neither. */
export function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return undefined
  const bytes = Buffer.from(plain, 'base64')
  // The bits that stand over in the last character are zero in what encoders write.
  return bytes.toString('base64').replace(/=+$/, '') === plain ? new Uint8Array(bytes) : undefined
}

/** Bytes as base64 with padding. */
export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

/** The UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** The text of UTF-8 bytes; what is none becomes replacement characters. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Parsed JSON; `undefined` for a text that is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The members of a JSON object; `undefined` for any other value. */
export function membersOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return new Map(Object.entries(value))
}
