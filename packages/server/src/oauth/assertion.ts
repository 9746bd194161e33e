import { verify } from 'node:crypto'
import { z } from 'zod'
import type { Certificate } from '../certificates/certificate.ts'
import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import { refusal } from './refusal.ts'

/** Which certificates verify. */
export interface CertificateRules {
  /** Whether an expired certificate still verifies. */
  readonly acceptsExpiredCertificates: boolean
}

/** How assertions are judged. Durations in seconds. */
export interface AssertionRules extends CertificateRules {
  /** How far a clock may be off. */
  readonly clockSkew: number
  /** How far ahead `exp` may lie; `undefined` is any distance, as at Salesforce (its own CLI sends milliseconds). */
  readonly longestLifetime: number | undefined
}

// An assertion of ours has a handful of claims; this leaves room for any that is meant well.
const longestAssertion = 16_384

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })
const headerSchema = z.looseObject({ alg: z.string(), crit: z.array(z.string()).optional() })
const time = z.union([
  z.number(),
  z
    .string()
    .regex(/^[0-9]{1,16}$/)
    .transform(Number),
])
const claimsSchema = z.looseObject({
  iss: z.string().optional(),
  sub: z.string().optional(),
  prn: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string()).max(32)]).optional(),
  exp: time.optional(),
  nbf: time.optional(),
  iat: time.optional(),
  jti: z.string().max(1024).optional(),
})

/** A JWT taken apart; nothing of it is proved yet. */
export interface ParsedAssertion {
  readonly algorithm: string
  readonly iss: string | undefined
  /** The user: `prn`, the word of early Salesforce, wins over `sub`. */
  readonly sub: string | undefined
  readonly aud: readonly string[]
  readonly exp: number | undefined
  readonly nbf: number | undefined
  readonly iat: number | undefined
  readonly jti: string | undefined
  readonly signed: Buffer
  readonly signature: Buffer
}

/** Takes a JWT apart (RFC 7515 §3.1). Header members that bring a key (`jwk`, `jku`, `x5u`, `x5c`) are never looked at. */
export function parseAssertion(text: string, checks: Checklist): ParsedAssertion {
  if (text.length > longestAssertion) throw malformed(`it is longer than ${longestAssertion} characters`)
  const [head, body, signature, ...rest] = text.split('.')
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) {
    throw malformed('it does not have three parts (header.claims.signature)')
  }
  const header = headerSchema.safeParse(parseJson(head, 'header'))
  if (!header.success) throw malformed('its header names no algorithm (alg)')
  if (header.data.crit !== undefined)
    throw refusal({ reason: 'critical-header-unknown', facts: { found: header.data.crit.slice(0, 8).map(shown) } })
  const claims = claimsSchema.safeParse(parseJson(body, 'claims'))
  if (!claims.success) {
    const name = claims.error.issues[0]?.path.join('.') ?? ''
    throw malformed(name === '' ? 'its claims are not a JSON object' : `its claim ${name} is not of the right type`)
  }
  if (!/^[A-Za-z0-9_-]+=*$/.test(signature)) throw malformed('its signature is not base64url')
  pass(checks, 'assertion-well-formed', { alg: shown(header.data.alg) })
  const { iss, sub, prn, aud, exp, nbf, iat, jti } = claims.data
  return {
    algorithm: header.data.alg,
    iss,
    sub: prn ?? sub,
    aud: aud === undefined ? [] : typeof aud === 'string' ? [aud] : aud,
    exp,
    nbf,
    iat,
    jti,
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, 'base64url'),
  }
}

function parseJson(part: string, name: string): unknown {
  if (!/^[A-Za-z0-9_-]+=*$/.test(part)) throw malformed(`its ${name} is not base64url`)
  const bytes = Buffer.from(part, 'base64url')
  try {
    return JSON.parse(strictUtf8.decode(bytes))
  } catch {
    // The parser's words would quote the assertion, which must not be kept.
    throw malformed(`its ${name} is not JSON in UTF-8`)
  }
}

