import type { OauthLoginSubType } from '../../sessions/login-history.ts'
import type { OfferedGrant } from './grant.ts'

/**
 * A grant as hybrid apps ask for it: everything is as with the grant itself, and the answer says sessions for web views
 * besides. They end with the access token.
 */
export function hybrid(grant: OfferedGrant, type: string, loginSubType: OauthLoginSubType): OfferedGrant {
  return {
    ...grant,
    type,
    async authorize(client, context) {
      return { ...(await grant.authorize(client, context)), opensWebViews: true, loginSubType }
    },
  }
}
