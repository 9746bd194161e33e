import { type Authentication, type Claims, checkAuthentication } from './authentication.ts'
import { readTemplate } from './formula.ts'
import { NamedCredentialError } from './named-credential-error.ts'

/** A header that a credential adds: its value may have formulas in it. */
export interface CredentialHeader {
  readonly name: string
  readonly value: string
}

/** Whose sign-in a principal is: one that all share, or each user's own. */
export type PrincipalType = 'NamedPrincipal' | 'PerUserPrincipal'

/** One identity of an external credential. */
export interface Principal {
  readonly name: string
  readonly type: PrincipalType
  /** The order: the lowest that may be used is. */
  readonly sequenceNumber?: number | undefined
  /** Claims of its own, over those of the credential. */
  readonly claims?: Claims | undefined
}

/** How to sign in somewhere, apart from where: Salesforce's *External Credential*. */
export interface ExternalCredential {
  /** The developer name. */
  readonly name: string
  readonly label: string
  readonly authentication: Authentication
  readonly principals: readonly Principal[]
  readonly headers: readonly CredentialHeader[]
  /** The statuses besides 401 that lead to a new token (`AdditionalRefreshStatusCode`). */
  readonly refreshStatuses: readonly number[]
}

/** What `externalCredential` needs to be told; the rest has Salesforce's defaults. */
export interface ExternalCredentialSettings {
  readonly name: string
  readonly label?: string | undefined
  readonly authentication: Authentication
  readonly principals: readonly Principal[]
  readonly headers?: readonly CredentialHeader[] | undefined
  readonly refreshStatuses?: readonly number[] | undefined
}

/** Makes an external credential.
 *  @throws {NamedCredentialError} `definition-invalid` or `formula-invalid`, when it could only fail later */
export function externalCredential(settings: ExternalCredentialSettings): ExternalCredential {
  const { name, authentication, refreshStatuses = [] } = settings
  checkDeveloperName(name, 'external credential')
  if (settings.principals.length === 0) {
    throw new NamedCredentialError(
      'definition-invalid',
      `${name} has no principal. Add one: nobody could use it.`,
      name,
    )
  }
  for (const principal of settings.principals) checkDeveloperName(principal.name, 'principal', true)
  const names = settings.principals.map((principal) => principal.name.toLowerCase())
  if (new Set(names).size < names.length) {
    throw new NamedCredentialError('definition-invalid', `${name} has two principals of one name.`, name)
  }
  checkAuthentication(
    name,
    authentication,
    settings.principals.map((principal) => principal.claims ?? {}),
  )
  checkRefreshStatuses(name, refreshStatuses)
  const principals = settings.principals.toSorted((one, other) => orderOf(one) - orderOf(other))
  const headers = settings.headers ?? []
  checkHeaders(name, headers)
  return { name, label: settings.label ?? name, authentication, principals, headers, refreshStatuses }
}

function orderOf(principal: Principal): number {
  return principal.sequenceNumber ?? Number.MAX_SAFE_INTEGER
}

/** Refuses what is no developer name: letters, digits and single underscores, a letter first and no underscore last. */
export function checkDeveloperName(name: string, what: string, mayHaveSpaces = false): void {
  const shape = mayHaveSpaces ? /^[a-z0-9][\w .-]{0,79}$/i : /^(?:[a-z][a-z0-9]{0,14}__)?[a-z](?:_?[a-z0-9])*$/i
  if (shape.test(name) && name.length <= 95) return
  const known = mayHaveSpaces
    ? 'a text of letters and digits'
    : 'letters, digits and single underscores, a letter first'
  throw new NamedCredentialError(
    'definition-invalid',
    `A name of a ${what} is not one that Salesforce takes: ${known}.`,
  )
}

/** Refuses headers that no request may have, or that say where the request goes. */
export function checkHeaders(credential: string, headers: readonly CredentialHeader[]): void {
  for (const { name, value } of headers) {
    if (
      !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) ||
      /[\r\n\0]/.test(value) ||
      /^(?:host|content-length)$/i.test(name)
    ) {
      throw new NamedCredentialError(
        'header-invalid',
        `${credential} has a header that no request may have.`,
        credential,
      )
    }
    readTemplate(value)
  }
}

function checkRefreshStatuses(credential: string, statuses: readonly number[]): void {
  const isTaken = (status: number) =>
    Number.isInteger(status) && status >= 400 && status <= 999 && (status < 500 || status >= 600)
  if (statuses.every(isTaken)) return
  throw new NamedCredentialError(
    'definition-invalid',
    `${credential}: a status that leads to a new token is from 400 to 499 or from 600 to 999.`,
    credential,
  )
}
