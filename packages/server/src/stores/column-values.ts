import { z } from 'zod'
import { type Certificate, readCertificate } from '../certificates/certificate.ts'
import type { RefreshTokenPolicy } from '../connected-apps/connected-app.ts'
import type { Scope } from '../connected-apps/scope.ts'
import type { Flag } from './tables.ts'

/** Reads a row, if one was found. */
export function ifFound<Row, T>(row: Row | undefined, fromRow: (row: Row) => T): T | undefined {
  return row === undefined ? undefined : fromRow(row)
}

/** A flag's column. */
export function flag(value: boolean): Flag {
  return value ? 1 : 0
}

/** An instant's column. */
export function instant(date: Date): number {
  return date.getTime()
}

/** The column of an instant that may be missing. */
export function instantOrNull(date: Date | undefined): number | null {
  return date === undefined ? null : date.getTime()
}

/** Reads an instant's column. */
export function readInstant(milliseconds: number): Date {
  return new Date(milliseconds)
}

/** Reads the column of an instant that may be missing. */
export function readInstantOrNull(milliseconds: number | null): Date | undefined {
  return milliseconds === null ? undefined : new Date(milliseconds)
}

/** Reads a column of bytes, without copying them. */
export function readBytes(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The column of scopes: as on the wire, a space between. */
export function scopeText(scopes: readonly Scope[]): string {
  return scopes.join(' ')
}

const noScopes: readonly Scope[] = []

/** Reads a column of scopes. */
export function readScopes(text: string): readonly Scope[] {
  return text === '' ? noScopes : text.split(' ')
}

const textsSchema = z.array(z.string())

/** Reads a column that holds a JSON list of texts. */
export function readTexts(json: string): readonly string[] {
  return json === '[]' ? [] : textsSchema.parse(JSON.parse(json))
}

const ipRangesSchema = z.array(z.object({ start: z.string(), end: z.string(), description: z.string().optional() }))

/** Reads a column that holds address ranges. */
export function readIpRanges(json: string): readonly { start: string; end: string; description?: string }[] {
  return ipRangesSchema
    .parse(JSON.parse(json))
    .map(({ start, end, description }) => (description === undefined ? { start, end } : { start, end, description }))
}

const refreshTokenPolicySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('infinite') }),
  z.object({ kind: z.literal('zero') }),
  z.object({ kind: z.literal('specific_lifetime'), seconds: z.number() }),
  z.object({ kind: z.literal('specific_inactivity'), seconds: z.number() }),
])

/** Reads a column that holds a refresh token policy. */
export function readPolicy(json: string): RefreshTokenPolicy {
  return refreshTokenPolicySchema.parse(JSON.parse(json))
}

/** Reads a column that holds a certificate, which was good when it was stored. */
export function readStoredCertificate(pem: string): Certificate {
  const known = certificatesRead.get(pem)
  if (known !== undefined) return known
  const reading = readCertificate(pem)
  if (!reading.ok) throw new Error(`A stored certificate cannot be read any more: ${reading.problem}.`)
  const [oldest] = certificatesRead.keys()
  if (oldest !== undefined && certificatesRead.size >= mostCertificates) certificatesRead.delete(oldest)
  certificatesRead.set(pem, reading.certificate)
  return reading.certificate
}

// Reading one takes longer than all else that a request does, and the same text is the same certificate.
const certificatesRead = new Map<string, Certificate>()
const mostCertificates = 256
