import { randomId } from '../crypto.ts'
import { IllegalArgumentException, NoAccessException } from './exceptions.ts'

const standardClaims = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']

/** What the claims of a new `Auth.JWT` begin with. Salesforce documents neither. */
export interface JwtDefaults {
  /** Seconds from now to `exp`. */
  readonly validityLength: number
  /** Seconds by which `nbf` is before now. */
  readonly nbfClockSkew: number
  readonly now: () => Date
}

/** The claims of a JWT that was read, by name. */
export type ParsedClaims = ReadonlyMap<string, unknown>

/**
 * `Auth.JWT`: the claims of a JSON Web Token (*JWT Class*). Claims that were never set are left out; `iat`, `nbf`, `exp` and
 * a `jti` are added when it is written.
 */
export class ApexJWT {
  readonly #defaults: JwtDefaults
  readonly #parsed: ParsedClaims | undefined
  #iss: string | undefined
  #sub: string | undefined
  #aud: string | undefined
  #validityLength: number
  #nbfClockSkew: number
  #additionalClaims: Readonly<Record<string, unknown>> = {}

  constructor(defaults: JwtDefaults, parsed?: ParsedClaims) {
    this.#defaults = defaults
    this.#parsed = parsed
    this.#validityLength = defaults.validityLength
    this.#nbfClockSkew = defaults.nbfClockSkew
    if (parsed === undefined) return
    this.#iss = textClaim(parsed.get('iss'))
    this.#sub = textClaim(parsed.get('sub'))
    this.#aud = textClaim(parsed.get('aud'))
    this.#additionalClaims = Object.fromEntries(
      Array.from(parsed)
        .filter(([name]) => !['iss', 'sub', 'aud'].includes(name))
        // A claim that is a list comes back as the JSON of it.
        .map(([name, value]) => [name, Array.isArray(value) ? JSON.stringify(value) : value]),
    )
  }

  setIss(iss: string): void {
    this.#iss = iss
  }

  getIss(): string | undefined {
    return this.#iss
  }

  setSub(sub: string): void {
    this.#sub = sub
  }

  getSub(): string | undefined {
    return this.#sub
  }

  setAud(aud: string): void {
    this.#aud = aud
  }

  getAud(): string | undefined {
    return this.#aud
  }

  /** @param seconds from writing it to `exp` */
  setValidityLength(seconds: number): void {
    this.#refuseIfParsed('setValidityLength')
    this.#validityLength = wholeSeconds(seconds, 'validity length')
  }

  getValidityLength(): number {
    this.#refuseIfParsed('getValidityLength')
    return this.#validityLength
  }

  /** @param seconds by which `nbf` is before the moment it is written */
  setNbfClockSkew(seconds: number): void {
    this.#refuseIfParsed('setNbfClockSkew')
    this.#nbfClockSkew = wholeSeconds(seconds, 'clock skew')
  }

  getNbfClockSkew(): number {
    this.#refuseIfParsed('getNbfClockSkew')
    return this.#nbfClockSkew
  }

  /**
   * Claims besides the standard ones: an object, or a `Map` as in Apex.
   * @throws {IllegalArgumentException} for a standard claim
   */
  setAdditionalClaims(claims: Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>): void {
    const entries = claims instanceof Map ? Object.fromEntries(claims) : { ...claims }
    const standard = Object.keys(entries).filter((name) => standardClaims.includes(name))
    if (standard.length > 0) {
      throw new IllegalArgumentException(
        `Additional claims must not have a standard claim: ${standard.join(', ')}. Use its own setter.`,
      )
    }
    this.#additionalClaims = entries
  }

  /** For a JWT that was read: all but `iss`, `sub` and `aud`. */
  getAdditionalClaims(): Readonly<Record<string, unknown>> {
    return { ...this.#additionalClaims }
  }

  /** The claims as JSON. Each call has times of its own. */
  toJSONString(): string {
    if (this.#parsed !== undefined) return JSON.stringify(Object.fromEntries(this.#parsed))
    const now = Math.floor(this.#defaults.now().getTime() / 1000)
    return JSON.stringify({
      iss: this.#iss,
      sub: this.#sub,
      aud: this.#aud,
      iat: now,
      nbf: now - this.#nbfClockSkew,
      exp: now + this.#validityLength,
      jti: randomId(),
      ...this.#additionalClaims,
    })
  }

  clone(): ApexJWT {
    const copy = new ApexJWT(this.#defaults, this.#parsed)
    copy.#iss = this.#iss
    copy.#sub = this.#sub
    copy.#aud = this.#aud
    copy.#validityLength = this.#validityLength
    copy.#nbfClockSkew = this.#nbfClockSkew
    copy.#additionalClaims = this.#additionalClaims
    return copy
  }

  #refuseIfParsed(method: string): void {
    if (this.#parsed === undefined) return
    throw new NoAccessException(`${method} is not for a JWT that Auth.JWTUtil has read: its times are what they are.`)
  }
}

function wholeSeconds(seconds: number, what: string): number {
  if (Number.isInteger(seconds) && seconds >= 0) return seconds
  throw new IllegalArgumentException(`The ${what} is a whole number of seconds.`)
}

function textClaim(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}
