import { publicKeyFrom, verifiesRs256 } from './crypto.ts'
import { type DecodedJwt, decodeJwt } from './jwt.ts'

/** What one look at an assertion came to. */
export interface AssertionCheck {
  readonly name: 'form' | 'algorithm' | 'issuer' | 'subject' | 'audience' | 'lifetime' | 'key'
  /** `unchecked` when something needed for it was not given. */
  readonly outcome: 'fine' | 'wrong' | 'unchecked'
  /** What was found, and what is asked. */
  readonly message: string
}

/** What an assertion is looked at with. */
export interface AssertionSurroundings {
  readonly now: Date
  /** PEM of the certificate that the app has, to see whether its key signed. */
  readonly certificate?: string | undefined
  /** The login host that the assertion is for, to see whether the audience is right. */
  readonly audience?: string | undefined
}

/** Says what is wrong with a JWT for Salesforce's JWT bearer flow, without asking anybody. */
export function checkAssertion(token: string, surroundings: AssertionSurroundings): readonly AssertionCheck[] {
  const jwt = decodeJwt(token.trim())
  if (jwt === undefined) {
    return [wrong('form', 'This is no JWT: three parts in base64url (with - and _, without =) with dots between them.')]
  }
  return [
    fine('form', 'It is a JWT.'),
    checkAlgorithm(jwt),
    checkIssuer(jwt.claims.get('iss')),
    checkSubject(jwt.claims.get('sub')),
    checkAudience(jwt.claims.get('aud'), surroundings.audience),
    checkLifetime(jwt, surroundings.now),
    checkKey(jwt, surroundings.certificate),
  ]
}

function checkAlgorithm({ header }: DecodedJwt): AssertionCheck {
  const alg = header.get('alg')
  return alg === 'RS256'
    ? fine('algorithm', 'It is signed with RS256.')
    : wrong('algorithm', `It says ${JSON.stringify(alg)}, and Salesforce takes RS256 only.`)
}

function checkIssuer(iss: unknown): AssertionCheck {
  if (typeof iss !== 'string' || iss === '')
    return wrong('issuer', 'iss is missing: it is the consumer key of the app.')
  if (iss.includes('@') || iss.includes('://') || iss.includes(' ')) {
    return wrong('issuer', `iss is ${JSON.stringify(iss)}, which is no consumer key.`)
  }
  return fine('issuer', `iss is ${iss}, the consumer key.`)
}

function checkSubject(sub: unknown): AssertionCheck {
  if (typeof sub !== 'string' || sub === '') return wrong('subject', 'sub is missing: it is the username to act for.')
  return sub.includes('@')
    ? fine('subject', `sub is ${sub}, the username.`)
    : wrong('subject', `sub is ${JSON.stringify(sub)}, and a username has the form of an e-mail address.`)
}

const loginHosts = ['https://login.salesforce.com', 'https://test.salesforce.com']

function checkAudience(aud: unknown, expected: string | undefined): AssertionCheck {
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const found = all.flatMap((one) => (typeof one === 'string' ? [one.replace(/\/$/, '')] : []))
  if (found.length === 0)
    return wrong('audience', 'aud is missing: it is the login host, such as https://login.salesforce.com.')
  const list = found.join(' and ')
  if (expected !== undefined) {
    return found.includes(expected.replace(/\/$/, ''))
      ? fine('audience', `aud is ${list}.`)
      : wrong('audience', `aud is ${list}, and ${expected} is expected.`)
  }
  const isHost = found.some((one) => loginHosts.includes(one) || /^https:\/\/[^/]+\.my\.salesforce\.com$/.test(one))
  const isEndpoint = found.some((one) => one.includes('/services/oauth2'))
  if (isEndpoint) return wrong('audience', `aud is ${list}: give the host alone, without the path.`)
  return isHost
    ? fine('audience', `aud is ${list}: production at login.salesforce.com, sandboxes at test.salesforce.com.`)
    : { name: 'audience', outcome: 'unchecked', message: `aud is ${list}, which is no login host of Salesforce’s own.` }
}

function checkLifetime({ claims }: DecodedJwt, now: Date): AssertionCheck {
  const seconds = now.getTime() / 1000
  const exp = claims.get('exp')
  if (typeof exp !== 'number') return wrong('lifetime', 'exp is missing, or no number: seconds since 1970.')
  if (exp > 1e11) return wrong('lifetime', 'exp is in milliseconds, and counts seconds since 1970.')
  const left = Math.round(exp - seconds)
  if (left <= 0) return wrong('lifetime', `It expired ${duration(-left)} ago, by the clock of this machine.`)
  const nbf = claims.get('nbf')
  if (typeof nbf === 'number' && nbf > seconds + 30) {
    return wrong(
      'lifetime',
      `It is valid only in ${duration(Math.round(nbf - seconds))}, by the clock of this machine.`,
    )
  }
  return left > 300
    ? wrong('lifetime', `It lasts ${duration(left)} more, and Salesforce promises to take three minutes.`)
    : fine('lifetime', `It lasts ${duration(left)} more.`)
}

function checkKey({ signed, signature }: DecodedJwt, certificate: string | undefined): AssertionCheck {
  if (certificate === undefined) {
    return {
      name: 'key',
      outcome: 'unchecked',
      message: 'Give the certificate of the app to see whether its key signed this.',
    }
  }
  let isSigned: boolean
  try {
    isSigned = verifiesRs256(signed, publicKeyFrom(certificate), signature)
  } catch {
    return wrong('key', 'The certificate that was given is none.')
  }
  return isSigned
    ? fine('key', 'The key of the certificate signed it.')
    : wrong(
        'key',
        'Another key signed it than that of the certificate: upload the certificate of the key, or sign with the other.',
      )
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} seconds`
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`
}

function fine(name: AssertionCheck['name'], message: string): AssertionCheck {
  return { name, outcome: 'fine', message }
}

function wrong(name: AssertionCheck['name'], message: string): AssertionCheck {
  return { name, outcome: 'wrong', message }
}
