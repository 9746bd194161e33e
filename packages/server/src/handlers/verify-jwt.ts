import type { JWTVerifyGetKey } from 'jose'
import { type FetchDocument, fetchSmall } from '../small-fetch.ts'
import type { JwtRules, VerifiedJwt } from './handler-tools.ts'

/** Verifies JWTs of outside issuers, and keeps their keys ready. */
export type VerifyJwt = (token: string, rules: JwtRules) => Promise<VerifiedJwt>

interface Needs {
  readonly now: () => Date
  /** The platform's, unless given. */
  readonly fetchDocument?: FetchDocument
  /** Whether issuers on this very machine may do without TLS; they may, unless it is said. */
  readonly acceptsPlain?: boolean
}

const longestToken = 65_536
// Milliseconds.
const patience = 3000
const keysAreFresh = 600_000
const pauseBetweenLooks = 30_000
const mostIssuers = 100

/**
 * Issuer, audience and algorithms are the handler's, never the token's, and so are the addresses of keys: nothing in a token
 * leads anywhere. Keys are looked for again when a token names one that is not known, twice a minute at most.
 */
export function jwtVerifier({ now, fetchDocument = fetch, acceptsPlain = true }: Needs): VerifyJwt {
  const keySets = new Map<string, Promise<JWTVerifyGetKey>>()

  return async (token, rules) => {
    const { issuer, audience, algorithms = ['RS256'] } = rules
    checkRules(issuer, audience, algorithms)
    if (token.length > longestToken) return { isValid: false, problem: `it is longer than ${longestToken} characters` }
    const { errors, jwtVerify } = await import('jose')
    try {
      const { payload } = await jwtVerify(token, await keysOf(rules), {
        issuer,
        currentDate: now(),
        audience: typeof audience === 'string' ? audience : [...audience],
        algorithms: [...algorithms],
        clockTolerance: rules.clockTolerance ?? 60,
        requiredClaims: ['iss', 'aud', 'sub', 'exp', ...(rules.requiredClaims ?? [])],
        ...(rules.typ === undefined ? {} : { typ: rules.typ }),
        ...(rules.maxTokenAge === undefined ? {} : { maxTokenAge: rules.maxTokenAge }),
      })
      const { sub } = payload
      if (typeof sub !== 'string' || sub === '') return { isValid: false, problem: 'its sub is no text' }
      return { isValid: true, claims: { ...payload, sub } }
    } catch (error) {
      if (error instanceof UnreachableKeys) return { isValid: false, problem: error.message }
      if (!(error instanceof errors.JOSEError)) throw error
      return { isValid: false, problem: problemOf(error) }
    }
  }

  async function keysOf(rules: JwtRules): Promise<JWTVerifyGetKey> {
    const name = rules.jwksUri ?? rules.issuer
    let keys = keySets.get(name)
    if (keys === undefined) {
      const oldest = keySets.size < mostIssuers ? undefined : keySets.keys().next().value
      if (oldest !== undefined) keySets.delete(oldest)
      keys = openedKeys(rules)
      keySets.set(name, keys)
      // An issuer that could not be reached is asked anew the next time.
      keys.catch(() => keySets.delete(name))
    }
    return keys
  }

  async function openedKeys({ issuer, jwksUri }: JwtRules): Promise<JWTVerifyGetKey> {
    const { createRemoteJWKSet, customFetch } = await import('jose')
    const url = jwksUri ?? (await discovered(issuer))
    return createRemoteJWKSet(checkedUrl(url, acceptsPlain), {
      [customFetch]: (address: string, init: { readonly signal: AbortSignal }) => read(address, init.signal),
      timeoutDuration: patience,
      cooldownDuration: pauseBetweenLooks,
      cacheMaxAge: keysAreFresh,
    })
  }

  async function discovered(issuer: string): Promise<string> {
    const url = checkedUrl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, acceptsPlain)
    const response = await read(url.href, AbortSignal.timeout(patience))
    const document: unknown = response.ok ? await response.json().catch(() => undefined) : undefined
    const said = typeof document === 'object' && document !== null ? document : {}
    if (!('issuer' in said) || said.issuer !== issuer || !('jwks_uri' in said) || typeof said.jwks_uri !== 'string') {
      throw new UnreachableKeys(`the issuer ${issuer} publishes no discovery document of its own at ${url.href}`)
    }
    return said.jwks_uri
  }

  async function read(url: string, signal: AbortSignal): Promise<Response> {
    try {
      return await fetchSmall(fetchDocument, url, { signal, headers: { accept: 'application/json' } })
    } catch (cause) {
      throw new UnreachableKeys(`the issuer's keys could not be read from ${url}`, { cause })
    }
  }
}

class UnreachableKeys extends Error {
  override readonly name = 'UnreachableKeys'
}

function checkRules(issuer: string, audience: string | readonly string[], algorithms: readonly string[]): void {
  // A rule that is missing would make jose accept anything; modules are not always written in TypeScript.
  if (typeof issuer !== 'string' || issuer === '') throw new TypeError('verifyJwt needs an issuer.')
  if (audience.length === 0) throw new TypeError('verifyJwt needs an audience.')
  const weak = algorithms.find((name) => !/^(?:RS|PS|ES)(?:256|384|512)$|^(?:EdDSA|Ed25519)$/.test(name))
  if (weak !== undefined || algorithms.length === 0) {
    throw new TypeError('verifyJwt takes algorithms with public keys alone, such as RS256 or ES256.')
  }
}

function checkedUrl(text: string, acceptsPlain: boolean): URL {
  const url = new URL(text)
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) || url.hostname.endsWith('.localhost')
  if (url.protocol === 'https:' || (acceptsPlain && url.protocol === 'http:' && isLoopback)) return url
  throw new UnreachableKeys(`keys are read by https alone, and not from ${url.protocol}//${url.host}`)
}

/** jose's words quote no token, but claims; which one is wrong is enough. */
function problemOf(error: Error & { readonly code?: string; readonly claim?: unknown }): string {
  switch (error.code) {
    case 'ERR_JWT_EXPIRED':
      return 'it has expired (exp)'
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return `its claim ${String(error.claim)} is missing or not the expected one`
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return "its signature was not made with the issuer's key"
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'its key (kid) is not one that the issuer publishes'
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'its algorithm (alg) is not one of those that are accepted'
    case 'ERR_JWKS_TIMEOUT':
    case 'ERR_JWKS_INVALID':
      return "the issuer's keys could not be read"
    default:
      return 'it is no JWT that can be read'
  }
}
