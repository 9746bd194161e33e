import type { ConnectedApp } from '../connected-apps/connected-app.ts'
import { refreshScope, requestedScopes, type Scope } from '../connected-apps/scope.ts'
import { refusal } from './refusal.ts'

/** Every scope of an app but `refresh_token`: what is given where nobody asks for scopes, and nothing can be refreshed. */
export function scopesOf(app: Pick<ConnectedApp, 'label' | 'scopes'>): readonly Scope[] {
  const scopes = app.scopes.filter((scope) => scope !== refreshScope)
  if (scopes.length === 0) throw refusal({ reason: 'scopes-missing', facts: { app: app.label } })
  return scopes.includes('id') ? scopes : [...scopes, 'id']
}

/**
 * The scopes a request asks for out of those granted with a refresh token: fewer, never more (RFC 6749 §6).
 * @throws {OAuthError} `invalid_scope`
 */
export function narrowScopes(
  scope: string | undefined,
  granted: readonly Scope[],
  app: Pick<ConnectedApp, 'label'>,
): readonly Scope[] {
  if (scope === undefined) return granted
  const request = requestedScopes(scope, granted)
  if (request.ok) return request.scopes
  throw refusal({
    reason: 'scope-not-allowed',
    facts: {
      app: app.label,
      found: [...request.unknown, ...request.notOfApp],
      allowed: granted,
      by: 'refresh-token',
    },
  })
}
