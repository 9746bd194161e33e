import { type Checklist, pass } from '../journal/checklist.ts'
import type { Addresses } from '../orgs/address.ts'
import type { Org } from '../orgs/org.ts'
import type { IncomingTokenType } from '../token-exchange/handler.ts'
import { refusal } from './refusal.ts'

/** The grant type of token exchange (RFC 8693 §2.1), which asset tokens have, too. */
export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** The same for hybrid apps; the name is Salesforce's own. */
export const hybridExchangeGrantType = 'urn:ietf:params:oauth:grant-type:hybrid-token-exchange'

const prefix = 'urn:ietf:params:oauth:token-type:'

/** The types of token that RFC 8693 §3 and Salesforce name, by their URNs. */
export const tokenTypes = {
  accessToken: `${prefix}access_token`,
  refreshToken: `${prefix}refresh_token`,
  idToken: `${prefix}id_token`,
  saml2: `${prefix}saml2`,
  jwt: `${prefix}jwt`,
} as const

// Apex writes the last one in capitals, RFC 8693 does not.
const incoming = new Map<string, IncomingTokenType>([
  [tokenTypes.accessToken, 'ACCESS_TOKEN'],
  [tokenTypes.refreshToken, 'REFRESH_TOKEN'],
  [tokenTypes.idToken, 'ID_TOKEN'],
  [tokenTypes.saml2, 'SAML_2'],
  [tokenTypes.jwt, 'JWT'],
  [`${prefix}JWT`, 'JWT'],
])

const longestToken = 32_768

/** A token that somebody brings, with its kind. */
export interface SubjectToken {
  readonly text: string
  readonly type: IncomingTokenType
}

/** Reads what is to be exchanged. Nothing of it is believed. @throws {OAuthError} `invalid_request` */
export function readSubjectToken(
  params: { readonly subject_token?: string | undefined; readonly subject_token_type?: string | undefined },
  checks: Checklist,
): SubjectToken {
  const { subject_token: text, subject_token_type: urn } = params
  if (text === undefined) throw refusal({ reason: 'subject-token-missing', facts: {} })
  if (text.length > longestToken) {
    const problem = `it is longer than ${longestToken} characters`
    throw refusal({ reason: 'parameter-malformed', facts: { parameter: 'subject_token', problem } })
  }
  const type = incoming.get(urn ?? '')
  if (type === undefined) throw unknownType('subject_token_type', urn, Object.values(tokenTypes))
  pass(checks, 'subject-token', { type })
  return { text, type }
}

/** Checks that the wanted type of token, if one is named, is one that can be given. @throws {OAuthError} */
export function checkRequestedType(urn: string | undefined, supported: readonly string[]): void {
  if (urn !== undefined && !supported.includes(urn)) throw unknownType('requested_token_type', urn, supported)
}

/** The refusal of a type of token. */
export function unknownType(parameter: string, found: string | undefined, supported: readonly string[]) {
  return refusal({
    reason: 'token-type-unknown',
    facts: { parameter, found: found?.slice(0, 128) ?? 'none', supported },
  })
}

/**
 * Checks that the token is wanted for this org: where a request says whom it is for, another is never given (RFC 8693 §2.2.2).
 * @throws {OAuthError} `invalid_target`
 */
export function checkTarget(
  wanted: { readonly audience?: string | undefined; readonly resource?: string | undefined },
  org: Org,
  addresses: Pick<Addresses, 'basesOf'>,
  checks: Checklist,
): void {
  const own = addresses.basesOf(org)
  for (const parameter of ['audience', 'resource'] as const) {
    const found = wanted[parameter]
    if (found === undefined) continue
    if (!own.includes(found.replace(/\/$/, ''))) {
      throw refusal({ reason: 'target-unknown', facts: { parameter, found: found.slice(0, 256), own } })
    }
  }
  pass(checks, 'target')
}
