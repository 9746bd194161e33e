import { mostRefreshTokens } from '../connected-apps/approval.ts'
import { refreshScope, type Scope } from '../connected-apps/scope.ts'
import type { RefreshToken, RefreshTokenStore } from '../tokens/refresh-token.ts'

/** Which refresh token ends when a user lets an app in once more; `undefined` while none does. */
export type NextToEnd = (
  user: { readonly id: string },
  app: { readonly id: string },
  scopes: readonly Scope[],
) => Promise<RefreshToken | undefined>

interface Needs {
  readonly refreshTokens: Pick<RefreshTokenStore, 'listLive'>
  readonly now: () => Date
}

/** The oldest of as many as Salesforce keeps, so that people can be told before they allow another. */
export function nextToEnd({ refreshTokens, now }: Needs): NextToEnd {
  return async (user, app, scopes) => {
    if (!scopes.includes(refreshScope)) return undefined
    const live = await refreshTokens.listLive({ userId: user.id, appId: app.id }, now())
    return live[mostRefreshTokens - 1]
  }
}