/** Verifies the signature with the app's certificate: RS256 and nothing else, whatever the header wishes (RFC 8725 §3.1). */
export function verifySignature(
  assertion: ParsedAssertion,
  app: ConnectedApp,
  rules: AssertionRules,
  now: Date,
  checks: Checklist,
): void {
  if (assertion.algorithm !== 'RS256')
    throw refusal({ reason: 'algorithm-not-allowed', facts: { found: shown(assertion.algorithm) } })
  pass(checks, 'algorithm')
  const certificate = certificateOf(app, rules, now, checks)
  const isGenuine =
    certificate.keyType === 'RSA' && verify('RSA-SHA256', assertion.signed, certificate.publicKey, assertion.signature)
  if (!isGenuine) {
    const facts = { app: app.label, certificate: certificate.subject, fingerprint: certificate.fingerprint256 }
    throw refusal({ reason: 'signature-wrong', facts })
  }
  pass(checks, 'signature')
}

/** The certificate that an app signs by, if it may be relied on now. @throws {OAuthError} when there is none */
export function certificateOf(app: ConnectedApp, rules: CertificateRules, now: Date, checks: Checklist): Certificate {
  const certificate = app.certificate
  if (certificate === undefined) throw refusal({ reason: 'certificate-missing', facts: { app: app.label } })
  if (certificate.notBefore > now) {
    const facts = { app: app.label, from: certificate.notBefore.toISOString(), now: now.toISOString() }
    throw refusal({ reason: 'certificate-not-yet-valid', facts })
  }
  if (certificate.notAfter < now && !rules.acceptsExpiredCertificates) {
    const facts = { app: app.label, until: certificate.notAfter.toISOString(), now: now.toISOString() }
    throw refusal({ reason: 'certificate-expired', facts })
  }
  pass(checks, 'certificate', { subject: certificate.subject, until: certificate.notAfter.toISOString() })
  return certificate
}

/** Checks `exp`, and `nbf` and `iat` where given (RFC 7523 §3). */
export function checkTimes(
  { exp, nbf, iat }: ParsedAssertion,
  rules: AssertionRules,
  now: Date,
  checks: Checklist,
): void {
  const seconds = now.getTime() / 1000
  if (exp === undefined) throw refusal({ reason: 'expiry-missing', facts: {} })
  if (exp + rules.clockSkew <= seconds) {
    const facts = { found: instant(exp), now: now.toISOString(), lateBy: duration(seconds - exp) }
    throw refusal({ reason: 'expiry-past', facts })
  }
  if (rules.longestLifetime !== undefined && exp > seconds + rules.longestLifetime + rules.clockSkew) {
    throw refusal({
      reason: 'expiry-too-far',
      facts: { found: instant(exp), now: now.toISOString(), limit: rules.longestLifetime },
    })
  }
  for (const [claim, value] of [
    ['nbf', nbf],
    ['iat', iat],
  ] as const) {
    if (value !== undefined && value > seconds + rules.clockSkew && !isMilliseconds(value, seconds)) {
      throw refusal({ reason: 'not-yet-valid', facts: { claim, found: instant(value), now: now.toISOString() } })
    }
  }
  pass(checks, 'expiry', { exp: instant(exp) })
}

// Clients that write `exp` in milliseconds write the other times so too: such an `iat` is no claim about the future.
function isMilliseconds(value: number, seconds: number): boolean {
  return Math.abs(value / 1000 - seconds) < 86_400
}

// What an unproved header says is as long as its sender likes, and the journal keeps it.
function shown(text: string): string {
  return text.slice(0, 64)
}

function instant(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}

function duration(seconds: number): string {
  return seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`
}

function malformed(problem: string) {
  return refusal({ reason: 'assertion-malformed', facts: { problem } })
}
