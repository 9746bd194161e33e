import { createHmac, randomBytes } from 'node:crypto'
import { hashSecret, sameHash } from '../secret.ts'

/** Seconds for which a code is shown. */
export const totpPeriod = 30

const digits = 6
// Codes of the period before and of the one after are taken, too: clocks differ, and typing takes time (RFC 6238 §5.2).
const tolerated = 1
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A secret for an authenticator app: 160 bits, as RFC 4226 §4 recommends, in base32. */
export function newTotpSecret(): string {
  return base32(randomBytes(20))
}

/** The code of a period (RFC 6238 with HMAC-SHA-1, the one algorithm that every authenticator app knows). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0xf
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits
  return String(number).padStart(digits, '0')
}

/** The number of the period that an instant lies in. */
export function totpStep(at: Date): number {
  return Math.floor(at.getTime() / 1000 / totpPeriod)
}

/** The period whose code this is, among those that are taken at an instant; `undefined` when it is of none. */
export function stepOfCode(secret: string, code: string, at: Date): number | undefined {
  const now = totpStep(at)
  const given = hashSecret(code)
  let found: number | undefined
  for (let step = now - tolerated; step <= now + tolerated; step++) {
    if (sameHash(given, hashSecret(totpCode(secret, step)))) found = step
  }
  return found
}

/** What an authenticator app reads out of the picture: the secret, and whose it is. */
export function totpUri({ issuer, username, secret }: Record<'issuer' | 'username' | 'secret', string>): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(username)}`
  const query = new URLSearchParams({ secret, issuer, algorithm: 'SHA1', digits: String(digits), period: '30' })
  return `otpauth://totp/${label}?${query.toString().replaceAll('+', '%20')}`
}

/** A secret in groups of four, as people type it. */
export function spacedSecret(secret: string): string {
  return secret.replaceAll(/(.{4})(?=.)/g, '$1 ')
}

function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet.charAt(Number.parseInt(five, 2))).join('')
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}
