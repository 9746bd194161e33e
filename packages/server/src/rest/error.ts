import type { DpopReasons } from '../tokens/dpop.ts'
import type { HoursRefusal } from '../users/login-hours.ts'

/** Every reason for which the REST API refuses, with what the rule saw. Nothing secret is a fact. */
export interface RestReasons extends DpopReasons {
  // The token: what is to be known of it stands in `tokens/bearer.ts`
  'token-missing': Record<never, never>
  'token-twice': Record<never, never>
  'token-unknown': Record<never, never>
  'token-expired': { readonly issued: string; readonly expired: string }
  'token-revoked': { readonly issued: string }
  'token-of-another-org': { readonly org: string }
  'api-access-controlled': { readonly app: string; readonly org: string }
  'scope-missing': { readonly needed: string; readonly granted: readonly string[] }
  'authorization-malformed': Record<never, never>
  // The user and the org
  'org-inactive': { readonly org: string }
  'user-inactive': { readonly user: string }
  'user-frozen': { readonly user: string }
  'login-hours': HoursRefusal['facts']
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
  'precondition-failed': { readonly header: string; readonly found: string }
  'not-supported': { readonly found: string }
  // The body
  'json-malformed': { readonly problem: string }
  'xml-malformed': { readonly problem: string }
  'body-too-large': { readonly limit: number }
  'content-type-unsupported': { readonly found: string }
  // Queries
  'query-missing': Record<never, never>
  'query-refused': { readonly errorCode: QueryErrorCode; readonly problem: string; readonly message: string }
  'query-too-large': { readonly limit: number }
  'locator-unknown': { readonly found: string }
  // Records
  'field-unknown': { readonly found: string; readonly object: string }
  'record-unknown': { readonly found: string; readonly object: string }
  'record-deleted': { readonly found: string; readonly object: string }
  'record-refused': {
    readonly errorCode: RecordErrorCode
    readonly object: string
    readonly fields: readonly string[]
    readonly problem: string
  }
  'external-id-field-unknown': { readonly found: string; readonly object: string }
  'object-read-only': { readonly object: string; readonly act: string }
  'object-permission-missing': { readonly object: string; readonly act: string }
  'too-many-parts': { readonly part: string; readonly limit: number; readonly found: number }
  // SOAP
  'soap-malformed': { readonly problem: string }
  'soap-operation-unknown': { readonly found: string; readonly known: readonly string[] }
  'soap-login-off': SoapLoginOff
  'jwt-not-accepted': { readonly api: string }
  // Composite calls
  'composite-refused': { readonly problem: string }
  'composite-stopped': Record<never, never>
  'parameter-out-of-range': { readonly parameter: string; readonly found: string; readonly range: string }
}

/** That nobody signs in by SOAP `login()`, and who says so. */
export type SoapLoginOff = {
  readonly by: 'server' | 'org' | 'release' | 'version'
  /** Of the API, such as `60.0`. */
  readonly version: string
  /** Its name, where it is the org, or its release. */
  readonly org: string
}

/** A reason of the REST API with its facts. */
export type RestRefusal = {
  readonly [R in keyof RestReasons]: { readonly reason: R; readonly facts: RestReasons[R] }
}[keyof RestReasons]

/** The codes with which queries are refused. */
export type QueryErrorCode = 'INVALID_FIELD' | 'INVALID_QUERY_FILTER_OPERATOR' | 'INVALID_TYPE' | 'MALFORMED_QUERY'

/** The codes with which a record is refused for what is in it. */
export type RecordErrorCode =
  | 'DUPLICATE_VALUE'
  | 'FIELD_INTEGRITY_EXCEPTION'
  | 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY'
  | 'INVALID_CROSS_REFERENCE_KEY'
  | 'INVALID_EMAIL_ADDRESS'
  | 'INVALID_FIELD'
  | 'INVALID_FIELD_FOR_INSERT_UPDATE'
  | 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'
  | 'JSON_PARSER_ERROR'
  | 'MALFORMED_ID'
  | 'NUMBER_OUTSIDE_VALID_RANGE'
  | 'REQUIRED_FIELD_MISSING'
  | 'STRING_TOO_LONG'

/** The codes that Salesforce puts into `errorCode`. */
export type RestErrorCode =
  | QueryErrorCode
  | RecordErrorCode
  | 'ENTITY_IS_DELETED'
  | 'FUNCTIONALITY_NOT_ENABLED'
  | 'INSUFFICIENT_ACCESS_OR_READONLY'
  | 'INVALID_OPERATION'
  | 'INVALID_QUERY_LOCATOR'
  | 'OPERATION_TOO_LARGE'
  | 'PRECONDITION_FAILED'
  | 'PROCESSING_HALTED'
  | 'REQUEST_ENTITY_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'XML_PARSER_ERROR'
  | 'API_DISABLED_FOR_ORG'
  | 'ILLEGAL_QUERY_PARAMETER_VALUE'
  | 'INSUFFICIENT_ACCESS'
  | 'INVALID_AUTH_HEADER'
  | 'INVALID_SESSION_ID'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'REQUEST_LIMIT_EXCEEDED'

/** What the REST API answers instead of the thing asked for. As XML it is `Errors` around one `Error`. */
export type RestErrorBody = readonly [
  { readonly message: string; readonly errorCode: RestErrorCode; readonly fields?: readonly string[] },
]

