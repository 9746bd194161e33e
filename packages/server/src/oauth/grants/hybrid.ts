import type { OauthLoginSubType } from '../../sessions/login-history.ts'
import type { CheckPageUser } from '../../sessions/page-user.ts'
import { refusal } from '../refusal.ts'
import type { OfferedGrant } from './grant.ts'

/**
 * A grant as hybrid apps ask for it: everything is as with the grant itself, and the answer says sessions for web views
 * besides. They end with the access token.
 */
export function hybrid(
  grant: OfferedGrant,
  type: string,
  loginSubType: OauthLoginSubType,
  checkPageUser: CheckPageUser,
): OfferedGrant {
  return {
    ...grant,
    type,
    async authorize(client, context) {
      const authorization = await grant.authorize(client, context)
      const apiOnly = await checkPageUser(authorization.user, context.checks)
      if (apiOnly !== undefined) throw refusal(apiOnly)
      return { ...authorization, opensWebViews: true, loginSubType }
    },
  }
}

/** The same of a grant that goes by refresh tokens: Salesforce does not rotate them for hybrid apps that get JWTs. */
export function hybridWithRefreshToken(...given: Parameters<typeof hybrid>): OfferedGrant {
  const grant = hybrid(...given)
  return {
    ...grant,
    async authorize(client, context) {
      const app = client?.app
      if (app?.isNamedUserJwtEnabled && app.isRefreshTokenRotationEnabled) {
        throw refusal({ reason: 'hybrid-jwt-rotating', facts: { app: app.label } })
      }
      return grant.authorize(client, context)
    },
  }
}
