import type { Refusal } from './refusal.ts'

/** The codes that Salesforce puts into `error`. */
export type ErrorCode =
  | 'access_denied'
  | 'authorization_pending'
  | 'app_blocked'
  | 'app_not_found'
  | 'bad_jti_claim'
  | 'consent_required'
  | 'exceeded_registration_limit'
  | 'expired_token'
  | 'failed_registration'
  | 'immediate_unsuccessful'
  | 'inactive_org'
  | 'inactive_user'
  | 'insufficient_scope'
  | 'invalid_app_access'
  | 'invalid_assertion_type'
  | 'invalid_basic_auth_header'
  | 'invalid_client'
  | 'invalid_client_id'
  | 'invalid_dpop_proof'
  | 'invalid_expid'
  | 'invalid_grant'
  | 'invalid_otp'
  | 'unsupported_token_type'
  | 'invalid_request'
  | 'invalid_request_uri'
  | 'invalid_scope'
  | 'invalid_session_level'
  | 'invalid_target'
  | 'invalid_token'
  | 'login_required'
  | 'oauth_flow_disabled'
  | 'OAUTH_APP_ACCESS_DENIED'
  | 'OAUTH_APP_BLOCKED'
  | 'OAUTH_AUTHORIZATION_BLOCKED'
  | 'OAUTH_EC_APP_NOT_FOUND'
  | 'OAUTH_APPROVAL_ERROR_GENERIC'
  | 'rate_limit_exceeded'
  | 'redirect_uri_mismatch'
  | 'redirect_uri_missing'
  | 'registration_error'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'server_error'
  | 'service_unavailable'
  | 'slow_down'
  | 'unsupported_expid'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'use_dpop_nonce'

/** What a caller is told: the wire's code and words. The refusal behind it goes to the journal. */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: ErrorCode
  readonly description: string
  readonly refusal: Refusal
  /** A page that says more of it (`error_uri`, RFC 6749 §5.2). */
  readonly uri: string | undefined

  constructor(code: ErrorCode, description: string, refusal: Refusal, uri?: string) {
    super(`${code}: ${description} (${refusal.reason})`)
    this.code = code
    this.description = description
    this.refusal = refusal
    this.uri = uri
  }

  /** The same, with a page that says more. */
  seeAlso(uri: string): OAuthError {
    return new OAuthError(this.code, this.description, this.refusal, uri)
  }
}

/** The status of an error answer: always 400, as Salesforce does even for `invalid_client`, but for what is our fault. */
export function statusOf(code: ErrorCode): 400 | 500 | 503 {
  if (code === 'server_error') return 500
  return code === 'service_unavailable' ? 503 : 400
}