/** A refusal of the REST API: Salesforce's status, code and words. The refusal behind it goes to the journal. */
export class RestError extends Error {
  override readonly name = 'RestError'
  readonly status: number
  readonly errorCode: RestErrorCode
  readonly refusal: RestRefusal
  /** The fields of a record that it is about. */
  readonly fields: readonly string[] | undefined
  /** Headers that go with the status. */
  readonly headers: Readonly<Record<string, string>>

  constructor(refusal: RestRefusal) {
    const { status, errorCode, message, fields, headers = {} } = wireOf(refusal)
    super(message)
    this.status = status
    this.errorCode = errorCode
    this.refusal = refusal
    this.headers = headers
    this.fields = fields
  }

  /** The body of the answer: an array, although it holds one error. */
  get body(): RestErrorBody {
    const { message, errorCode, fields } = this
    return [{ message, errorCode, ...(fields === undefined ? {} : { fields }) }]
  }
}

interface Wire {
  readonly status: number
  readonly errorCode: RestErrorCode
  readonly message: string
  readonly fields?: readonly string[]
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
    // A client refreshes then, and that answer says why.
    case 'api-access-controlled':
    case 'token-bound-to-key':
    case 'token-not-bound':
    case 'dpop-proof-missing':
    case 'dpop-proof-malformed':
    case 'dpop-signature-wrong':
    case 'dpop-proof-misdirected':
    case 'dpop-proof-stale':
    case 'dpop-proof-replayed':
    case 'dpop-nonce-needed':
    case 'dpop-key-changed':
    case 'org-inactive':
    case 'user-inactive':
    case 'user-frozen':
    case 'login-hours':
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
    case 'record-unknown':
      return notFound
    case 'record-deleted':
      return { status: 404, errorCode: 'ENTITY_IS_DELETED', message: 'entity is deleted' }
    case 'external-id-field-unknown':
      return {
        status: 404,
        errorCode: 'NOT_FOUND',
        message: `Provided external ID field does not exist or is not accessible: ${refusal.facts.found}`,
      }
    case 'field-unknown':
      return {
        status: 400,
        errorCode: 'INVALID_FIELD',
        message: `No such column '${refusal.facts.found}' on sobject of type ${refusal.facts.object}`,
      }
    case 'precondition-failed':
      return {
        status: 412,
        errorCode: 'PRECONDITION_FAILED',
        message: 'One or more of the preconditions in the request evaluated to false.',
      }
    case 'not-supported':
      return {
        status: 400,
        errorCode: 'FUNCTIONALITY_NOT_ENABLED',
        message: `This feature is not currently enabled for this user: ${refusal.facts.found}`,
      }
    case 'json-malformed':
      return { status: 400, errorCode: 'JSON_PARSER_ERROR', message: refusal.facts.problem }
    case 'xml-malformed':
      return { status: 400, errorCode: 'XML_PARSER_ERROR', message: refusal.facts.problem }
    case 'body-too-large':
      return {
        status: 413,
        errorCode: 'REQUEST_ENTITY_TOO_LARGE',
        message: `The request body is larger than ${refusal.facts.limit} bytes`,
      }
    case 'content-type-unsupported':
      return {
        status: 415,
        errorCode: 'UNSUPPORTED_MEDIA_TYPE',
        message: `Content type not supported : ${refusal.facts.found}`,
      }
    case 'query-missing':
      return { status: 400, errorCode: 'MALFORMED_QUERY', message: 'SOQL statement cannot be empty' }
    case 'query-refused':
      return { status: 400, errorCode: refusal.facts.errorCode, message: refusal.facts.message }
    case 'query-too-large':
      return {
        status: 400,
        errorCode: 'OPERATION_TOO_LARGE',
        message: `exceeded ${refusal.facts.limit} records of sub-queries in one batch`,
      }
    case 'locator-unknown':
      return { status: 400, errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' }
    case 'record-refused': {
      const { errorCode, problem, fields } = refusal.facts
      return { status: 400, errorCode, message: problem, fields }
    }
    case 'object-read-only':
    case 'object-permission-missing':
      return {
        status: 403,
        errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
        message: 'insufficient access rights on object id',
      }
    case 'too-many-parts': {
      const { part, limit } = refusal.facts
      return {
        status: 400,
        errorCode: 'FIELD_INTEGRITY_EXCEPTION',
        message: `Limit exceeded: at most ${limit} ${part}`,
      }
    }
    case 'soap-malformed':
      return {
        status: 500,
        errorCode: 'INVALID_OPERATION',
        message: `The envelope cannot be read: ${refusal.facts.problem}`,
      }
    case 'soap-operation-unknown':
      return {
        status: 500,
        errorCode: 'INVALID_OPERATION',
        message: `No operation available for request ${refusal.facts.found}`,
      }
    case 'jwt-not-accepted':
      return {
        status: 401,
        errorCode: 'INVALID_SESSION_ID',
        message: `This session is not valid for use with the ${refusal.facts.api} API`,
      }
    case 'soap-login-off':
      return {
        status: 500,
        errorCode: 'INVALID_OPERATION',
        message: soapLoginOffWords(refusal.facts),
      }
    case 'composite-refused':
      return { status: 400, errorCode: 'JSON_PARSER_ERROR', message: refusal.facts.problem }
    case 'composite-stopped':
      return {
        status: 400,
        errorCode: 'PROCESSING_HALTED',
        message: 'The transaction was rolled back since another operation in the same transaction failed.',
      }
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

function soapLoginOffWords({ by, version }: SoapLoginOff): string {
  return by === 'version'
    ? `The SOAP Login operation is not available in the API version specified (${version}). Refer to the documentation for supported versions.`
    : 'SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login().'
}
