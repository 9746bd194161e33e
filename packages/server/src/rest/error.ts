/** Every reason for which the REST API refuses, with what the rule saw. Nothing secret is a fact. */
export interface RestReasons {
  // The token: what is to be known of it stands in `tokens/bearer.ts`
  'token-missing': Record<never, never>
  'token-twice': Record<never, never>
  'token-unknown': Record<never, never>
  'token-expired': { readonly issued: string; readonly expired: string }
  'token-revoked': { readonly issued: string }
  'token-of-another-org': { readonly org: string }
  'scope-missing': { readonly needed: string; readonly granted: readonly string[] }
  'authorization-malformed': Record<never, never>
  // The user and the org
  'org-inactive': { readonly org: string }
  'user-inactive': { readonly user: string }
  'user-frozen': { readonly user: string }
  'ip-restricted': { readonly address: string; readonly profile: string }
  'api-not-enabled': { readonly user: string; readonly profile: string }
  'permission-missing': { readonly user: string; readonly permission: string }
  'request-limit-exceeded': { readonly limit: number }
  // The resource
  'version-unknown': { readonly found: string; readonly newest: string }
  'resource-newer-than-version': { readonly version: string; readonly since: string }
  'resource-unknown': { readonly found: string }
  'object-unknown': { readonly found: string; readonly known: readonly string[] }
  'list-view-unknown': { readonly found: string; readonly object: string }
  'method-not-allowed': { readonly found: string; readonly allowed: readonly string[] }
  'parameter-out-of-range': { readonly parameter: string; readonly found: string; readonly range: string }
}

/** A reason of the REST API with its facts. */
export type RestRefusal = {
  readonly [R in keyof RestReasons]: { readonly reason: R; readonly facts: RestReasons[R] }
}[keyof RestReasons]

/** The codes that Salesforce puts into `errorCode`. */
export type RestErrorCode =
  | 'API_DISABLED_FOR_ORG'
  | 'ILLEGAL_QUERY_PARAMETER_VALUE'
  | 'INSUFFICIENT_ACCESS'
  | 'INVALID_AUTH_HEADER'
  | 'INVALID_SESSION_ID'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'REQUEST_LIMIT_EXCEEDED'

/** What the REST API answers instead of the thing asked for. As XML it is `Errors` around one `Error`. */
export type RestErrorBody = readonly [{ readonly message: string; readonly errorCode: RestErrorCode }]

/** A refusal of the REST API: Salesforce's status, code and words. The refusal behind it goes to the journal. */
export class RestError extends Error {
  override readonly name = 'RestError'
  readonly status: number
  readonly errorCode: RestErrorCode
  readonly refusal: RestRefusal
  /** Headers that go with the status. */
  readonly headers: Readonly<Record<string, string>>

  constructor(refusal: RestRefusal) {
    const { status, errorCode, message, headers = {} } = wireOf(refusal)
    super(message)
    this.status = status
    this.errorCode = errorCode
    this.refusal = refusal
    this.headers = headers
  }

  /** The body of the answer: an array, although it holds one error. */
  get body(): RestErrorBody {
    return [{ message: this.message, errorCode: this.errorCode }]
  }
}

interface Wire {
  readonly status: number
  readonly errorCode: RestErrorCode
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

// Clients refresh on 401 with INVALID_SESSION_ID, so whatever ends a session is told in these words.
const deadSession: Wire = {
  status: 401,
  errorCode: 'INVALID_SESSION_ID',
  message: 'Session expired or invalid',
  headers: { 'www-authenticate': 'Token' },
}

const notFound: Wire = { status: 404, errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }

// The one place where the reasons of the REST API and Salesforce's codes meet.
function wireOf(refusal: RestRefusal): Wire {
  switch (refusal.reason) {
    case 'token-missing':
    case 'token-unknown':
    case 'token-expired':
    case 'token-revoked':
    case 'token-of-another-org':
    case 'org-inactive':
    case 'user-inactive':
    case 'user-frozen':
    case 'ip-restricted':
      return deadSession
    case 'scope-missing':
      return { ...deadSession, message: 'This session is not valid for use with the REST API' }
    case 'token-twice':
    case 'authorization-malformed':
      return { ...deadSession, errorCode: 'INVALID_AUTH_HEADER', message: 'INVALID_HEADER_TYPE' }
    case 'api-not-enabled':
      return {
        status: 403,
        errorCode: 'API_DISABLED_FOR_ORG',
        message: 'The REST API is not enabled for this Organization.',
      }
    case 'permission-missing':
      return {
        status: 403,
        errorCode: 'INSUFFICIENT_ACCESS',
        message: `You do not have the level of access necessary: ${refusal.facts.permission}`,
      }
    case 'request-limit-exceeded':
      return { status: 403, errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }
    case 'version-unknown':
    case 'resource-newer-than-version':
    case 'resource-unknown':
    case 'object-unknown':
    case 'list-view-unknown':
      return notFound
    case 'method-not-allowed': {
      const { found, allowed } = refusal.facts
      return {
        status: 405,
        errorCode: 'METHOD_NOT_ALLOWED',
        message: `HTTP Method '${found}' not allowed. Allowed are ${allowed.join(',')}`,
        headers: { allow: allowed.join(', ') },
      }
    }
    case 'parameter-out-of-range': {
      const { parameter, found, range } = refusal.facts
      return {
        status: 400,
        errorCode: 'ILLEGAL_QUERY_PARAMETER_VALUE',
        message: `'${found}' is not a value for the query parameter ${parameter}: it is ${range}`,
      }
    }
  }
}
