import type { AccessToken } from './access-token.ts'
import { type AppIdentity, appToken } from './app-token.ts'
import type { Asking } from './token-request.ts'

/** A user, by what the user alone should know. */
export interface UsernamePasswordRequest extends AppIdentity {
  readonly username: string
  readonly password: string
  /** Needed from every address that the org does not trust. */
  readonly securityToken?: string | undefined
}

/**
 * Gets an access token by the username-password flow (RFC 6749 §4.3), for what has nothing else: Salesforce ends it in 2027, and
 * RFC 9700 §2.4 forbids it. There is never a refresh token.
 * @throws {TokenError} `invalid_grant`, whatever it is that is wrong
 * @throws {TransportError} when there was no answer
 */
export function usernamePassword(request: UsernamePasswordRequest, asking?: Asking): Promise<AccessToken> {
  const { username, password, securityToken = '', ...app } = request
  // With nothing in between, as at Salesforce.
  return appToken(app, { grant_type: 'password', username, password: `${password}${securityToken}` }, asking)
}
