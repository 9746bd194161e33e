import type { AppPolicies, ConnectedApp } from '../connected-apps/connected-app.ts'
import type { Scope } from '../connected-apps/scope.ts'
import type { Org } from '../orgs/org.ts'
import type { OauthLoginSubType } from '../sessions/login-history.ts'
import type { SessionOrigin } from '../sessions/session.ts'
import type { User } from '../users/user.ts'

/** What a grant decided: this app may act for this user with these scopes. */
export interface Authorization {
  readonly app: ConnectedApp
  readonly policies: AppPolicies
  readonly org: Org
  readonly user: User
  readonly scopes: readonly Scope[]
  /** What the tokens are bought with. */
  readonly source:
    | {
        readonly kind: 'assertion'
        readonly format: 'jwt' | 'saml'
        /** What is remembered of one that is good for one use: `jti` or `ID`. */
        readonly id: { readonly hash: Buffer; readonly expiresAt: Date } | undefined
        /** A page that says more, should it be refused. */
        readonly page?: string
      }
    | { readonly kind: 'client-credentials' | 'password' | 'soap-login' }
    | {
        readonly kind: 'consent'
        readonly nonce: string | undefined
        readonly authTime: Date
        readonly session: SessionOrigin
        readonly withRefreshToken: boolean
        readonly withIdToken: boolean
      }
    | {
        readonly kind: 'token-exchange'
        /** The name of the handler that let it in. */
        readonly handler: string
        /** What is remembered of a token that may be exchanged once only. */
        readonly used: { readonly hash: Buffer; readonly expiresAt: Date } | undefined
      }
    | {
        readonly kind: 'code'
        readonly codeId: number
        readonly nonce: string | undefined
        readonly authTime: Date
        readonly session: SessionOrigin
      }
    | { readonly kind: 'device-code'; readonly deviceCodeId: number; readonly authTime: Date }
    | {
        readonly kind: 'refresh-token'
        readonly refreshTokenId: number
        /** The hash shown, so that of two rotations at once only one can win. */
        readonly hash: Buffer
        readonly rotates: boolean
        readonly authTime: Date
        readonly session: SessionOrigin
      }
  /** The app goes on in web views: the answer says sessions for them (*hybrid*). */
  readonly opensWebViews?: true
  /** `LoginSubType` of the row in Login History; `undefined` where Salesforce has none. */
  readonly loginSubType: OauthLoginSubType | undefined
}
