import type { ConnectedApp, ConnectedAppStore } from '../connected-apps/connected-app.ts'
import { endedBy } from '../connected-apps/refresh-policy.ts'
import type { RegistrationStore } from '../connected-apps/registration.ts'
import { type Checklist, pass } from '../journal/checklist.ts'
import type { OrgStore } from '../orgs/org.ts'
import { readToken } from '../secret.ts'
import type { FindAccessToken } from '../tokens/bearer.ts'
import { type RefreshTokenStore, refreshTokenShape } from '../tokens/refresh-token.ts'
import type { UserStore } from '../users/user.ts'
import type { ClientAuthentication } from './client-authentication.ts'
import { refusal } from './refusal.ts'
import type { TokenRequest } from './token-request.ts'

/** What the introspection endpoint answers (RFC 7662 §2.2). Times are seconds since 1970. */
export type Introspection =
  | { readonly active: false }
  | {
      readonly active: true
      readonly scope: string
      readonly client_id: string
      readonly username: string
      readonly sub: string
      readonly token_type: 'access_token' | 'refresh_token'
      readonly exp?: number
      readonly iat: number
      readonly nbf: number
      /** The key that it is bound to (RFC 9449 §6.2). */
      readonly cnf?: { readonly jkt: string }
    }

/** Says what a token is worth, to the app it belongs to or one that may introspect all of its org. */
export type IntrospectEndpoint = (request: TokenRequest, checks: Checklist) => Promise<Introspection>

interface Needs {
  readonly findAccessToken: FindAccessToken
  readonly refreshTokens: Pick<RefreshTokenStore, 'find'>
  readonly apps: Pick<ConnectedAppStore, 'find' | 'findPolicies'>
  readonly registrations: Pick<RegistrationStore, 'parentOf'>
  readonly users: Pick<UserStore, 'find'>
  readonly orgs: Pick<OrgStore, 'find'>
  readonly authenticateClient: ClientAuthentication
  readonly now: () => Date
}

/** A token as far as introspection tells of it. */
interface Described {
  readonly orgId: string
  readonly userId: string
  readonly appId: string
  readonly scopes: readonly string[]
  readonly issuedAt: Date
  readonly expiresAt: Date | undefined
  readonly key: string | undefined
  readonly kind: 'access_token' | 'refresh_token'
}

/** The introspection endpoint. What is unknown, dead or none of the asker's business is `{"active":false}`, all alike. */
export function introspectEndpoint(needs: Needs): IntrospectEndpoint {
  const { findAccessToken, refreshTokens, apps, registrations, users, orgs, authenticateClient, now } = needs
  return async (request, checks) => {
    const { app, method } = await authenticateClient(request, () => 'the introspection endpoint', checks)
    if (method === 'none')
      throw refusal({ reason: 'client-secret-missing', facts: { app: app.label, setting: 'introspection' } })
    const text = request.parameters.get('token')
    if (text === undefined) throw refusal({ reason: 'token-missing', facts: {} })
    const described = (await accessTokenOf(text)) ?? (await refreshTokenOf(text))
    if (described === undefined || !(await mayIntrospect(app, described))) {
      pass(checks, 'introspected', { active: false })
      return { active: false }
    }
    const [user, owner] = await Promise.all([users.find(described.userId), apps.find(described.appId)])
    if (user === undefined || owner === undefined) return { active: false }
    checks.orgId = described.orgId
    checks.userId = user.id
    pass(checks, 'introspected', { active: true })
    const issued = Math.floor(described.issuedAt.getTime() / 1000)
    return {
      active: true,
      scope: described.scopes.join(' '),
      client_id: owner.consumerKey,
      username: user.username,
      sub: `${request.site.loginBase}/id/${described.orgId}/${described.userId}`,
      token_type: described.kind,
      ...(described.expiresAt === undefined ? {} : { exp: Math.floor(described.expiresAt.getTime() / 1000) }),
      iat: issued,
      nbf: issued,
      ...(described.key === undefined ? {} : { cnf: { jkt: described.key } }),
    }
  }

  async function accessTokenOf(text: string): Promise<Described | undefined> {
    const finding = await findAccessToken(text, now())
    return finding.state === 'live' ? { ...finding.token, kind: 'access_token' } : undefined
  }

  async function refreshTokenOf(text: string): Promise<Described | undefined> {
    const presented = readToken(refreshTokenShape, text)
    if (presented === undefined) return undefined
    const finding = await refreshTokens.find(presented)
    if (finding.state !== 'live') return undefined
    const { token } = finding
    const [policies, org] = await Promise.all([apps.findPolicies(token.appId, token.orgId), orgs.find(token.orgId)])
    // A closed org and a blocked app come back with their tokens, so the tokens themselves do not say it.
    if (policies === undefined || policies.isBlocked || org?.isActive !== true) return undefined
    if (endedBy(policies.refreshTokenPolicy, token, now()) !== undefined) return undefined
    return { ...token, expiresAt: undefined, kind: 'refresh_token' }
  }

  /** An app its own tokens, those of apps that registered themselves under it, and every one of its org where it may. */
  async function mayIntrospect(app: ConnectedApp, token: Described): Promise<boolean> {
    if (app.id === token.appId || (app.isIntrospectAllTokens && app.orgId === token.orgId)) return true
    return (await registrations.parentOf(token.appId)) === app.id
  }
}
