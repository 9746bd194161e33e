import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { type Checklist, pass } from '../journal/checklist.ts'
import { refusal } from './refusal.ts'

/** What a device says of itself, and has signed. */
export interface Actor {
  /** `did` */
  readonly deviceId: string
  /** What the token is to be called. */
  readonly name: string | undefined
  /** The asset that the device is, by fields of the object `Asset`. */
  readonly asset: Readonly<Record<string, string | number | boolean>>
  /** The device's public key (RFC 7800 §3.2). */
  readonly jwk: JsonWebKey
  /** SHA-256 thumbprint of that key (RFC 7638). */
  readonly thumbprint: string
  readonly jti: string | undefined
  readonly exp: number | undefined
}

const longest = 16_384
const line = z.string().min(1).max(255)
const time = z.number().nonnegative()
const header = z.lazy(() => z.looseObject({ alg: z.enum(['RS256', 'ES256']) }).refine((read) => !('crit' in read)))
const claims = z.lazy(() =>
  z.looseObject({
    did: line,
    Name: line.optional(),
    Asset: z.record(z.string().max(80), z.union([line, z.number(), z.boolean()])).optional(),
    cnf: z.object({ jwk: z.looseObject({ kty: z.string() }) }),
    aud: z.union([z.string(), z.array(z.string()).max(32)]).optional(),
    exp: time.optional(),
    nbf: time.optional(),
    iat: time.optional(),
    jti: line.optional(),
  }),
)
const rsaKey = z.lazy(() => z.object({ kty: z.literal('RSA'), n: z.string().max(1024), e: z.string().max(16) }))
const ecKey = z.lazy(() =>
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string().max(64), y: z.string().max(64) }),
)

/**
 * Reads and verifies the token of a device: a JWT signed with the key that it brings along (`cnf.jwk`). That proves that whoever
 * sent it has the key, and nothing else.
 * @param clockSkew seconds
 */
export function verifyActorToken(
  text: string,
  {
    audiences,
    clockSkew,
    now,
  }: { readonly audiences: readonly string[]; readonly clockSkew: number; readonly now: Date },
  checks: Checklist,
): Actor {
  if (text.length > longest) throw malformed(`it is longer than ${longest} characters`)
  const [head = '', body = '', signature = '', ...rest] = text.split('.')
  if (signature.length === 0 || rest.length > 0)
    throw malformed('it does not have three parts (header.claims.signature)')
  const readHeader = header.safeParse(jsonOf(head))
  if (!readHeader.success) throw malformed('its header names neither RS256 nor ES256 (alg), or has crit')
  const read = claims.safeParse(jsonOf(body))
  if (!read.success)
    throw malformed(`its claim ${read.error.issues[0]?.path.join('.') || 'did'} is missing or not of the right type`)
  const { did, Name, Asset = {}, cnf, aud, exp, jti } = read.data
  if (Object.keys(Asset).length > 32) throw malformed('its claim Asset has more than 32 fields')
  const { alg } = readHeader.data
  const key = deviceKey(cnf.jwk, alg)
  const audience = aud === undefined || typeof aud !== 'string' ? aud : [aud]
  if (audience !== undefined && !audience.some((one) => audiences.includes(one.replace(/\/$/, '')))) {
    throw malformed('its claim aud does not name this org')
  }
  const options = alg === 'ES256' ? ({ key: key.object, dsaEncoding: 'ieee-p1363' } as const) : key.object
  if (!verify('sha256', Buffer.from(`${head}.${body}`), options, Buffer.from(signature, 'base64url'))) {
    throw refusal({ reason: 'actor-token-signature-wrong', facts: { thumbprint: key.thumbprint } })
  }
  checkTimes(read.data, clockSkew, now)
  pass(checks, 'actor-token', { device: did })
  return { deviceId: did, name: Name, asset: Asset, jwk: key.jwk, thumbprint: key.thumbprint, jti, exp }
}

interface DeviceKey {
  readonly object: KeyObject
  readonly jwk: JsonWebKey
  readonly thumbprint: string
}

/** The public half alone, whatever else the JWK says: what is answered must not repeat a private key that a device gave away. */
function deviceKey(jwk: Readonly<Record<string, unknown>>, alg: 'RS256' | 'ES256'): DeviceKey {
  if ('d' in jwk || 'p' in jwk || 'k' in jwk)
    throw malformed('its cnf.jwk has a private key in it; send the public members alone')
  const members = alg === 'RS256' ? rsaKey.safeParse(jwk) : ecKey.safeParse(jwk)
  if (!members.success) throw malformed(`its cnf.jwk is no key for ${alg}`)
  const object = opened(members.data)
  if (object === undefined) throw malformed('its cnf.jwk is no key that can be read')
  const bits = object.asymmetricKeyDetails?.modulusLength
  if (bits !== undefined && (bits < 2048 || bits > 4096)) throw malformed('its cnf.jwk has neither 2048 bits nor more')
  const ordered = Object.entries(members.data).toSorted(([one], [other]) => (one < other ? -1 : 1))
  const thumbprint = createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(ordered)))
    .digest('base64url')
  return { object, jwk: members.data, thumbprint }
}

function opened(key: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    // A point that is not on the curve, or numbers that are none.
    return undefined
  }
}

function checkTimes(
  {
    exp,
    nbf,
    iat,
  }: { readonly exp?: number | undefined; readonly nbf?: number | undefined; readonly iat?: number | undefined },
  skew: number,
  now: Date,
): void {
  const seconds = now.getTime() / 1000
  const late = exp !== undefined && exp + skew <= seconds ? { claim: 'exp', value: exp } : undefined
  const early = [
    { claim: 'nbf', value: nbf },
    { claim: 'iat', value: iat },
  ].find(({ value }) => value !== undefined && value > seconds + skew)
  const wrong = late ?? early
  if (wrong?.value === undefined) return
  const facts = { claim: wrong.claim, found: instant(wrong.value), now: now.toISOString() }
  throw refusal({ reason: 'actor-token-not-valid-now', facts })
}

function instant(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString()
}

function jsonOf(part: string): unknown {
  if (!/^[\w-]+$/.test(part)) return undefined
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    // Not JSON: the schema refuses it like any other wrong value.
    return undefined
  }
}

function malformed(problem: string) {
  return refusal({ reason: 'actor-token-malformed', facts: { problem } })
}
