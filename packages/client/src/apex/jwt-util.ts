import type { CertificateStore } from '../certificate-store.ts'
import { type KeyObject, publicKeyFrom, verifiesRs256 } from '../crypto.ts'
import { membersOf, readJson, textOf } from '../encoding.ts'
import { type DecodedJwt, decodeJwt } from '../jwt.ts'
import type { Transport } from '../transport.ts'
import { JWTValidationException, NoDataFoundException } from './exceptions.ts'
import { ApexJWT, type JwtDefaults } from './jwt.ts'

/** What `Auth.JWTUtil` reads by. */
export interface JwtUtilContext extends JwtDefaults {
  readonly certificates: CertificateStore
  readonly transport: Transport
}

/** `Auth.JWTUtil`: reads JWTs that came in, and tells whether they can be believed (*JWTUtil Class*). */
export interface ApexJWTUtil {
  /** Takes a JWT apart. Nothing is verified. @throws {JWTValidationException} for what is none */
  parseJWTFromStringWithoutValidation(incomingJWT: string): ApexJWT
  /**
   * @param certDeveloperName the unique name of a certificate
   * @throws {JWTValidationException} when its key has not signed the JWT, or the JWT is not valid now
   * @throws {NoDataFoundException} when there is no such certificate
   */
  validateJWTWithCert(incomingJWT: string, certDeveloperName: string): ApexJWT
  /**
   * @param publicKey SubjectPublicKeyInfo as base64, with PEM lines around it or without
   * @throws {JWTValidationException} when the key has not signed the JWT, or the JWT is not valid now
   */
  validateJWTWithKey(incomingJWT: string, publicKey: string): ApexJWT
  /**
   * @param keysEndpoint where the keys are published (RFC 7517 §5)
   * @param shouldUseCache whether keys that were fetched before may do
   * @throws {JWTValidationException} when none of the keys has signed the JWT, or the JWT is not valid now
   */
  validateJWTWithKeysEndpoint(incomingJWT: string, keysEndpoint: string, shouldUseCache: boolean): Promise<ApexJWT>
}

interface PublishedKey {
  readonly kid: unknown
  readonly key: KeyObject
}

// Seconds by which two clocks may differ.
const leeway = 30
const mostKeys = 100

/** `Auth.JWTUtil` over certificates and a transport. */
export function jwtUtil(context: JwtUtilContext): ApexJWTUtil {
  const cache = new Map<string, readonly PublishedKey[]>()
  return {
    parseJWTFromStringWithoutValidation: (incomingJWT) => new ApexJWT(context, decoded(incomingJWT).claims),
    validateJWTWithCert(incomingJWT, certDeveloperName) {
      const certificate = context.certificates.find(certDeveloperName)?.certificate
      if (certificate === undefined) {
        throw new NoDataFoundException(`Data Not Available: the certificate ${certDeveloperName} could not be found.`)
      }
      return validated(decoded(incomingJWT), [publicKeyFrom(certificate)])
    },
    validateJWTWithKey: (incomingJWT, publicKey) => validated(decoded(incomingJWT), [readKey(publicKey)]),
    async validateJWTWithKeysEndpoint(incomingJWT, keysEndpoint, shouldUseCache) {
      const jwt = decoded(incomingJWT)
      const known = shouldUseCache ? cache.get(keysEndpoint) : undefined
      const keys = known ?? (await publishedKeys(keysEndpoint))
      const kid = jwt.header.get('kid')
      const named = kid === undefined ? [] : keys.filter((one) => one.kid === kid)
      const valid = validated(
        jwt,
        (named.length > 0 ? named : keys).map(({ key }) => key),
      )
      if (known === undefined) cache.set(keysEndpoint, keys)
      return valid
    },
  }

  function validated(jwt: DecodedJwt, keys: readonly KeyObject[]): ApexJWT {
    const { header, claims, signed, signature } = jwt
    // Fixed before the header is looked at: a header must not choose by what it is believed.
    if (header.get('alg') !== 'RS256') throw new JWTValidationException('The JWT is not signed with RS256.')
    if (header.has('crit')) throw new JWTValidationException('The JWT has critical headers that are not known here.')
    if (!keys.some((key) => verifiesRs256(signed, key, signature))) {
      throw new JWTValidationException('The signature of the JWT was not made with the key it should be.')
    }
    const now = context.now().getTime() / 1000
    const exp = instant(claims.get('exp'), 'exp')
    const nbf = instant(claims.get('nbf'), 'nbf')
    if (exp !== undefined && now > exp + leeway) throw new JWTValidationException('The JWT has expired.')
    if (nbf !== undefined && now < nbf - leeway) throw new JWTValidationException('The JWT is not valid yet.')
    return new ApexJWT(context, claims)
  }

  async function publishedKeys(url: string): Promise<readonly PublishedKey[]> {
    let body: string
    try {
      const answer = await context.transport({ method: 'GET', url, headers: { accept: 'application/json' } })
      body = answer.status === 200 ? textOf(answer.body) : ''
    } catch (cause) {
      throw new JWTValidationException('The keys cannot be fetched.', { cause })
    }
    const keys = membersOf(readJson(body))?.get('keys')
    if (!Array.isArray(keys) || keys.length > mostKeys) {
      throw new JWTValidationException('What the keys endpoint answers is no set of JSON Web Keys.')
    }
    return keys.flatMap((jwk: unknown): readonly PublishedKey[] => {
      const members = membersOf(jwk)
      const use = members?.get('use') ?? 'sig'
      if (members?.get('kty') !== 'RSA' || use !== 'sig') return []
      try {
        return [{ kid: members.get('kid'), key: publicKeyFrom(Object.fromEntries(members)) }]
      } catch {
        // One key that cannot be read does not make the others worthless.
        return []
      }
    })
  }
}

function decoded(incomingJWT: string): DecodedJwt {
  const jwt = decodeJwt(incomingJWT)
  if (jwt === undefined)
    throw new JWTValidationException('This is no JWT: three parts in base64url with dots between them.')
  return jwt
}

function readKey(publicKey: string): KeyObject {
  try {
    return publicKeyFrom(publicKey)
  } catch (cause) {
    throw new JWTValidationException('The public key cannot be read: base64 of a SubjectPublicKeyInfo.', { cause })
  }
}

function instant(value: unknown, claim: string): number | undefined {
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
  throw new JWTValidationException(`The claim ${claim} is no number.`)
}
