import type { WebSessions } from './web-sessions.ts'

/** What a token endpoint answered. Whoever has it can act as the user: it belongs into no log. */
export interface AccessToken {
  readonly accessToken: string
  /** `DPoP` for one that is bound to a key (RFC 9449), and is sent with a proof of it. */
  readonly tokenType: 'Bearer' | 'DPoP'
  /** The base of the org's API; `undefined` from servers that are not Salesforce. */
  readonly instanceUrl: string | undefined
  /** The identity URL. */
  readonly id: string | undefined
  readonly scope: readonly string[]
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
  /** HMAC over `id` and `issued_at`, to be checked with the consumer secret. */
  readonly signature: string | undefined
  /** `issued_at` as it came: milliseconds since 1970 as text. The signature is over this very text. */
  readonly issuedAtText: string | undefined
  /** By the server's clock where it says so, else by ours. */
  readonly issuedAt: Date
  /** `undefined` where the server does not say, as Salesforce does not for sessions. */
  readonly expiresAt: Date | undefined
  /** For the web views of a hybrid app, where it asked for them. */
  readonly webSessions?: WebSessions | undefined
}
